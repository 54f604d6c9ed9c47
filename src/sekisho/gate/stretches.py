"""Stretches of days: a version answers by the rules that are in force on the day of the look.

Every stretch from today on is decided when a version goes live, so that midnight changes the
answers by itself: no job runs, and nothing is switched.
"""

from datetime import date

from sekisho.policy.system import Policy, System

DAWN = date.min  # the first day of the stretch before any rule has begun


def stretch_on(system: System, day: date) -> date:
    """Return the first day of the stretch in which `day` lies (days in Japan)."""
    return max((first for first in system.stretches if first <= day), default=DAWN)


def stretches_from(system: System, day: date) -> tuple[date, ...]:
    """Return the first days of the stretch in which `day` lies and of all that follow."""
    following = (first for first in system.stretches if first > day)
    return (stretch_on(system, day), *following)


def ticket_version(policy: Policy, system: System, day: date) -> str:
    """Return what a ticket names: the version, and the stretch of days that `day` lies in."""
    return f"{policy.hash}@{stretch_on(system, day).isoformat()}"
