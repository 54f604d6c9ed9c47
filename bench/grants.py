"""Approvals, uses, emergencies and foreign logs at size.

`grants_may_use`: 50 lines of a page, each with its own facts at hand, beside looking 50 keys up.
`grants_page`: the same with the facts of one person read in their one statement.
`grants_one_use`: 20 starts of a one-use grant at one moment: one begins; beside 20 bare locks.
`grants_emergency`: declared, 500 helpers and 300 terminals handed out, lifted (`grants_relief`).
`grants_reconcile`: 1 million lines of a foreign log against 100,000 uses (`grants_lines`).
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from statistics import median
from threading import Barrier
from time import perf_counter
from typing import Any

from bench import grants_lines, grants_relief
from bench.accounts_world import SYSTEMS, site
from bench.measure import finish, interleaved, report, short
from tests.links.gate.worlds import this_moment

PAGE, STARTS = 50, 20
RULE, READ = 0.005, 0.050


def main() -> None:
    held = [grants_lines.run(*((100_000, 10_000) if short() else (1_000_000, 100_000)))]
    with site(people=1_000):
        held += [may_use(), page(), one_use()]
        held += grants_relief.run(*((100, 60) if short() else (500, 300)))
    finish(held=all(held))


def asked() -> list[tuple[Any, Any]]:
    """Return the facts and the ask of 50 people, each in one system."""
    from sekisho.grants.use import Ask
    from sekisho_web.accounts.models import Account
    from sekisho_web.grants.asking import facts_of

    now, found = this_moment(), []
    for account in Account.objects.filter(system=SYSTEMS[0]).order_by("pk")[:PAGE]:
        facts = facts_of(account.person_id or 0, SYSTEMS[0], at=now)
        ask = Ask(
            person=str(account.person_id),
            hat=str(account.appointment_id),
            account=account.code,
            system=SYSTEMS[0],
            purpose="託送供給等",
        )
        found.append((facts, ask))
    return found


def may_use() -> bool:
    """Measure the rule alone: 50 answers, all of them yes."""
    from sekisho.grants.use import Permit, is_entitled

    now, lines = this_moment(), asked()
    known = {ask.account: facts for facts, ask in lines}

    def answers() -> list[Any]:
        return [is_entitled(facts, ask, at=now) for facts, ask in lines]

    assert all(isinstance(one, Permit) for one in answers())
    timed = interleaved({"ours": answers, "keys": lambda: [known[ask.account] for _, ask in lines]})
    return report(
        bench="grants_may_use", subject=f"{PAGE} lines", value=timed["ours"].median,
        floor=RULE, ratio=timed["ours"].median / RULE, bar=1, at_most=True, rounds=7,
        keys=timed["keys"].median,
    )  # fmt: skip


def page() -> bool:
    """Measure a launcher's page: one person's facts in their statement, and 50 answers."""
    from django.db import connection

    from sekisho.grants.use import is_entitled
    from sekisho_web.grants.asking import facts_of

    now, ((_, ask), *_) = this_moment(), asked()

    def answers() -> None:
        facts = facts_of(int(ask.person), SYSTEMS[0], at=now)
        for _ in range(PAGE):
            is_entitled(facts, ask, at=now)

    def trip() -> None:
        with connection.cursor() as cursor:
            cursor.execute("select 1")

    timed = interleaved({"ours": answers, "round trip": trip}, rounds=15)
    return report(
        bench="grants_page", subject=f"facts and {PAGE} answers", value=timed["ours"].median,
        floor=RULE, ratio=timed["ours"].median / RULE, bar=1, at_most=True, rounds=15,
        round_trip=timed["round trip"].median,
    )  # fmt: skip


def one_use() -> bool:
    """Measure 20 starts at one moment, several times; each time exactly one may begin."""
    from django.db import connection

    from sekisho_web.accounts.models import Company
    from sekisho_web.grants.models import Grant
    from sekisho_web.grants.operations.beginning import CannotBegin, begin_use
    from sekisho_web.terminals.models import Device

    now, owner = this_moment(), Company.objects.get(code="N09")
    devices = Device.objects.bulk_create(
        Device(
            number=f"D{n}", terminal_class="network", owner=owner, can_show_non_public=True,
            valid_from=now - timedelta(days=9),
        )
        for n in range(STARTS)
    )  # fmt: skip
    like = Grant.objects.order_by("pk")[0]
    seconds, begun = [], []
    with ThreadPoolExecutor(STARTS) as pool:
        for turn in range(5):
            grant = Grant.objects.create(
                code=f"ONE-{turn}", person=like.person, appointment=like.appointment,
                works_for=like.works_for, account=like.account, system=like.system,
                kind="per_use", purpose="託送供給等", uses_max=1, use_minutes=20,
                valid_from=now - timedelta(minutes=1), valid_to=now + timedelta(minutes=30),
            )  # fmt: skip
            wait = Barrier(STARTS)

            def start(number: int, *, grant: Grant = grant, wait: Barrier = wait) -> bool:
                connection.ensure_connection()
                wait.wait()
                try:
                    begin_use(
                        grant=grant, person=grant.person, device=devices[number], refusals=(),
                        session=str(number), now=now,
                    )  # fmt: skip
                except CannotBegin:
                    return False
                return True

            began = perf_counter()
            answers = list(pool.map(start, range(STARTS)))
            seconds.append(perf_counter() - began)
            begun.append(sum(answers))
        list(pool.map(lambda _: connection.close(), range(STARTS)))
    return report(
        bench="grants_one_use", subject=f"{STARTS} at once", value=median(seconds), floor=1.0,
        ratio=max(begun), bar=1, at_most=True, rounds=len(begun), begun=begun,
    ) and set(begun) == {1}  # fmt: skip


if __name__ == "__main__":
    main()
