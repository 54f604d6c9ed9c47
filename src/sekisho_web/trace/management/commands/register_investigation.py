from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sekisho.errors import SekishoError
from sekisho_web.trace import operations


class Command(BaseCommand):
    """Put the results of an investigation on the shelf of 調べる."""

    help = "調査の結果を画面に載せます"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="sekisho investigate の結果のフォルダ")
        parser.add_argument("--truth", type=Path, help="架空の世界の正解のフォルダ（採点する）")

    def handle(self, *args: Any, folder: Path, truth: Path | None, **options: Any) -> None:  # noqa: ANN401, ARG002
        try:
            found = operations.register(folder=folder, by=None, now=timezone.now(), truth=truth)
        except SekishoError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{found.pk} {found.digest}")
