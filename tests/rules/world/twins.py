"""Answers as of a time that are wrong on purpose; the tests beside them must see it."""

from dataclasses import replace

import numpy as np

from sekisho.world.timeline import Timeline


def closed_end(periods: Timeline) -> Timeline:
    return replace(periods, ends=periods.ends + 1)


def open_start(periods: Timeline) -> Timeline:
    """Return periods that do not hold their first moment."""
    return replace(periods, marks=periods.marks + 1)


def any_key(periods: Timeline) -> Timeline:
    """Return periods in which the last key swallows what lies behind it."""
    return replace(periods, ends=np.full_like(periods.ends, 2**31))


WRONG = (closed_end, open_start, any_key)
