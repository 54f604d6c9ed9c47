from argparse import ArgumentParser
from datetime import date
from json import dumps
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sekisho.errors import SekishoError
from sekisho.grants.reconciling.classes import ABOUT, Class
from sekisho_links.grants.foreign_logs import UTF8
from sekisho_web.accounts.models import System
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.grants.operations.foreign.receiving import receive

FOUND = 3  # a line that does not match; 1 is any accident
UNUSABLE = 2


class Command(BaseCommand):
    """Receive a record of a foreign system (受領), and reconcile it."""

    help = "関門を通らないシステムの記録を受け取り、区分ごとの行数を出します"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--system", required=True)
        parser.add_argument("--first-on", required=True, type=date.fromisoformat)
        parser.add_argument("--last-on", required=True, type=date.fromisoformat)
        parser.add_argument("--manual", action="store_true")
        parser.add_argument("--encoding", default=UTF8)
        parser.add_argument("--said-lines", type=int)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **said: Any) -> None:  # noqa: ANN401, ARG002
        system = System.objects.filter(key=said["system"]).first()
        if system is None:
            raise CommandError(
                f"対象システムの台帳に「{said['system']}」がありません", returncode=UNUSABLE
            )
        try:
            run = receive(
                system=system,
                data=said["file"].read_bytes(),
                name=said["file"].name,
                first_on=said["first_on"],
                last_on=said["last_on"],
                manual=said["manual"],
                encoding=said["encoding"],
                said_lines=said["said_lines"],
                by=None,
                now=timezone.now(),
            )
        except (Refused, SekishoError) as error:
            raise CommandError(str(error), returncode=UNUSABLE) from error
        if said["json"]:
            told = {
                "log": run.log_id,
                "sha256": run.log.sha256,
                "lines": run.log.lines,
                "totals": run.totals,
                "tolerance_seconds": run.tolerance_seconds,
                "skew_seconds": run.skew_seconds,
                "places_judged": run.places_judged,
            }
            self.stdout.write(dumps(told, ensure_ascii=False))
        else:
            for one in Class:
                self.stdout.write(f"{ABOUT[one].word}\t{run.totals.get(one.value, 0)}")
        if run.totals.get(Class.MATCHED.value, 0) != run.log.lines:
            raise CommandError("照合済でない行があります", returncode=FOUND)
