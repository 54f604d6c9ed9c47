"""Stretches of days: a version answers by the rules that are in force on the day of the look.

Every stretch from today on is decided when a version goes live, so that midnight changes the
answers by itself: no job runs, and nothing is switched.
"""

from dataclasses import replace
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


def before_any_day(policy: Policy, day: date) -> Policy:
    """Return the systems of `policy` that stand, on `day`, before the first of all their days.

    What is in force in them are the rules without a first day. No stretch of `System.stretches`
    begins there, so a proof by stretches would pass over it.
    """
    found = {}
    for key, system in policy.systems.items():
        if system.stretches and stretch_on(system, day) == DAWN:
            rules = tuple(
                replace(rule, starts=None, ends=None) for rule in system.on(DAWN).table.rules
            )
            found[key] = replace(system, rules=rules).with_rules(rules)
    return replace(policy, systems=found)


def ticket_version(policy: Policy, system: System, day: date) -> str:
    """Return what a ticket names: the version, and the stretch of days that `day` lies in."""
    return f"{policy.hash}@{stretch_on(system, day).isoformat()}"
