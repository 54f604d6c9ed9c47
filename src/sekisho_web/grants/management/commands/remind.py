"""Keeps the time of requests: lets lapse what nobody answered, and mails that something waits.

A process of its own beside the web server, with no more right than a page has. Everything it does
can be done twice, or late, without harm: nothing is approved by it, and expiry needs no job.
"""

import os
import signal
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from threading import Event
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from sekisho.terms.days import day_in_japan, jst_day
from sekisho_web.frame.logs import where
from sekisho_web.grants.operations import lapsing, looking_back, notices, policies, watching

PAUSE = 20.0  # seconds between two looks
FIRST_DAYS = 3  # of a month: when the month before is looked at, also where we were away


class Command(BaseCommand):
    help = "期限の過ぎた申請を失効させ、待つものを知らせます（sekisho serve が横で動かします）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="いま期限の来ているものだけ")

    def handle(self, *_: Any, once: bool = False, **__: Any) -> None:  # noqa: ANN401
        if once:
            self._daily(timezone.now())
            self._round(timezone.now())
            return
        over = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: over.set())
        parent = os.getppid()
        next_at = monotonic()
        done: date | None = None
        while not over.wait(0.5):
            if os.getppid() != parent:  # it never outlives who started it
                return
            if monotonic() >= next_at:
                now = timezone.now()
                if done != day_in_japan(now):
                    self._daily(now)
                    done = day_in_japan(now)
                self._round(now)
                next_at = monotonic() + PAUSE

    def _daily(self, now: datetime) -> None:
        """Do what is looked at once a day."""
        self._safely(lambda: looking_back.note_overdue(now=now))
        day = day_in_japan(now)
        if day.day <= FIRST_DAYS:
            until = day.replace(day=1)
            since = (until - timedelta(days=1)).replace(day=1)
            self._safely(
                lambda: looking_back.note_unused(
                    since=jst_day(since), until=jst_day(until), now=now
                )
            )

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
            self._safely(partial(work, now=now))

    def _safely(self, work: Callable[[], object]) -> None:
        try:
            work()
        except (DatabaseError, InterfaceError) as error:
            self.stderr.write(f"データベースを待っています（{type(error).__name__}）")
            connection.close()
        except Exception as error:  # noqa: BLE001  # a bug in one must not silence the others
            self.stderr.write(where(error))
