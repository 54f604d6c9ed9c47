"""Old traffic joined to the answers of the tables, and counted: no rule is written twice."""

import ibis

from sekisho.trace.linking import SEEN, jst_day
from sekisho.trace.schema import (
    ALLOWED,
    DECIDED,
    KEPT,
    MASKED,
    NOT_ALLOWED,
    NOT_SHOWN,
    UNDECIDABLE,
    unbound,
)
from sekisho.trace.timelines import Table

ON = ("system", "screen", "number")


def decisions() -> Table:
    """Return the answers of the tables as an unbound table."""
    return unbound(DECIDED, "decided")


def judged(looks: Table, decided: Table) -> Table:
    """Return every look with `treatment`, `unknown` and its `verdict`, one of VERDICTS.

    Only what was shown can be against the table. A look whose context was not decided, or lacks
    a value, stands under 判定不能: never dropped, never called a violation.
    """
    both = looks.left_join(decided, list(ON)).drop(*(f"{name}_right" for name in ON))
    verdict = ibis.cases(
        (both.result == "masked", MASKED),
        (both.result != SEEN, NOT_SHOWN),
        (both.treatment.isnull() | (both.unknown != ""), UNDECIDABLE),
        (both.treatment == "拒否", NOT_ALLOWED),
        else_=ALLOWED,
    )
    return both.mutate(verdict=verdict)


def contexts(looks: Table) -> Table:
    """Return the histogram of contexts: any other table is scored on it, without the log."""
    return looks.group_by(["system", "screen", "number", "result"]).aggregate(
        accesses=looks.count()
    )


def verdicts(histogram: Table, decided: Table) -> Table:
    """Return how many looks there are of each verdict, by the attribute that is not known.

    histogram: what `contexts` gives; each context is judged once, however often it came.
    """
    rows = judged(histogram, decided)
    unknown = ibis.cases((rows.verdict == UNDECIDABLE, rows.unknown), else_="")
    return rows.group_by(["verdict", unknown.name("unknown")]).aggregate(
        accesses=rows.accesses.sum()
    )


def kept(looks: Table, numbered: Table) -> Table:
    """Return every look as little as another table needs of it.

    numbered: the number of each context of this investigation; every look has one.
    """
    both = looks.inner_join(numbered, list(ON))
    minute = both.at.truncate("m").epoch_seconds() / 60
    return both.mutate(minute=minute.cast("int32")).select(*KEPT)


def touches(judged: Table) -> Table:
    """Return who met what record how, with how often: what flows are counted from."""
    return judged.group_by(["viewer_id", "point_id", "system", "result", "treatment"]).aggregate(
        accesses=judged.count()
    )


def flows(touches: Table, people: Table, records: Table) -> Table:
    """Return the traffic from viewers through systems to the companies of the records."""
    who = people.select("viewer_id", "viewer_class", "company")
    whose = records.select("point_id", "owner", "owner_kind", "contract")
    rows = touches.left_join(who, "viewer_id").drop("viewer_id_right")
    rows = rows.left_join(whose, "point_id").drop("point_id_right")
    return rows.group_by(
        ["viewer_class", "company", "system", "owner", "owner_kind", "result", "treatment"]
    ).aggregate(accesses=rows.accesses.sum(), contracts=rows.contract.nunique())


def apart(judged: Table, people: Table, records: Table) -> Table:
    """Return, by day, what was shown though the table refuses, and what cannot be decided."""
    found = judged.filter(judged.verdict.isin((NOT_ALLOWED, UNDECIDABLE)))
    found = found.mutate(kind=found.verdict, day=jst_day(found.at))
    found = found.group_by(["kind", "day", "viewer_id", "point_id"]).aggregate(
        accesses=found.count()
    )
    found = found.left_join(people, "viewer_id").drop("viewer_id_right")
    found = found.left_join(records, "point_id").drop("point_id_right")
    person = found.person.coalesce(found.viewer_account)
    rows = found.mutate(person=person).group_by(
        ["kind", "day", "person", "contract", "customer", "retailer"]
    )
    return rows.aggregate(accesses=found.accesses.sum())
