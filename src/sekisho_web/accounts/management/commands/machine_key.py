"""Keys of programs on the console of the server: issued, listed, revoked."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sekisho_web.accounts.models import ApiToken, Company, Feed, FeedToken
from sekisho_web.accounts.operations import directories, keys

Key = FeedToken | ApiToken


class Command(BaseCommand):
    help = "プログラムの鍵を出し、並べ、取り消します"

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        issue = acts.add_parser("issue")
        for name in ("--feed", "--client", "--company"):
            issue.add_argument(name, default="")
        issue.add_argument("--scope", action="append", default=[])
        issue.add_argument("--days", type=int, required=True)
        acts.add_parser("list")
        acts.add_parser("revoke").add_argument("number")

    def handle(self, *_: Any, **options: Any) -> None:  # noqa: ANN401
        {"issue": self.issue, "list": self.list, "revoke": self.revoke}[options["act"]](options)

    def issue(self, options: dict[str, Any]) -> None:
        if bool(options["feed"]) == bool(options["client"]):
            raise CommandError("--feed か --client のどちらか一つを書いてください。")
        now = timezone.now()
        try:
            if options["feed"]:
                feed = self.feed(options)
                key, text = keys.issue_feed_key(feed=feed, days=options["days"], by=None, now=now)
            else:
                key, text = keys.issue_api_key(  # type: ignore[assignment]
                    company=self.company(options),
                    name=options["client"],
                    scopes=options["scope"],
                    days=options["days"],
                    by=None,
                    now=now,
                )
        except keys.NoKey as error:
            raise CommandError(str(error.refusal)) from None
        self.stderr.write(
            f"期限 {timezone.localtime(key.expires_at):%Y-%m-%d %H:%M}。"
            "次の行の鍵は二度と出ません。安全な所に移し、画面から消してください。"
        )
        self.stdout.write(text)

    def feed(self, options: dict[str, Any]) -> Feed:
        """Return the feed of this name; with a company, one that is new begins."""
        found = Feed.objects.filter(name=options["feed"]).select_related("company").first()
        if found is not None:
            return found
        if not options["company"]:
            known = "、".join(Feed.objects.filter(kind="scim").values_list("name", flat=True))
            raise CommandError(
                f"その名称の人事連携はありません（あるもの: {known or 'なし'}）。"
                "始めるときは --company を付けてください。"
            )
        company = self.company(options)
        return directories.begin(company=company, name=options["feed"], now=timezone.now())

    def company(self, options: dict[str, Any]) -> Company:
        found = Company.objects.filter(code=options["company"]).first()
        if found is None:
            raise CommandError("その符号の事業者はありません。--company を確かめてください。")
        return found

    def list(self, options: dict[str, Any]) -> None:  # noqa: ARG002  # like the others
        now = timezone.now()
        for feed_key in FeedToken.objects.select_related("feed").order_by("pk"):
            self.line(f"feed-{feed_key.pk}", feed_key.feed.name, feed_key, now=now)
        for api_key in ApiToken.objects.order_by("pk"):
            self.line(f"api-{api_key.pk}", api_key.name, api_key, now=now)

    def line(self, number: str, whose: str, key: Key, *, now: datetime) -> None:
        over = "期限切れ" if key.expires_at <= now else "有効"
        used = f"{timezone.localtime(key.used_at):%Y-%m-%d %H:%M}" if key.used_at else "なし"
        words = [
            *(number, whose, "取消済" if key.revoked_at else over),
            f"期限 {timezone.localtime(key.expires_at):%Y-%m-%d %H:%M}",
            f"最後の使用 {used}",
        ]
        self.stdout.write("\t".join(words))

    def revoke(self, options: dict[str, Any]) -> None:
        kind, _, number = options["number"].partition("-")
        key: Key | None = None
        if number.isdigit() and kind == "feed":
            key = FeedToken.objects.filter(pk=number).first()
        elif number.isdigit() and kind == "api":
            key = ApiToken.objects.filter(pk=number).first()
        if key is None:
            raise CommandError(
                "その番号の鍵はありません。sekisho accounts tokens で確かめてください。"
            )
        keys.revoke_key(key=key, by=None, now=timezone.now())
        self.stdout.write(f"{options['number']} を取り消しました")
