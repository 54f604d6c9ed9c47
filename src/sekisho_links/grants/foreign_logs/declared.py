"""What the records of a foreign system look like (列の対応), as `content/foreign` declares it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sekisho.errors import SekishoError
from sekisho.grants.reconciling.facts import TOLERANCE
from sekisho_links import shipped

COLUMNS = ("at", "date", "time", "until", "account", "action", "object", "ip", "device")
_KEYS = {
    "system",
    "host",
    "rhythm_days",
    "tolerance_seconds",
    "shared_words",
    "log",
    "manual",
    "w3c",
}


class BadSource(SekishoError):
    """A declaration of a source says something that cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Our name of a column -> its heading.

    merged: headings whose cells may be merged downwards; the upper value is read in each row.
    """

    names: Mapping[str, str]
    merged: frozenset[str] = frozenset()

    @property
    def headings(self) -> list[str]:
        """The headings without which a file is none of these."""
        needed = ("at", "date", "time", "until", "account")
        return [heading for key, heading in self.names.items() if key in needed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """rhythm_days: how often a log comes. tolerance: seconds that two clocks may differ."""

    system: str
    host: str
    rhythm_days: int
    tolerance: int
    shared_words: tuple[str, ...]
    log: Columns
    manual: Columns
    w3c: Mapping[str, str]


@cache
def source_of(system: str) -> Source | None:
    """Return the declaration that ships for a system, or None where there is none."""
    path = shipped("content", "foreign", f"{system}.toml")
    if not system.isalnum() or not path.is_file():
        return None
    return source_in(path.read_text(encoding="utf-8"), place=path.name)


def source_in(text: str, *, place: str = "記録の宣言") -> Source:
    """Return what a TOML text declares. Raises BadSource."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSource(
            f"TOML として読めません（{error}）",
            place=place,
            remedy="content/foreign の見本と見比べてください",
        ) from None
    if unknown := sorted(said.keys() - _KEYS):
        raise BadSource(
            f"知らない項目です: {'、'.join(unknown)}",
            place=place,
            remedy=f"書けるのは {'、'.join(sorted(_KEYS))} です",
        )
    return Source(
        system=str(said.get("system", "")),
        host=str(said.get("host", "")),
        rhythm_days=int(said.get("rhythm_days", 31)),
        tolerance=int(said.get("tolerance_seconds", TOLERANCE)),
        shared_words=tuple(str(word) for word in said.get("shared_words", ())),
        log=_columns(said, "log", place=place),
        manual=_columns(said, "manual", place=place),
        w3c={key: str(name) for key, name in said.get("w3c", {}).items()},
    )


def _columns(said: Mapping[str, Any], key: str, *, place: str) -> Columns:
    table = dict(said.get(key, {}))
    merged = frozenset(str(one) for one in table.pop("merged", ()))
    names = {name: str(heading) for name, heading in table.items()}
    has_time = "at" in names or {"date", "time"} <= names.keys()
    if "account" not in names or not has_time or names.keys() - set(COLUMNS):
        raise BadSource(
            f"[{key}] に account と、at か date・time が要ります",
            place=place,
            remedy=f"書ける列は {'、'.join(COLUMNS)} です",
        )
    return Columns(names=names, merged=merged)
