"""Opens a target by its kind. The parts of a kind are loaded only when one is opened."""

from collections.abc import Callable, Mapping

from sekisho.errors import SekishoError
from sekisho_links.accounts.targets.address import Address
from sekisho_links.accounts.targets.log_only import Log
from sekisho_links.accounts.targets.target import Kind, Target

PARTS = {Kind.LOG_ONLY: "analysis"}


class DirectoriesNotInstalled(SekishoError):
    """The extra that reaches directories is missing."""


def open_target(
    kind: Kind | str,
    address: Mapping[str, object],
    secret: str,
    *,
    place: str = "",
    probes: bool = True,
    hand_over: Callable[[str], None] | None = None,
    log: Log | None = None,
) -> Target:
    """Return the target at `address`. Nothing is sent yet; the first call reaches it.

    secret:    the token or password with which we enter; "" where the kind needs none.
    place:     what errors call it (the system's name); the kind where not given.
    probes:    whether a stop in a directory is tried by a bind that must be refused. Where the
               owner forbids it, what is read back counts, and is 縮退.
    hand_over: gets a rotated secret, once; without it nobody ever knows the new one.
    log:       of LOG_ONLY: the imported log; without it the file that the address names.

    Raise AddressUnusable where the address is not whole, DirectoriesNotInstalled where the part
    that speaks to this kind is missing.
    """
    kind = Kind(kind)
    words = Address(address, place=place or kind)
    try:
        match kind:
            case Kind.SCIM:
                from sekisho_links.accounts.targets.scim import Scim  # noqa: PLC0415

                return Scim(words, secret)
            case Kind.LDAP:
                from sekisho_links.accounts.targets.ldap import OpenLdap  # noqa: PLC0415

                return OpenLdap(words, secret, probes=probes, hand_over=hand_over)
            case Kind.ACTIVE_DIRECTORY:
                from sekisho_links.accounts.targets.active_directory import (  # noqa: PLC0415
                    ActiveDirectory,
                )

                return ActiveDirectory(words, secret, probes=probes, hand_over=hand_over)
            case Kind.BY_HAND:
                from sekisho_links.accounts.targets.by_hand import ByHand  # noqa: PLC0415

                return ByHand(words)
            case Kind.LOG_ONLY:
                from sekisho_links.accounts.targets.log_only import LogOnly  # noqa: PLC0415

                return LogOnly(words, log=log)
    except ImportError as error:
        raise DirectoriesNotInstalled(
            f"{kind} の対象に届く部品が入っていません",
            place=place or kind,
            remedy=f"sekisho[{PARTS.get(kind, 'directories')}] を入れてください",
        ) from error
