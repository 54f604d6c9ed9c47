"""Deliberately wrong readings of `active`; each must be caught by the test of the right one."""

from sekisho.accounts.told import Wish


def absent_enables(active):
    """Takes what is not said for the standard's default, which is true."""
    return Wish.STOP if active is False else Wish.LIFT


def absent_stops(active):
    """Takes what is not said for false: one PUT without it would stop a whole company."""
    return Wish.LIFT if active else Wish.STOP


WISHES = [absent_enables, absent_stops]
