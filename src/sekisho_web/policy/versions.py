"""Versions by their hash: the bytes, the policy that they say, and which of them is live."""

from collections.abc import Mapping
from functools import lru_cache

from django.db import connection
from django.http import Http404

from sekisho.policy.read import hash_of, read
from sekisho.policy.system import Policy
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in, shipped_policy
from sekisho_web.policy.models import Sheet, Version

KEPT = 24  # policies in memory: the live one, drafts that are being written, what is compared
SHORTEST = 12  # characters of a hash that name a version in an address


class ByHash:
    """A policy as a key: two with one hash are one."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def __hash__(self) -> int:
        return hash(self.policy.hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByHash) and other.policy.hash == self.policy.hash


class NotAsNamed(RuntimeError):
    """The bytes of a version are not those that its hash names: the store was touched."""


def live_hash() -> str:
    """Return the hash of the version that is live (two queries), or of the shipped tables."""
    with connection.cursor() as cursor:
        cursor.execute("select to_regproc('rule.live') is not null")
        if cursor.fetchone()[0]:
            cursor.execute("select rule.live()")
            if found := cursor.fetchone()[0]:
                return str(found)
    return shipped_policy().hash


def live() -> Policy:
    """Return the policy that is live."""
    return policy_of(live_hash())


def policy_of(version: str) -> Policy:
    """Return the policy of the version with this hash (no query where it was read before).

    Raises Version.DoesNotExist where there is none, and Unreadable where it says nothing that
    can be understood: a draft may.
    """
    if version == shipped_policy().hash:
        return shipped_policy()
    return _read(version)


@lru_cache(maxsize=KEPT)
def _read(version: str) -> Policy:
    return read(files_of(version))


def files_of(version: str) -> dict[str, bytes]:
    """Return the files of the version with this hash, exactly as they were stored."""
    sheets: Mapping[str, str] = Version.objects.get(pk=version).sheets
    data = dict(Sheet.objects.filter(pk__in=set(sheets.values())).values_list("digest", "data"))
    files = {path: bytes(data[digest]) for path, digest in sheets.items()}
    if hash_of(files) != version:
        raise NotAsNamed(version)
    return files


def version_at(name: str) -> Version:
    """Return the version whose hash begins with `name`, as it stands in an address, or 404."""
    if len(name) < SHORTEST:
        raise Http404
    found = list(Version.objects.filter(pk__startswith=name)[:2])
    if len(found) != 1:
        raise Http404
    return found[0]


def files_of_live() -> dict[str, bytes]:
    """Return the files of the version that is live."""
    version = live_hash()
    if Version.objects.filter(pk=version).exists():
        return files_of(version)
    return files_in(shipped("tables"))
