"""Reads a company's directory now, and stops here whom it switched off there."""

import sys
import tomllib
from getpass import getpass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sekisho.errors import SekishoError
from sekisho_links.accounts.targets import open_target
from sekisho_links.accounts.targets.secrets import keep_secret
from sekisho_web.accounts.models import Company, Feed
from sekisho_web.accounts.operations import syncing


class Command(BaseCommand):
    help = "会社のディレクトリを読み、無効になった人を止めます"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("feed", help="人事連携の名称（方式がディレクトリのもの）")
        parser.add_argument("--begin", type=Path, help="始める。届き方の TOML（kind と address）")
        parser.add_argument("--company", default="", help="始めるとき、その人たちの事業者符号")
        parser.add_argument("--secret", action="store_true", help="読む権限の秘密を覚える")

    def handle(self, *_: Any, feed: str, secret: bool = False, **more: Any) -> None:  # noqa: ANN401
        home = Path(settings.SEKISHO_HOME)
        if more["begin"]:
            self._begin(feed, more["begin"], company=more["company"])
            return
        source = Feed.objects.filter(name=feed, kind=Feed.Kind.DIRECTORY, ended_at=None).first()
        if source is None:
            raise CommandError(f"ディレクトリの人事連携「{feed}」がありません")
        if secret:
            said = getpass("秘密: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
            keep_secret(home, syncing.secret_key(source), said)
            self.stderr.write("秘密を覚えました")
            return
        try:
            listed = syncing.read(source, home)
        except SekishoError as error:
            raise CommandError(str(error)) from None
        done = syncing.sync(feed=source, listed=listed, now=timezone.now())
        self.stdout.write(f"止めた人 {done.stopped:,}、解除した人 {done.released:,}")
        if not done.is_whole:
            raise CommandError(
                "一覧が前より大きく減ったため、いない人は判断していません。指摘を見てください"
            )

    def _begin(self, name: str, file: Path, *, company: str) -> None:
        """Begin a feed that reads a directory; what cannot be opened as it is said is refused."""
        of = Company.objects.filter(code=company).first()
        if of is None:
            raise CommandError(f"事業者「{company}」がありません。--company に符号を書いてください")
        if Feed.objects.filter(name=name).exists():
            raise CommandError(f"人事連携「{name}」はもうあります。ほかの名称にしてください")
        try:
            mapping = tomllib.loads(file.read_text(encoding="utf-8"))
            way = str(mapping.get("kind")), mapping.get("address", {})
            open_target(*way, "the secret comes later", place=name)  # opens no connection yet
        except (OSError, ValueError, SekishoError) as error:
            raise CommandError(f"{file} の届き方では開けません（{error}）") from None
        feed = syncing.begin(company=of, name=name, mapping=mapping, now=timezone.now())
        self.stdout.write(f"人事連携「{feed.name}」を始めました。次に --secret で秘密を覚えます")
