"""Loads an invented group into an empty database (used by `sekisho demo`)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sekisho.errors import SekishoError
from sekisho_web.world import invented, operations
from sekisho_web.world.queries import PREFIX


class Command(BaseCommand):
    help = "架空の世界をデータベースに入れます（空のデータベースだけ）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("world", type=Path)

    def handle(self, *_: Any, **options: Any) -> None:  # noqa: ANN401
        try:
            said = operations.load(options["world"], now=timezone.now())
        except SekishoError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"人 {said.persons:,}・発令 {said.posts:,}・ID {said.accounts:,}・端末 {said.devices:,}"
        )
        people = "、".join(f"{PREFIX}{role.login}" for role in invented.ROLES)
        self.stdout.write(f"デモの人: {people}")
        self.stdout.write(f"パスワード: {invented.PASSWORD}　パスキーは、入った後に登録できます")
