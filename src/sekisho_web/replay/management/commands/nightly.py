import os
import signal
import sys
from argparse import ArgumentParser
from json import dumps
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from sekisho.errors import SekishoError
from sekisho_web.accounts.operations.sessions import forget_expired
from sekisho_web.accounts.operations.signals import look_at_all
from sekisho_web.accounts.operations.watching import personnel_watch
from sekisho_web.frame.follows import tell
from sekisho_web.grants.operations.foreign.watching import watch as foreign_watch
from sekisho_web.replay import operations, queries

EVERY = 5.0  # seconds between two looks whether one is due
FOUND = 3  # something differs; 1 is any accident


class Command(BaseCommand):
    """Make the self-check (照合) now, as the owner of the database."""

    help = "照合を行い、項目ごとの結果を一行ずつ出します"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--sample", type=int, default=operations.SAMPLE, help="もう一度判定する記録の数"
        )
        parser.add_argument("--if-due", action="store_true", help="時刻が来ていなければ何もしない")
        parser.add_argument("--watch", action="store_true", help="止められるまで、時刻ごとに行う")
        parser.add_argument("--json", action="store_true", help="結果を JSON で出します")

    def handle(
        self,
        *args: Any,  # noqa: ANN401, ARG002
        sample: int,
        if_due: bool = False,
        watch: bool = False,
        json: bool = False,
        **options: Any,  # noqa: ANN401, ARG002
    ) -> None:
        if watch:
            self._watch(sample)
            return
        now = timezone.now()
        if if_due and not operations.due(now=now):
            self.stdout.write("照合はまだです")
            return
        self._check(sample, as_json=json)

    def _watch(self, sample: int) -> None:
        """Make each self-check when it is due, until told to stop or until nobody is there."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: sys.exit(0))
        parent = os.getppid()
        while os.getppid() == parent:
            try:
                if operations.due(now=timezone.now()):
                    self._check(sample)
            except CommandError as error:
                self.stderr.write(str(error))
            except (DatabaseError, InterfaceError) as error:
                self.stderr.write(f"データベースを待っています（{type(error).__name__}）")
            connection.close()
            sleep(EVERY)

    def _check(self, sample: int, *, as_json: bool = False) -> None:
        now = timezone.now()
        forget_expired(now=now)
        look_at_all(now=now)  # signs that an ID was lent, with what was learnt since
        try:
            check = operations.run_self_check(now=now, most=sample)
        except SekishoError as error:
            raise CommandError(str(error), returncode=2) from error
        personnel_watch(now=now)
        foreign_watch(now=now)  # logs that did not come, news that came late
        tell("night", now=now)
        run = queries.run(check.pk)
        if as_json:
            self.stdout.write(dumps(queries.as_json(run), ensure_ascii=False))
        for line in () if as_json else run.lines:
            said = line.problem or f"{line.n:,} を見て、違い {line.mismatches:,}"
            word = "一致" if line.is_good else "不一致"
            self.stdout.write(f"{word} {line.words}: {said}（{line.seconds:.1f} 秒）")
            for example in line.examples:
                self.stdout.write(f"  {example}")
        if not run.is_good:
            raise CommandError("違いがあります。画面の「指摘」を見てください", returncode=FOUND)
