"""The order that nobody gave: somebody is missing in a snapshot for the second time."""

from datetime import datetime, timedelta

from sekisho.accounts.orders import OrderKind, OrderLine
from sekisho.terms.days import day_in_japan

SOURCE = "absence"


def line_of_absence(company: str, number: str, *, as_of: datetime) -> OrderLine:
    """Return the order that ends the posts of somebody who was missing twice.

    The day before the second snapshot is the last day: when they really left, nobody has said.
    """
    day = day_in_japan(as_of)
    return OrderLine(
        source=SOURCE,
        batch="",
        number=0,
        employee_number=number,
        employer=company,
        works_for=company,
        kind=OrderKind.LEAVE,
        last_day=day - timedelta(days=1),
        order_no=f"{number}:{day.isoformat()}",
        received_at=as_of,
    )
