from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sekisho.errors import SekishoError
from sekisho_web.replay import operations, queries

FOUND = 3  # something differs; 1 is any accident


class Command(BaseCommand):
    """Make the self-check (照合) now, as the owner of the database."""

    help = "照合を行い、項目ごとの結果を一行ずつ出します"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--sample", type=int, default=operations.SAMPLE, help="もう一度判定する記録の数"
        )
        parser.add_argument("--if-due", action="store_true", help="時刻が来ていなければ何もしない")

    def handle(self, *args: Any, sample: int, if_due: bool, **options: Any) -> None:  # noqa: ANN401, ARG002
        now = timezone.now()
        if if_due and not operations.due(now=now):
            self.stdout.write("照合はまだです")
            return
        try:
            check = operations.run_self_check(now=now, most=sample)
        except SekishoError as error:
            raise CommandError(str(error), returncode=2) from error
        run = queries.run(check.pk)
        for line in run.lines:
            said = line.problem or f"{line.n:,} を見て、違い {line.mismatches:,}"
            self.stdout.write(f"{'一致' if line.is_good else '不一致'} {line.words}: {said}")
            for example in line.examples:
                self.stdout.write(f"  {example}")
        if not run.is_good:
            raise CommandError("違いがあります。画面の「指摘」を見てください", returncode=FOUND)
