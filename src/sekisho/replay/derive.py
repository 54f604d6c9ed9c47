"""The ten attributes of old looks, in Ibis: the twin of `sekisho.policy.derive`.

It reads linked accesses (`sekisho.trace.linking`). Each attribute becomes a number: 1 for the
first value of 属性.csv, and so on; 0 is 不明. Ten numbers make one key, by mixed radix, so that
a context is interned without a join on ten texts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import ibis

from sekisho.policy import attributes as names
from sekisho.policy.derive import APPROVAL_OF_KIND, LAPSED, LENT, NO_GRANT, RELIEF, UNREGISTERED
from sekisho.replay.interning import Domains
from sekisho.trace.linking import OURS
from sekisho.trace.timelines import Table

Column = Any  # an Ibis column

_LEVELS = (APPROVAL_OF_KIND["standing"], APPROVAL_OF_KIND["per_use"], APPROVAL_OF_KIND["dual"])
# Duties that are the viewer's own business, and those that a list of work makes.
_OWN, _AREA, _WORK = "own", "area", "work_item"
# Whom the supply area binds: everybody but the state, whose systems know no area.
_EVERYWHERE = ("国", "監督当局")


def derive(look: Table, domains: Domains) -> dict[str, Column]:
    """Return for each attribute a column with the number of its value, 0 where it is not known."""
    said = {
        names.VIEWER_CLASS: _viewer_class(look),
        names.PURPOSE: _purpose(look),
        names.CIRCUMSTANCE: ibis.cases(
            (look.district.isnull(), ibis.null("string")),
            (look.in_emergency, "非常災害"),
            else_="平常",
        ),
        names.APPROVAL: _approval(look),
        names.TERMINAL: ibis.cases(
            (look.device == "", ibis.null("string")),
            (look.owner_retail.isnull(), UNREGISTERED),
            ((look.terminal == LENT) & ~look.in_loan, UNREGISTERED),
            else_=look.terminal,
        ),
        names.AUTHENTICATION: look.method,
        names.ACCOUNT_STATE: _account_state(look),
        names.SCREEN_KIND: look.screen_kind,
        names.RELATION: look.relation,
        names.SCOPE: _scope(look),
    }
    return {name: numbered(said[name], domains[name]) for name in domains}


def numbered(word: Column, words: Sequence[str]) -> Column:
    """Return 1 for the first of `words`, 2 for the second …, 0 for any other word and for null."""
    return ibis.cases(*((word == one, n) for n, one in enumerate(words, start=1)), else_=0).cast(
        "int64"
    )


def key(numbers: Mapping[str, Column], domains: Domains) -> Column:
    """Return the number of the context: different contexts, different numbers."""
    total = ibis.literal(0, "int64")
    for name, words in domains.items():
        total = total * (len(words) + 1) + numbers[name]
    return total


def _viewer_class(look: Table) -> Column:
    return ibis.cases((look.relief_hat, RELIEF), else_=look.viewer_class)


def _purpose(look: Table) -> Column:
    """What the log says; where it says nothing, the purpose of the grant under which it ran."""
    said = ibis.cases((look.purpose != "", look.purpose))
    return said.coalesce(
        ibis.cases(
            (look.in_grant_record, look.grant_record_purpose),
            (look.in_grant_district, look.grant_district_purpose),
            else_=look.grant_purpose,
        )
    )


def _approval(look: Table) -> Column:
    """The grant for the record before that for its district, and that before the general one."""
    level = ibis.cases(
        (look.in_grant_record, look.grant_record_level),
        (look.in_grant_district, look.grant_district_level),
        else_=look.grant_level,
    )
    return ibis.cases(
        (look.person.isnull(), ibis.null("string")),
        *((level == n, word) for n, word in enumerate(_LEVELS, start=1)),
        (look.grant_began, LAPSED),
        else_=NO_GRANT,
    )


def _account_state(look: Table) -> Column:
    """Closed or held before moved, moved before dormant, as 属性.csv ranks them."""
    closed = look.closed_at.notnull() & (look.closed_at <= look.at)
    return ibis.cases(
        (look.issued_at.isnull() | (look.at < look.issued_at), ibis.null("string")),
        (closed | look.held, "停止中"),
        (~look.known_home, ibis.null("string")),
        (~look.at_home, "異動済"),
        (look.dormant, "休眠"),
        else_="有効",
    )


def _scope(look: Table) -> Column:
    """Out of the area beats everything; then the duty under a grant; then what the grant names."""
    nobody = look.company.isnull() | look.point.isnull()
    relief = look.relief_hat
    outside = ibis.cases(
        (relief, ~look.in_emergency),
        (look.viewer_class.isin(_EVERYWHERE) | look.retail, False),
        else_=~look.in_area,
    )
    duty = ibis.cases((relief, _WORK), else_=look.duty)
    on_list = look.in_work_person | look.in_work_company
    named = look.in_grant_record | look.in_grant_district | (look.grant_level >= 2)
    granted = named | (look.grant_level >= 1)
    in_duty = ibis.cases(
        (duty == _AREA, True),
        (duty == _OWN, look.relation.isin(OURS)),
        (duty == _WORK, on_list),
        else_=False,
    )
    return ibis.cases(
        (nobody, ibis.null("string")),
        (outside, "区域外"),
        (granted & in_duty, "職務内"),
        (named, "承認範囲内"),
        else_="範囲外",
    )
