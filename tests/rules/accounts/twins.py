"""Deliberately wrong variants; each must be caught by the test of the right one."""

from sekisho.accounts.roles import OF_NETWORK_UNIT


def by_unit_alone(*, unit_kind, **_):
    """Forgets whose unit it is: the affiliate's compliance office reads the network's logs."""
    return OF_NETWORK_UNIT.get(unit_kind, frozenset())


PERMISSIONS = [by_unit_alone]
