"""A masked read through the view, its ticket and its decided rows, against the raw read of a row.

Both ask for the same 34 fields of the same records over the same kind of connection: the raw one
as superuser from the base table, the masked one as the application's role through `record_v`.
Beside them stand a page of fifty rows, and one whole use: open the ticket, find, read, end.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from bench.measure import finish, interleaved, report, short
from sekisho.gate.effects import profile_of
from sekisho.gate.relations import Duty, Reach
from sekisho.gate.stretches import ticket_version
from sekisho.gate.tickets import Ticket
from sekisho.gate.views import finders
from sekisho.policy.system import Policy
from sekisho_links.gate import build, keys_from, rows
from sekisho_links.policy.folders import shipped_policy
from sekisho_links.postgres import Endpoint, Supervisor
from tests.links.gate.worlds import AREAS, NETWORK, make_world, number_of, today

KEYS = keys_from("for the bench only, and longer than fifty characters, as Django asks")
TIMES, POINT_SECONDS, PAGE_SECONDS = 5, 2e-3, 5e-3
USE_SECONDS = 1e-2  # of the 60 ms in which a page with one record stands
FIELD_CREW = {
    "閲覧者区分": "配電現場",
    "利用目的": "停電保安",
    "状況": "平常",
    "承認": "常時",
    "端末": "送配電端末",
    "認証": "多要素",
    "アカウント状態": "有効",
    "画面区分": "検索",
}
Connection = psycopg.Connection[Any]


@contextmanager
def gate(policy: Policy, *, records: int) -> Iterator[Endpoint]:
    """Yield a server of its own in which the gate stands with `records` records."""
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        world = make_world(Path(home) / "world", policy, records=records)
        with Supervisor(Path(home) / "home", durable=False) as endpoint:
            with psycopg.connect(endpoint.url("owner"), autocommit=True) as owner:
                build(owner, policy, world, keys=KEYS)
            yield endpoint


def ticket(policy: Policy, *, now: datetime) -> Ticket:
    use = Reach(
        areas=frozenset(AREAS), duty=Duty.AREA, written_areas=None, listed=False, standing=True
    )
    return Ticket(
        system="takuso",
        profile=profile_of(FIELD_CREW),
        party=NETWORK,
        company=NETWORK,
        person="p-network",
        use=use,
        keys=(),
        version=ticket_version(policy, policy.systems["takuso"], today()),
        until=now + timedelta(minutes=9),
    )


def per(count: int, read: Callable[[int], object], ids: list[int]) -> Callable[[], None]:
    def run() -> None:
        for number in ids[:count]:
            read(number)

    return run


def main() -> None:
    brief = short()
    records, reads, rounds = (5_000, 100, 3) if brief else (50_000, 400, 9)
    shipped = shipped_policy()
    policy = replace(shipped, systems={"takuso": shipped.systems["takuso"]})
    system = policy.systems["takuso"]
    fields = ", ".join(f'"{field}"' for field in system.fields)
    ids = [number for number in range(1, records) if number % 41]
    Random(1).shuffle(ids)
    pages = [ids[n : n + 50] for n in range(0, 50 * 40, 50)]
    finder = next(one for one in finders(system) if one.field == "supply_point_no")

    with (
        gate(policy, records=records) as endpoint,
        psycopg.connect(endpoint.url("dba")) as raw,
        psycopg.connect(endpoint.url("app")) as app,
        psycopg.connect(endpoint.url("app")) as whole,
    ):
        now = datetime.now(tz=UTC)  # noqa: TID251 -- a bench is a command
        assert rows.open_ticket(app.cursor(), ticket(policy, now=now), key=KEYS.ticket)

        def raw_row(number: int) -> object:
            return raw.execute(
                f"select id, {fields} from takuso.record where id = %s", [number]
            ).fetchall()

        def masked_row(number: int) -> object:
            return app.execute(
                f"select id, {fields} from takuso.record_v where id = %s", [number]
            ).fetchall()

        def raw_page(number: int) -> object:
            return raw.execute(
                f"select id, {fields} from takuso.record where id = any(%s) order by id",
                [pages[number]],
            ).fetchall()

        def masked_page(number: int) -> object:
            return rows.rows(app.cursor(), system, pages[number], fields=tuple(system.fields))

        def one_use(number: int) -> object:
            cursor = whole.cursor()
            rows.open_ticket(cursor, ticket(policy, now=now), key=KEYS.ticket)
            hits = rows.found(cursor, system, finder, wanted=[number_of(number)], most=2)
            read = rows.rows(cursor, system, hits, fields=tuple(system.fields))
            whole.rollback()
            assert len(read) == 1
            return read

        assert len(masked_page(0)) == len(raw_page(0)) == 50  # type: ignore[arg-type]
        numbers = list(range(len(pages)))
        uses = reads // 4
        taken = interleaved(
            {
                "raw": per(reads, raw_row, ids),
                "masked": per(reads, masked_row, ids),
                "raw-50": per(len(pages), raw_page, numbers),
                "masked-50": per(len(pages), masked_page, numbers),
                "use": per(uses, one_use, ids),
            },
            rounds=rounds,
        )
    each = {
        "raw": reads, "masked": reads, "raw-50": len(pages), "masked-50": len(pages), "use": uses
    }  # fmt: skip
    seconds = {name: timing.median / each[name] for name, timing in taken.items()}
    held = _report("masked point read against raw", seconds["masked"], seconds["raw"], rounds)
    held &= _within("masked point read", seconds["masked"], POINT_SECONDS, rounds)
    held &= _within("50 masked rows", seconds["masked-50"], PAGE_SECONDS, rounds)
    held &= _within("ticket, finder, read, end", seconds["use"], USE_SECONDS, rounds)
    finish(held=held)


def _report(name: str, value: float, floor: float, rounds: int) -> bool:
    return report(
        bench=name, subject="gate", value=value, floor=floor, ratio=value / floor,
        bar=TIMES, at_most=True, rounds=rounds,
    )  # fmt: skip


def _within(name: str, value: float, bar: float, rounds: int) -> bool:
    """Report a time against the time to reach: the ratio is the share of it that was taken."""
    return report(
        bench=name, subject="gate", value=value, floor=bar, ratio=value / bar,
        bar=1, at_most=True, rounds=rounds,
    )  # fmt: skip


if __name__ == "__main__":
    main()
