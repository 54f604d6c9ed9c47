"""The publisher: carries out what was asked to be published, as the owner of the database.

A process of its own beside the web server, which has no right to publish. It hears of a request
at once (NOTIFY), and looks by itself every few seconds in case it did not.
"""

import os
import signal
import sys
from time import sleep
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from sekisho_links.gate import StillRead
from sekisho_web.frame.logs import where
from sekisho_web.gate import operations

CHANNEL = "sekisho_publish"  # what the trigger on policy_publication calls
EVERY = 3.0  # seconds
_NO_DATABASE = (
    OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError,
)  # fmt: skip


class Command(BaseCommand):
    help = "承認された版を公開します（sekisho serve が横で動かします）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="いまある依頼だけを済ませる")

    def handle(self, *_: Any, once: bool = False, **__: Any) -> None:  # noqa: ANN401
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: sys.exit(0))
        parent = os.getppid()
        while once or os.getppid() == parent:  # it never outlives who started it
            try:
                self._carry_out()
                if once:
                    return
                _wait()
            except _NO_DATABASE as error:
                if once:
                    raise
                self.stderr.write(f"データベースを待っています（{type(error).__name__}）")
                connection.close()
                sleep(EVERY)

    def _carry_out(self) -> None:
        for publication in operations.waiting():
            try:
                done = operations.publish(publication, now=timezone.now())
            except StillRead as error:
                self.stderr.write(str(error))
                continue
            except _NO_DATABASE:
                raise
            except Exception as error:  # noqa: BLE001  # must not keep others from publishing
                self.stderr.write(where(error))
                done = operations.give_up(publication, now=timezone.now())
            reason = done.said.get("reason", "")
            self.stderr.write(f"公開 {done}{f' {reason}' if reason else ''}")


def _wait() -> None:
    """Wait until something is asked for, at most a few seconds."""
    with connection.cursor() as cursor:
        cursor.execute(f"listen {CHANNEL}")
    listening: Any = connection.connection
    for _ in listening.notifies(timeout=EVERY, stop_after=1):
        pass
