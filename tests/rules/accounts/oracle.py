"""What must be true of one person's posts and one ID, said a second time and otherwise.

The rules lay orders on one another; here are stretches of days, and one line for each reason not
to let somebody in. It knows nothing of the rules but the words of the orders.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from itertools import groupby

TOKYO = timezone(timedelta(hours=9))
LEAVE, JOIN, TRANSFER = 0, 2, 4


def stretches(orders):
    """Return (unit, first day, day after the last) of (first day, what, number, unit)."""
    found, unit, left = [], None, False
    for since, told in groupby(sorted(orders), key=lambda order: order[0]):
        was, broken = unit, False
        for _, what, _, to in told:
            if what == LEAVE:
                unit, left, broken = None, True, True
            elif what == JOIN or not left:
                unit, left = to, False
        if unit != was or broken:
            found = [*found[:-1], (*found[-1][:2], since)] if was else found
            found += [(unit, since, date.max)] if unit else []
    return found


def months_after(day, months):
    """Return the same day so many months later, or the last of that month: counted back to it."""
    found = day.replace(day=1)
    for _ in range(months):
        found = (found + timedelta(days=31)).replace(day=1)
    month = found.month
    found += timedelta(days=day.day - 1)
    while found.month != month:
        found -= timedelta(days=1)
    return found


@dataclass
class Oracle:
    orders: dict = field(default_factory=dict)  # number -> (first day, what, number, unit)
    seat: tuple | None = None  # unit and first day of the stretch for which the ID was issued
    pinned: bool = True  # that stretch was believed ever since
    alive: list[datetime] = field(default_factory=list)  # issue, uses, an officer's word
    held: set[str] = field(default_factory=set)

    def where(self, day):
        return next((s for s in stretches(self.orders.values()) if s[1] <= day < s[2]), None)

    def heard(self):
        starts = [stretch[:2] for stretch in stretches(self.orders.values())]
        self.pinned = self.pinned and (self.seat is None or self.seat in starts)

    def opens(self, at, *, months):
        """Return whether the ID opens anything at `at`; None where beliefs went to and fro."""
        day = at.astimezone(TOKYO).date()
        if self.seat is None or self.held or self.where(day) is None:
            return False
        if day >= months_after(max(self.alive).astimezone(TOKYO).date(), months):
            return False
        if self.pinned:
            return self.where(day)[:2] == self.seat
        return None if self.where(day)[0] == self.seat[0] else False
