"""The provisioner: carries what other systems are to be told about IDs, and reads it back.

A process of its own beside the web server, with no more right than a page has. Rows that are due
are its work list; several hands take from it, and a killed one loses nothing.
"""

import os
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from sekisho.errors import SekishoError
from sekisho_web.accounts import provisioning
from sekisho_web.accounts.operations import carrying, lapsing, sweeping, syncing, watching
from sekisho_web.accounts.queries import reconciling as asked
from sekisho_web.frame.logs import where

HANDS = 16  # mostly they wait for others
PAUSE = 0.5  # seconds, where nothing is due
IDLE = 30.0  # seconds after which a hand lets go of its connection
TRIED_AGAIN = 3.0  # seconds, where the database is away
WATCHED = 300.0  # seconds between two looks at what personnel sent and nobody confirmed
WHOLE = 3600.0  # seconds between two sweeps over all accounts


class Command(BaseCommand):
    help = "アカウントをほかのシステムに反映し、確かめます（sekisho serve が横で動かします）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hands", type=int, default=HANDS, help="同時に反映する数")
        parser.add_argument("--once", action="store_true", help="いま期限の来ているものだけ")

    def handle(self, *_: Any, hands: int = HANDS, once: bool = False, **__: Any) -> None:  # noqa: ANN401
        desk = provisioning.Desk(Path(settings.SEKISHO_HOME))
        if once:
            lapsing.stop_what_lapsed(now=timezone.now())
            sweeping.sweep(now=timezone.now())
            while provisioning.one_round(desk, clock=timezone.now):
                pass
            provisioning.look_round(desk, clock=timezone.now)
            carrying.escalate_overdue(now=timezone.now())
            watching.hold_all_overdue(now=timezone.now())
            return
        over, due = Event(), Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: over.set())
        parent = os.getppid()
        works: list[Callable[[], None]] = [
            *(lambda: self._carry(desk, over, due) for _ in range(hands)),
            lambda: self._scout(over, due),
            lambda: self._keep_time(desk, over),
            lambda: self._make_up(over),
            lambda: self._compare(desk, over),
            lambda: self._watch_personnel(over),
            lambda: self._read_directories(over),
        ]
        threads = [Thread(target=work, daemon=True) for work in works]
        for thread in threads:
            thread.start()
        while not over.wait(PAUSE):
            if os.getppid() != parent:  # it never outlives who started it
                over.set()
        for thread in threads:
            thread.join(timeout=2 * PAUSE)
        sys.stderr.flush()
        os._exit(0)  # a hand that waits for a target is let go: its row is due again by itself

    def _scout(self, over: Event, due: Event) -> None:
        """Wake the hands while something is due: one question for all of them."""

        def look() -> bool:
            return carrying.is_anything_due(now=timezone.now())

        while not over.is_set():
            if self._safely(look, over):
                due.set()
            else:
                due.clear()
            over.wait(PAUSE)
        due.set()  # nobody waits for what does not come

    def _carry(self, desk: provisioning.Desk, over: Event, due: Event) -> None:
        idle_since = monotonic()
        while not over.is_set():
            if due.wait(PAUSE) and self._safely(
                lambda: provisioning.one_round(desk, clock=timezone.now), over
            ):
                idle_since = monotonic()
            elif due.is_set():
                over.wait(PAUSE)  # others have it, or it rests
            elif monotonic() - idle_since > IDLE:
                connection.close()

    def _keep_time(self, desk: provisioning.Desk, over: Event) -> None:
        """Tell what time alone has changed since the last look, and escalate what is late."""
        swept = timezone.now()
        while not over.is_set():
            now = timezone.now()

            def tick(now: datetime = now, since: datetime = swept) -> bool:
                sweeping.sweep(now=now, since=since)
                carrying.escalate_overdue(now=now)
                provisioning.look_round(desk, clock=timezone.now)
                return True

            if self._safely(tick, over):
                swept = now
            over.wait(PAUSE)

    def _make_up(self, over: Event) -> None:
        """Look at every account: for what happened while nobody looked, at the start and hourly."""

        def sweep() -> bool:
            lapsing.stop_what_lapsed(now=timezone.now())
            sweeping.sweep(now=timezone.now())
            return True

        while not over.is_set():
            if self._safely(sweep, over):
                over.wait(WHOLE)

    def _compare(self, desk: provisioning.Desk, over: Event) -> None:
        """Reconcile the targets that are due: asked for, or none since 2 at night."""
        while not over.is_set():

            def tick() -> bool:
                for target in asked.due(now=timezone.now()):
                    provisioning.compare(desk, target, clock=timezone.now)
                return True

            self._safely(tick, over)
            over.wait(2 * PAUSE)

    def _watch_personnel(self, over: Event) -> None:
        """Stop whom deliveries of personnel should have moved, and nobody confirmed them."""
        while not over.is_set():
            self._safely(lambda: watching.hold_all_overdue(now=timezone.now()), over)
            over.wait(WATCHED)

    def _read_directories(self, over: Event) -> None:
        """Read the companies' own directories by their rhythm, and stop whom they switched off."""
        home = Path(settings.SEKISHO_HOME)

        def tick() -> bool:
            for feed in syncing.due(now=timezone.now()):
                try:
                    listed = syncing.read(feed, home)
                except SekishoError as error:  # its silence is found by the watch over personnel
                    self.stderr.write(str(error))
                    continue
                syncing.sync(feed=feed, listed=listed, now=timezone.now())
            return True

        while not over.is_set():
            self._safely(tick, over)
            over.wait(WATCHED)

    def _safely(self, work: Callable[[], int], over: Event) -> int:
        """Return what `work` comes to; 0 where it failed, which keeps no other from working."""
        try:
            return work()
        except (DatabaseError, InterfaceError) as error:
            self.stderr.write(f"データベースを待っています（{type(error).__name__}）")
            connection.close()
            over.wait(TRIED_AGAIN)
        except Exception as error:  # noqa: BLE001  # a bug of ours must not keep a stop from going out
            self.stderr.write(where(error))
            over.wait(TRIED_AGAIN)
        return 0
