"""Keeps the time of requests: lets lapse what nobody answered, and mails that something waits.

A process of its own beside the web server, with no more right than a page has. Everything it does
can be done twice, or late, without harm: nothing is approved by it, and expiry needs no job.
"""

import os
import signal
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from threading import Event
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from sekisho_web.frame.logs import where
from sekisho_web.grants.operations import lapsing, notices, policies, watching

PAUSE = 20.0  # seconds between two looks


class Command(BaseCommand):
    help = "期限の過ぎた申請を失効させ、待つものを知らせます（sekisho serve が横で動かします）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="いま期限の来ているものだけ")

    def handle(self, *_: Any, once: bool = False, **__: Any) -> None:  # noqa: ANN401
        if once:
            self._round(timezone.now())
            return
        over = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: over.set())
        parent = os.getppid()
        next_at = monotonic()
        while not over.wait(0.5):
            if os.getppid() != parent:  # it never outlives who started it
                return
            if monotonic() >= next_at:
                self._round(timezone.now())
                next_at = monotonic() + PAUSE

    def _round(self, now: datetime) -> None:
        """Do each work once; one that fails keeps no other from being done."""
        works: tuple[Callable[..., object], ...] = (
            policies.lay_down,  # those that ship, where there is none yet
            lapsing.lapse,
            watching.watch,  # emergencies that ended, and what is overdue after them
            notices.write_what_is_due,
            notices.send_due,
        )
        for work in works:
            try:
                work(now=now)
            except (DatabaseError, InterfaceError) as error:
                self.stderr.write(f"データベースを待っています（{type(error).__name__}）")
                connection.close()
            except Exception as error:  # noqa: BLE001  # a bug in one must not silence the others
                self.stderr.write(where(error))
