"""Takes a file of personnel on the console: the same way as the page, with the same brake."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sekisho_web.accounts.models import Feed, FeedBatch
from sekisho_web.accounts.operations import personnel
from sekisho_web.accounts.queries.deliveries import Delivery, delivery_of
from sekisho_web.accounts.queries.differences import WORDS, difference_of

MOST = 50  # faults that are told one by one


class Command(BaseCommand):
    help = "人事のファイルを受け取り、変わることと誤りを一行ずつ出します"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="人事の書き出し（CSV か Excel）")
        parser.add_argument("--feed", required=True, help="人事連携の名称")
        parser.add_argument(
            "--apply", action="store_true", help="確認の要らないとき、続けて適用する"
        )

    def handle(self, *_: Any, file: Path, feed: str, **options: Any) -> None:  # noqa: ANN401
        source = Feed.objects.filter(name=feed, kind=Feed.Kind.FILE, ended_at=None).first()
        if source is None:
            names = "、".join(Feed.objects.filter(ended_at=None).values_list("name", flat=True))
            raise CommandError(f"人事連携「{feed}」がありません。いまあるもの: {names or 'なし'}")
        now = timezone.now()
        try:
            batch = personnel.receive(
                feed=source, data=file.read_bytes(), name=file.name, by=None, now=now
            )
        except OSError as error:
            raise CommandError(f"{file} を読めません（{error.strerror}）") from None
        except personnel.CannotDeliver as error:
            raise CommandError(str(error)) from None
        found = delivery_of(batch, now=now)
        self._tell(found)
        if batch.state == FeedBatch.State.REFUSED:
            raise CommandError(f"受け取れません。{batch.reason}")
        if not options["apply"]:
            self.stderr.write(f"受信 {batch.pk} を差分の確認待ちにしました。何も変えていません")
            return
        try:
            personnel.apply(batch=batch, by=None, digest=found.digest, now=timezone.now())
        except personnel.CannotDeliver as error:
            raise CommandError(f"適用していません。{error}") from None
        self.stderr.write(f"受信 {batch.pk} を適用しました")

    def _tell(self, found: Delivery) -> None:
        """Print what would change, one kind a line, and then the faults by line and column."""
        difference = difference_of(found)
        for section in difference.sections:
            self.stdout.write(f"{WORDS[section.kind]} {section.count:,} 人")
        for at, grants, accounts in difference.days:
            when = timezone.localtime(at)
            self.stdout.write(
                f"{when:%Y-%m-%d %H:%M} に終わる: 利用許可 {grants:,} 件、ID {accounts:,} 件"
            )
        for fault in found.faults[:MOST]:
            self.stdout.write(f"{'受け取らない' if fault.refused else '注意'} {fault}")
        if (more := len(found.faults) - MOST) > 0:
            self.stdout.write(f"ほかに {more:,} 件の誤りと注意があります")
