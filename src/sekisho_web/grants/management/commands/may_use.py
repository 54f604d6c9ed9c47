"""Asks `may_use` about a log: as it was known then, and as it is known now."""

import csv
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sekisho.grants.use import Permit
from sekisho.terms.days import JST
from sekisho_web.accounts.models import Account
from sekisho_web.grants.asking import entitled, facts_of, for_any_purpose, in_words

COLUMNS = ("system", "account", "at")
HEADS = ("system", "account", "at", "then", "then_reason", "now", "now_reason", "differs")


class Command(BaseCommand):
    help = "利用の記録の一行ごとに、使ってよかったかを、その時の認識といまの認識で答えます"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--log", default="", help="CSV (system,account,at[,purpose])")
        parser.add_argument("--system", default="")
        parser.add_argument("--account", default="")
        parser.add_argument("--at", default="")
        parser.add_argument("--purpose", default="")
        parser.add_argument("--known", default="")

    def handle(self, *_: Any, **options: Any) -> None:  # noqa: ANN401
        known = moment_of(options["known"], place="--known") if options["known"] else None
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(HEADS)
        counted = differing = 0
        for number, row in enumerate(lines_of(options), start=1):
            said = answered(row, number=number, as_known_on=known)
            writer.writerow(said)
            counted, differing = counted + 1, differing + (said[-1] == "differs")
        self.stderr.write(f"{counted:,} 行。認識の違いで答えが変わるもの {differing:,} 行。")


def lines_of(options: Mapping[str, str]) -> Iterable[Mapping[str, str]]:
    if not options["log"]:
        if not all(options[name] for name in COLUMNS):
            raise CommandError("--log か、--system、--account、--at の三つを書いてください。")
        return [{name: options[name] for name in (*COLUMNS, "purpose")}]
    if options["log"] == "-":
        return csv.DictReader(sys.stdin)
    file = Path(options["log"])
    if not file.is_file():
        raise CommandError(f"{file}: ファイルがありません。場所を確かめてください。")
    rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))
    if rows and (missing := [name for name in COLUMNS if name not in rows[0]]):
        raise CommandError(f"{file}: 列がありません: {'、'.join(missing)}。列を足してください。")
    return rows


def answered(
    row: Mapping[str, str], *, number: int, as_known_on: datetime | None
) -> tuple[str, ...]:
    """Return one line of the answer. An ID that nobody holds may never be used."""
    system, code = row["system"], row["account"]
    at = moment_of(row["at"], place=f"{number}行目 at")
    account = Account.objects.filter(system__key=system, code=code).first()
    if account is None or account.person_id is None:
        no = "台帳にないIDです" if account is None else "一人の持ち主がいないIDです"
        return (system, code, at.isoformat(), "no", no, "no", no, "")
    said = []
    for known in (as_known_on or at, None):
        facts = facts_of(account.person_id, system, at=at, as_known_on=known)
        purpose = row.get("purpose") or ""
        answer = (
            entitled(facts, account=code, purpose=purpose, at=at)
            if purpose
            else for_any_purpose(facts, account=code, at=at)
        )
        said += ["yes" if isinstance(answer, Permit) else "no", in_words(answer)[1]]
    return (system, code, at.isoformat(), *said, "differs" if said[0] != said[2] else "")


def moment_of(text: str, *, place: str) -> datetime:
    """Return a moment; without a zone it is a Japanese one."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(
            f"{place}: 「{text}」は日時ではありません。2027-04-01T09:00 の形で書いてください。"
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=JST)
