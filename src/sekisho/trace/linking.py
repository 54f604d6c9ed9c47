"""Each access with what was true at its time: interval joins, in a written order, never ASOF.

Built in steps: the states (small, once), then `linked` over any part of the log. Every join
keeps each access exactly once: a state has at most one row of a key at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis
from ibis import _

from sekisho.accounts.life import DORMANT_AFTER_MONTHS
from sekisho.trace import timelines
from sekisho.trace.schema import ACCESS, QUIET, Facts, unbound
from sekisho.trace.timelines import NO, Table, cut, merged, spanned

OWN, SWITCH_IN, CONSENT = "自社", "切替受付済", "同意照会"
OURS = (OWN, SWITCH_IN, CONSENT)  # 相手群 自社: the record is the viewer's business
LAST_RESORT, ISLAND, NO_CONTRACT = "最終保障", "離島", "契約なし"
FIT_NETWORK, FIT_OWN, FIT_RIVAL, RIVAL = "送配電買取", "自社買取", "他社買取", "他社"

SEEN = "shown"  # the one result that counts as seen; masked is not


@dataclass(frozen=True, slots=True)
class Step:
    """An expression that the engine keeps under a name before the next ones are asked."""

    name: str
    table: Table


class Steps(list[Step]):
    """The steps so far; each is handed on as a table of its name."""

    def keep(self, name: str, table: Table) -> Table:
        """Add a step and return it as the later ones see it."""
        self.append(Step(name, table))
        return unbound(dict(table.schema().items()), name)


def states(facts: Facts) -> tuple[Steps, dict[str, Table]]:
    """Return the steps that turn facts into states, and the states by name."""
    steps = Steps()
    company = steps.keep("state_company", timelines.companies(facts))
    posts = steps.keep("state_post", timelines.posts(facts, company))
    holders = steps.keep("state_holder", timelines.holders(facts))
    permits = steps.keep("state_permit", timelines.permits(facts))
    stretch = steps.keep("state_stretch", timelines.stretches(holders, posts, permits, facts))
    viewer = timelines.viewers(stretch, holders, posts, permits, facts)
    states = {
        "company": company,
        "viewer": steps.keep("state_viewer", viewer),
        "device": steps.keep("state_device", timelines.devices(facts, company)),
        "point": steps.keep("state_point", timelines.points(facts)),
        "emergency": steps.keep(
            "state_emergency", merged(spanned(facts["emergencies"]), ["district"])
        ),
        "loan": steps.keep("state_loan", merged(spanned(facts["loans"]), ["device", "person"])),
    }
    ties = spanned(facts["ties"])
    tied = ["record", "company"]
    for name, relation in (("switch", "switch_in"), ("consent", "consent")):
        states[name] = steps.keep(
            f"state_{name}", merged(ties.filter(ties.relation == relation), tied)
        )
    states["tie"] = steps.keep("state_tie", merged(ties, tied))
    work = spanned(facts["work_items"])
    states["work_person"] = steps.keep(
        "state_work_person", merged(work.filter(work.person.notnull()), ["person", "record"])
    )
    states["work_company"] = steps.keep(
        "state_work_company", merged(work.filter(work.person.isnull()), ["company", "record"])
    )
    for place in ("district", "record"):
        states[f"grant_{place}"] = steps.keep(f"state_grant_{place}", _scoped(permits, place))
    states["screen"] = facts["screens"]
    return steps, states


def _scoped(permits: Table, place: str) -> Table:
    """Return the strongest grant that is written for one district or one record, at any time."""
    key = ["person", "system", place]
    given = permits.filter(permits[place].notnull()).select(*key, "f", "e", "level", "purpose")
    held = cut(given, key).inner_join(given, key, rname="held_{name}")
    held = held.filter((held.f >= held.held_f) & (held.f < held.held_e))
    return held.group_by([*key, "f", "e"]).aggregate(
        level=held.level.max(),
        purpose=ibis.cases((held.purpose.nunique() == 1, held.purpose.min())),
    )


def quiet(access: Table, viewer: Table, started: Table) -> Table:
    """Return the uses of an account after six months of silence, as (system, account, at).

    started: system -> the first moment of its log. Before it nothing is known of uses, and what
             is not known is no dormancy; silence counts from the issue, the last use, or there.

    Six months run to the same day of the month, or to its last day where that day is missing.
    """
    days = access.group_by(["system", "account", jst_day(access.at).name("day")]).aggregate(
        first=access.at.min(), last=access.at.max()
    )
    order = ibis.window(group_by=["system", "account"], order_by="day")
    days = days.mutate(before=_.last.lag().over(order))
    days = days.inner_join(started, "system")
    days = days.mutate(since=days.before.coalesce(days.started))
    days = days.filter(_.day >= jst_day(_.since) + ibis.interval(months=DORMANT_AFTER_MONTHS))
    found = days.inner_join(
        viewer,
        [
            days.system == viewer.viewer_system,
            days.account == viewer.viewer_account,
            days["first"] >= viewer.viewer_f,
            days["first"] < viewer.viewer_e,
        ],
    )
    since = ibis.greatest(found.since, found.issued_at)
    found = found.filter(found.day >= jst_day(since) + ibis.interval(months=DORMANT_AFTER_MONTHS))
    return found.select(quiet_system="system", quiet_account="account", quiet_at="first").distinct()


def jst_day(at: Any) -> Any:  # noqa: ANN401
    """Return the day in Japan of a moment; midnight there is 15:00Z of the day before."""
    return (at + ibis.interval(hours=9)).date()


def access_table(name: str = "access") -> Table:
    """Return the normalised log as an unbound table."""
    return unbound(ACCESS, name)


def _at_most_one(
    accesses: Table, state: Table, on: Sequence[tuple[str, str]], f: str, e: str
) -> Table:
    """Return every access with the row of `state` that holds at its time, or with none."""
    same = [accesses[here] == state[there] for here, there in on]
    return accesses.left_join(
        state, [*same, accesses.at >= state[f], accesses.at < state[e]], rname="{name}_there"
    )


def linked(access: Table, states: dict[str, Table]) -> Table:
    """Return each access once, with viewer, device, record, relation and grant of its time."""
    look = access.select(*(name for name in ACCESS if name != "ip"))
    look = _at_most_one(
        look,
        states["viewer"],
        [("system", "viewer_system"), ("account", "viewer_account")],
        "viewer_f",
        "viewer_e",
    )
    look = _at_most_one(look, states["device"], [("device", "device_key")], "device_f", "device_e")
    look = _at_most_one(look, states["point"], [("record", "point_key")], "point_f", "point_e")
    look = look.select(
        *(name for name in look.columns if not name.endswith(("_key", "_f", "_e"))),
    )
    for name, on in (
        ("switch", [("point", "record"), ("side", "company")]),
        ("consent", [("point", "record"), ("side", "company")]),
        ("tie", [("point", "record"), ("device_side", "company")]),
        ("emergency", [("district", "district")]),
        ("loan", [("device", "device"), ("person", "person")]),
        ("work_person", [("person", "person"), ("point", "record")]),
        ("work_company", [("company", "company"), ("point", "record")]),
        ("grant_district", [("person", "person"), ("system", "system"), ("district", "district")]),
        ("grant_record", [("person", "person"), ("system", "system"), ("point", "record")]),
    ):
        look = _marked(look, states[name], name, on)
    screens = states["screen"].rename(screen_system="system", screen_id="screen")
    look = look.left_join(
        screens, [look.system == screens.screen_system, look.screen == screens.screen_id]
    ).drop("screen_system", "screen_id")
    silent = unbound(QUIET, "quiet")
    look = look.left_join(
        silent,
        [
            look.system == silent.quiet_system,
            look.account == silent.quiet_account,
            look.at == silent.quiet_at,
        ],
    )
    look = look.mutate(dormant=look.quiet_at.notnull()).drop(
        "quiet_system", "quiet_account", "quiet_at"
    )
    return look.mutate(
        relation=relation(look),
        device_owns=(
            ((look.owner == look.device_side) & (look.contract_kind == "retail")).fill_null(NO)
            | look.in_tie
        ),
        # the hat (帽子) of relief is on where a supporter uses the ID lent for it
        relief_hat=look.relief & (look.account_kind == "disaster"),
    )


def _marked(look: Table, state: Table, name: str, on: Sequence[tuple[str, str]]) -> Table:
    """Return the accesses with `in_<name>`: whether a row of the state holds at their time."""
    renamed = state.rename({f"{name}__{column}": column for column in state.columns})
    both = _at_most_one(
        look,
        renamed,
        [(here, f"{name}__{there}") for here, there in on],
        f"{name}__f",
        f"{name}__e",
    )
    both = both.mutate(**{f"in_{name}": both[f"{name}__f"].notnull()})
    kept = {
        f"{name}_{more}": f"{name}__{more}"
        for more in ("level", "purpose")
        if more in state.columns
    }
    both = both.rename(kept) if kept else both
    return both.drop(*(column for column in both.columns if column.startswith(f"{name}__")))


def relation(look: Table) -> Any:  # noqa: ANN401
    """Return 契約相手: the record as the viewer's company meets it, the smallest 優先 first.

    Null (不明) where the record, its contract or the viewer's company is not known.
    """
    own = look.owner == look.side
    kind = look.contract_kind
    return ibis.cases(
        (look.side.isnull() | kind.isnull(), ibis.null("string")),
        ((kind == "retail") & own, OWN),
        (look.in_switch, SWITCH_IN),
        (look.in_consent, CONSENT),
        (kind == "last_resort", LAST_RESORT),
        (kind == "island", ISLAND),
        (kind == "fit_network", FIT_NETWORK),
        ((kind == "fit_retail") & own, FIT_OWN),
        ((kind == "fit_retail") & look.owner.notnull(), FIT_RIVAL),
        ((kind == "retail") & look.owner.notnull(), RIVAL),
        (kind == "none", NO_CONTRACT),
    )
