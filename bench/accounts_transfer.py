"""A transfer day: the difference of a whole file, 3,000 movers applied, and midnight without a job.

`accounts_difference`: a file with a line for everybody is read and set beside the registers.
`accounts_apply`: 3,000 people with 9,000 IDs and grants move tomorrow; beside it, what it takes
to write as many rows past every rule. `accounts_midnight`: what `may_use` says of each of the
9,000 uses a microsecond before and at 00:00 in Japan; no job runs. `accounts_cut`: 5,000 posts
end at once with the grants that rest on them. `accounts_may_use`: the rule alone.
"""

import tomllib
from datetime import date, timedelta
from statistics import median
from time import perf_counter
from typing import Any

import psycopg

from bench.accounts_world import SYSTEMS, UNITS, file_of, order, owner_url
from bench.measure import report, short
from sekisho.terms.days import jst_day
from sekisho_links import shipped
from tests.links.gate.worlds import this_moment

DIFFERENCE, APPLY, CUT, RULE = 10.0, 60.0, 2.0, 50e-6
MOMENT = timedelta(microseconds=1)


def elsewhere(number: int) -> str:
    """Return another unit than that in which person `number` is."""
    return f"N09-{1 + (number + 1) % UNITS:02}"


def held(subject: str, bench: str, seconds: float, bar: float, **more: object) -> bool:
    return report(
        bench=bench, subject=subject, value=seconds, floor=bar, ratio=seconds / bar, bar=1,
        at_most=True, rounds=1, **more,
    )  # fmt: skip


def begun() -> Any:  # a record, once Django is there
    """Begin the feed of the company and return it."""
    from sekisho_web.accounts.models import Company
    from sekisho_web.accounts.operations import personnel

    text = shipped("content", "feeds", "orders.toml").read_text(encoding="utf-8")
    return personnel.begin_feed(
        company=Company.objects.get(code="N09"), name="発令簿", mapping=tomllib.loads(text),
        rhythm_hours=24, by=None, now=this_moment() - timedelta(days=1),
    )  # fmt: skip


def difference(feed: Any, *, people: int, day: date) -> bool:
    """Measure a file of which every line moves somebody: received, and its page made."""
    from sekisho_web.accounts.operations import personnel
    from sekisho_web.accounts.queries.deliveries import delivery_of

    now = this_moment()
    text = f"{day:%Y/%m/%d}"
    data = file_of(
        [order(n, unit=elsewhere(n), day=text, order_no=f"D{n}") for n in range(1, people + 1)]
    )
    began = perf_counter()
    batch = personnel.receive(feed=feed, data=data, name="all.csv", by=None, now=now)
    received = perf_counter() - began
    began = perf_counter()
    delivery = delivery_of(batch, now=now)
    made = perf_counter() - began
    assert delivery.moving == people, delivery.moving
    personnel.refuse(batch=batch, by=_somebody(1), reason="計っただけ", now=now)
    return held(
        "全員の行をもつファイルの差分", "accounts_difference", made, DIFFERENCE,
        lines=people, receive_seconds=round(received, 3),
    )  # fmt: skip


def _somebody(number: int) -> Any:
    from sekisho_web.accounts.models import Person

    return Person.objects.get(login=f"p{number}")


def apply(feed: Any, *, movers: int, people: int, day: date) -> bool:
    """Measure the application of a delivery above the brake, after two people confirmed it."""
    from sekisho_web.accounts.operations import personnel
    from sekisho_web.accounts.queries.deliveries import delivery_of

    now = this_moment()
    text = f"{day:%Y/%m/%d}"
    data = file_of(
        [order(n, unit=elsewhere(n), day=text, order_no=f"A{n}") for n in range(1, movers + 1)]
    )
    batch = personnel.receive(feed=feed, data=data, name="movers.csv", by=None, now=now)
    delivery = delivery_of(batch, now=now)
    for number in (people, people - 1):
        personnel.confirm(
            batch=batch, by=_somebody(number), digest=delivery.digest, expected=movers, now=now
        )
    began = perf_counter()
    personnel.apply(batch=batch, by=_somebody(people), digest=delivery.digest, now=now)
    seconds = perf_counter() - began
    return held(
        "異動の日の適用", "accounts_apply", seconds, APPLY * (0.2 if short() else 1),
        movers=movers, people=people, accounts=people * len(SYSTEMS),
    )  # fmt: skip


def midnight(*, movers: int, day: date) -> bool:
    """Ask the rule about every use that ends, just before midnight and at it. No job has run."""
    from sekisho.grants.use import Ask, Permit, is_entitled
    from sekisho_web.accounts.models import Account, Person
    from sekisho_web.grants.known import known
    from sekisho_web.grants.standing import standing_facts

    at = jst_day(day)
    people = list(
        Person.objects.filter(login__in=[f"p{n}" for n in range(1, movers + 1)]).values_list(
            "pk", flat=True
        )
    )
    codes = {
        (person, system): (code, str(hat))
        for person, system, code, hat in Account.objects.filter(person__in=people).values_list(
            "person_id", "system_id", "code", "appointment_id"
        )
    }
    before = after = 0
    asked, rule = 0.0, []
    for (person, system), (code, hat) in codes.items():
        began = perf_counter()
        found = known(person=person, system=system, device=None, at=at)
        facts = standing_facts(found, person=str(person), system=system, at=at)
        earlier = standing_facts(found, person=str(person), system=system, at=at - MOMENT)
        asked += perf_counter() - began
        ask = Ask(person=str(person), hat=hat, account=code, system=system, purpose="託送供給等")
        began = perf_counter()
        before += isinstance(is_entitled(earlier, ask, at=at - MOMENT), Permit)
        after += isinstance(is_entitled(facts, ask, at=at), Permit)
        rule.append((perf_counter() - began) / 2)
    uses = len(codes)
    each = median(rule)  # of one answer; the mean is that of the load beside it
    assert before == uses, (before, uses)
    return all(
        (
            report(
                bench="accounts_midnight", subject="0時ちょうどに開く利用", value=after,
                floor=uses, ratio=after, bar=0, at_most=True, rounds=1, uses=uses,
                open_before=before, facts_ms=round(asked / uses * 1000, 3),
            ),
            held("may_use の規則だけ", "accounts_may_use", each, RULE, uses=uses),
        )
    )  # fmt: skip


def cut(*, posts: int) -> bool:
    """Measure one transaction that ends posts now, and the grants that rest on them with it."""
    from django.db import connection, transaction

    from sekisho_web.accounts.models import AppointmentTerm
    from sekisho_web.accounts.operations import moving

    now = this_moment()
    ids = list(
        AppointmentTerm.objects.filter(valid_to=None, valid_from__lt=now)
        .order_by("-pk")
        .values_list("appointment_id", flat=True)[:posts]
    )
    ended = dict.fromkeys(ids, now)
    rest = "SELECT count(*) FROM grants_grant WHERE appointment_id = ANY(%s) AND valid @> %s"
    with psycopg.connect(owner_url(), autocommit=True) as owner:
        (grants,) = owner.execute(rest, [ids, now]).fetchone() or (0,)
        began = perf_counter()
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE accounts_appointmentterm SET valid = tstzrange(lower(valid), %s)"
                    " WHERE appointment_id = ANY(%s) AND upper_inf(valid)",
                    [now, ids],
                )
            moving.cut(ended, now=now)
        seconds = perf_counter() - began
        (left,) = owner.execute(rest, [ids, now]).fetchone() or (0,)
    assert left == 0, left
    return held(
        "発令とその許可を一度に終える", "accounts_cut", seconds, CUT, posts=len(ids), grants=grants
    )


def run(*, people: int, movers: int, day: date) -> list[bool]:
    """Measure everything of a transfer on `day`, and return which bars held."""
    feed = begun()
    return [
        difference(feed, people=people, day=day),
        apply(feed, movers=movers, people=people, day=day),
        midnight(movers=movers, day=day),
    ]
