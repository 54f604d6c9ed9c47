"""How one system writes its log: the typed form of `content/sources/<system>.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from sekisho.errors import SekishoError
from sekisho.trace.dates import TimeForm

# What a line of any log says, under the names of the normalised access.
SAID = (
    "at",
    "account",
    "device",
    "ip",
    "screen",
    "action",
    "record",
    "n",
    "result",
    "purpose",
    "method",
)
NEEDED = frozenset({"account", "screen", "action", "record", "result"})
WORDED = ("action", "result", "purpose", "method")  # each word is translated by [values.<name>]
ACTIONS = frozenset({"view", "search", "print", "export"})
RESULTS = frozenset({"shown", "masked", "denied", "not_found"})


T = TypeVar("T", bound=StrEnum)


class UnusableSource(SekishoError):
    """A source file that says something we cannot follow."""


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    W3C = "w3c"  # IIS, #Fields: may change inside the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The log of one system.

    columns: what the line says -> the heading, key or field that says it; `field:parameter` is a
             parameter inside a query string.
    values:  what the line says -> (word in the log -> our word).
    """

    system: str
    files: str  # a pattern below the folder of logs
    format: Format
    encoding: str
    timezone: str
    time_form: TimeForm
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    defaults: Mapping[str, str]


def source_from(said: Mapping[str, object], *, place: str) -> Source:
    """Return the source that a parsed file describes; raise UnusableSource where it cannot be."""
    known = {"system", "files", "format", "encoding", "timezone", "time_form"}
    if missing := sorted(known - said.keys()):
        raise UnusableSource(
            f"「{missing[0]}」がありません", place=place, remedy="書き加えてください"
        )
    if extra := sorted(said.keys() - known - {"columns", "values", "defaults"}):
        raise UnusableSource(
            f"知らない項目「{extra[0]}」があります",
            place=place,
            remedy=f"使える項目は {'、'.join(sorted(known))}、columns、values、defaults です",
        )
    columns = _words(said.get("columns", {}), place=f"{place} [columns]")
    if extra := sorted(columns.keys() - set(SAID)):
        raise UnusableSource(
            f"知らない列「{extra[0]}」があります",
            place=place,
            remedy=f"使える列は {'、'.join(SAID)} です",
        )
    if missing := sorted(NEEDED - columns.keys()):
        raise UnusableSource(
            f"列「{missing[0]}」の対応がありません",
            place=place,
            remedy="[columns] に書き加えてください",
        )
    values = {
        name: _words(words, place=f"{place} [values.{name}]")
        for name, words in _mapping(said.get("values", {}), place=place).items()
    }
    for name, allowed in (("action", ACTIONS), ("result", RESULTS)):
        if strange := sorted(set(values.get(name, {}).values()) - allowed):
            raise UnusableSource(
                f"[values.{name}] の「{strange[0]}」は使えません",
                place=place,
                remedy=f"使えるのは {'、'.join(sorted(allowed))} です",
            )
    return Source(
        system=str(said["system"]),
        files=str(said["files"]),
        format=_one_of(Format, said["format"], place=place),
        encoding=str(said["encoding"]),
        timezone=_zone(said["timezone"], place=place),
        time_form=_one_of(TimeForm, said["time_form"], place=place),
        columns=columns,
        values=values,
        defaults=_words(said.get("defaults", {}), place=f"{place} [defaults]"),
    )


def _mapping(said: object, *, place: str) -> Mapping[str, object]:
    if not isinstance(said, Mapping):
        raise UnusableSource(
            "表になっていません", place=place, remedy="名前 = 値 の形で書いてください"
        )
    return {str(name): value for name, value in said.items()}


def _words(said: object, *, place: str) -> dict[str, str]:
    return {name: str(value) for name, value in _mapping(said, place=place).items()}


def _one_of(kinds: type[T], said: object, *, place: str) -> T:
    try:
        return kinds(str(said))
    except ValueError:
        raise UnusableSource(
            f"「{said}」は使えません", place=place, remedy=f"使えるのは {'、'.join(kinds)} です"
        ) from None


def _zone(said: object, *, place: str) -> str:
    if said not in ("Asia/Tokyo", "UTC"):
        raise UnusableSource(
            f"時刻帯「{said}」は使えません",
            place=place,
            remedy="Asia/Tokyo か UTC を書いてください",
        )
    return str(said)
