"""The incident classes (content/incident_classes.csv): each a small expression, in one order.

Every class is asked of a linked access by itself; `reported_as` is the first that holds, in the
order of the sheet. An expression that meets a missing fact is false: what is not known is
counted as 判定不能, never as a violation.

What the sheet leaves open is fixed here. Seen is an access that names a record which was shown.
The retailer's side are the affiliate, its contractors and other retailers; a contractor's own
customers are its principal's. A record is a company's own where the company supplies it, or has
an accepted switch or a consent in force. Somebody lent to an emergency who uses the ID given for
it is not on the retailer's side. IDs that are lent or left over are personal ones.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ibis

from sekisho.errors import SekishoError
from sekisho.trace.linking import OURS, SEEN
from sekisho.trace.timelines import NO, Table

Expression = Any  # an Ibis boolean


class UnknownClass(SekishoError):
    """A class in the sheet for which there is no expression."""


def _seen(look: Table) -> Expression:
    return (look.result == SEEN) & look.record.notnull()


def _seller(look: Table) -> Expression:
    """A person on the retailer's side, by the appointment that outweighs the others."""
    return look.retail & ~look.relief_hat


def _strange(look: Table) -> Expression:
    """A record that is not the business of the viewer's company."""
    return look.relation.notnull() & ~look.relation.isin(OURS)


def _strange_to_device(look: Table) -> Expression:
    """A record that is not the business of the company for which the device is used."""
    return look.contract_kind.notnull() & ~look.device_owns


def _personal(look: Table) -> Expression:
    """An ID that the network company gave to one person."""
    return (look.account_kind == "individual") & look.from_network


def ministry_shared_id(look: Table) -> Expression:
    return (look.system == "saiene") & (look.account_kind == "shared") & look.owner_retail


def lent_id(look: Table) -> Expression:
    at_network = look.company_kind == "network"
    return _personal(look) & at_network & look.owner_retail & _strange_to_device(look)


def other_principal(look: Table) -> Expression:
    contractor = look.company_kind == "network_contractor"
    return _personal(look) & contractor & look.principal_retail & _strange_to_device(look)


def stale_after_transfer(look: Table) -> Expression:
    return _personal(look) & look.retail & _strange(look)


def outside_emergency(look: Table) -> Expression:
    return (look.account_kind == "disaster") & look.district.notnull() & ~look.in_emergency


def terminal_misplaced(look: Table) -> Expression:
    return look.owner_network & look.site_retail & _seller(look) & _strange(look)


def last_resort_seen(look: Table) -> Expression:
    return _seller(look) & (look.contract_kind == "last_resort")


def fit_seen(look: Table) -> Expression:
    return _seller(look) & (look.contract_kind == "fit_network")


def new_point_seen(look: Table) -> Expression:
    return _seller(look) & (look.contract_kind == "none") & (look.status == "新設中")


def mask_gap(look: Table) -> Expression:
    return _seller(look) & (look.contract_kind == "retail") & _strange(look)


EXPRESSIONS: Mapping[str, Callable[[Table], Expression]] = {
    expression.__name__: expression
    for expression in (
        ministry_shared_id,
        lent_id,
        other_principal,
        stale_after_transfer,
        outside_emergency,
        terminal_misplaced,
        last_resort_seen,
        fit_seen,
        new_point_seen,
        mask_gap,
    )
}


def in_order(codes: Sequence[str]) -> tuple[str, ...]:
    """Return the codes of the sheet; raise UnknownClass for one without an expression."""
    for code in codes:
        if code not in EXPRESSIONS:
            raise UnknownClass(
                f"事案の型「{code}」の式がありません",
                place="incident_classes.csv",
                remedy=f"符号を次のどれかにしてください: {'、'.join(EXPRESSIONS)}",
            )
    return tuple(codes)


def matched(look: Table, codes: Sequence[str]) -> Expression:
    """Return which classes hold for each access, as bits in the order of `codes`."""
    seen = _seen(look)
    bits = ibis.literal(0, "int32")
    for place, code in enumerate(codes):
        holds = (seen & EXPRESSIONS[code](look)).fill_null(NO)
        bits = bits + ibis.cases((holds, ibis.literal(1 << place, "int32")), else_=0)
    return bits.cast("int32")


def reported_as(bits: Expression, codes: Sequence[str]) -> Expression:
    """Return the place (from 0) of the first class in `bits`, or null where none holds."""
    return ibis.cases(*(((bits & (1 << place)) != 0, place) for place in range(len(codes))))
