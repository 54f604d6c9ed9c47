"""Log lines as bytes, by the thousand: one table of bytes per column, zeros fall out at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from sekisho.world import calendar
from sekisho.world.accesses import Accesses
from sekisho.world.chance import Array
from sekisho.world.contracts import Contracts
from sekisho.world.group import World
from sekisho.world.numbers import digits, facility_ids, point_numbers
from sekisho.world.paths import screen_name
from sekisho.world.systems import (
    ACTIONS,
    CODES,
    CSV_ACTIONS,
    CSV_RESULTS,
    NUMBER,
    OTHER_RESULTS,
    PURPOSE_SIGNS,
    SYSTEMS,
    W3C_METHODS,
)

CSV_HEADER = "日時,利用者ID,端末番号,IPアドレス,画面ID,操作,供給地点特定番号,件数,結果,業務コード"
W3C_FIELDS = (
    "date time cs-username c-ip cs(X-Terminal) cs-method cs-uri-stem cs-uri-query "
    "sc-status sc(X-Result) cs(X-Auth)"
)
FORMATS = {
    key: "w3c"
    if key in {"nwsetting", "saiene"}
    else "jsonl"
    if key in {"callcenter", "fitnw"}
    else "csv"
    for key in SYSTEMS
}
SUFFIX = {"csv": "csv", "jsonl": "jsonl", "w3c": "log"}
ENCODING = {"csv": "cp932", "jsonl": "utf-8", "w3c": "utf-8"}


def cells(table: Sequence[str], encoding: str = "ascii") -> Array:
    """Return words as rows of bytes, padded with zeros."""
    coded = [word.encode(encoding) for word in table]
    width = max(1, *(len(word) for word in coded))
    return np.frombuffer(b"".join(word.ljust(width, b"\0") for word in coded), np.uint8).reshape(
        len(coded), width
    )


def of_bytes(values: Array) -> Array:
    """Return an array of bytes (dtype S) as rows of bytes."""
    return np.ascontiguousarray(values).view(np.uint8).reshape(len(values), -1)


def _clock() -> Array:
    seconds = np.arange(calendar.DAY)
    colon = np.full((len(seconds), 1), ord(":"), np.uint8)
    return np.hstack(
        [
            digits(seconds // 3600, 2),
            colon,
            digits(seconds // 60 % 60, 2),
            colon,
            digits(seconds % 60, 2),
        ]
    )


def _dates(pattern: str) -> Array:
    """Return the days of the year of the logs, the day before it first (UTC logs begin there)."""
    days = [calendar.FIRST_DAY + timedelta(days=n - 1) for n in range(calendar.DAYS + 1)]
    return cells(
        [
            f"R{day.year - 2018:02d}.{day.month:02d}.{day.day:02d}"
            if pattern == "wareki"
            else day.strftime(pattern)
            for day in days
        ]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Lines one after the other as bytes; line k is text[edges[k] : edges[k + 1]], its LF in it."""

    text: bytes
    edges: Array

    def line(self, number: int) -> bytes:
        return self.text[self.edges[number] : self.edges[number + 1]]


class Scribe:
    """Writes accesses of one world as log lines."""

    def __init__(self, world: World) -> None:
        self._contracts: Contracts = world.contracts
        self._accounts = cells([a.code for a in world.accounts.accounts])
        self._devices = cells([d.code for d in world.devices.devices])
        self._ips = cells([d.ip for d in world.devices.devices])
        self._clock = _clock()
        self._days = {form: _dates(form) for form in ("%Y/%m/%d", "wareki", "%Y-%m-%d")}
        names = [screen_name(s) if s // 1000 < len(CODES) else "" for s in range(7000)]
        self._screens = cells(names)
        self._paths = cells([f"/{name[:2].lower()}/{name[3:]}" if name else "" for name in names])

    def lines(self, system: int, accesses: Accesses) -> Written:
        """Return the lines of `accesses`, all of one system."""
        key = SYSTEMS[system]
        parts = {"csv": self._csv, "jsonl": self._jsonl, "w3c": self._w3c}[FORMATS[key]](
            system, accesses
        )
        rows = len(accesses)
        block = np.hstack(
            [
                np.broadcast_to(np.frombuffer(part.encode(), np.uint8), (rows, len(part.encode())))
                if isinstance(part, str)
                else part
                for part in [*parts, "\n"]
            ]
        )
        used = block != 0
        edges = np.concatenate([[0], np.cumsum(used.sum(axis=1))])
        return Written(text=block[used].tobytes(), edges=edges)

    def _when(self, at: Array, form: str, offset: int) -> tuple[Array, Array]:
        local = at + offset
        day = local // calendar.DAY - self._first_day + 1
        return self._days[form][day], self._clock[local % calendar.DAY]

    _first_day = (calendar.STARTS + calendar.JST) // calendar.DAY

    def _record(self, system: int, accesses: Accesses) -> Array:
        """Return the number of each record; zeros where there is none."""
        known = np.maximum(accesses.record, 0)
        if SYSTEMS[system] == "saiene":
            known = np.maximum(known, self._contracts.demand)
            numbers = of_bytes(facility_ids(self._contracts, known)).copy()
        else:
            numbers = of_bytes(point_numbers(self._contracts, known)).copy()
        numbers[accesses.record < 0] = 0
        return numbers

    def _csv(self, system: int, a: Accesses) -> list[Array | str]:
        day, clock = self._when(
            a.at, "wareki" if system == NUMBER["nwonline"] else "%Y/%m/%d", calendar.JST
        )
        signs = [*(sign or "" for sign in PURPOSE_SIGNS[system]), ""]
        return [
            day,
            " ",
            clock,
            ",",
            self._accounts[a.account],
            ",",
            self._devices[a.device],
            ",",
            self._ips[a.device],
            ",",
            self._screens[a.screen],
            ",",
            cells(CSV_ACTIONS, "cp932")[a.action],
            ",",
            self._record(system, a),
            ",",
            cells([str(n) for n in range(1000)])[a.n],
            ",",
            cells(CSV_RESULTS, "cp932")[a.result],
            ",",
            cells(signs)[a.purpose],  # the last one, -1, is the empty word
        ]

    def _jsonl(self, system: int, a: Accesses) -> list[Array | str]:
        day, clock = self._when(a.at, "%Y-%m-%d", calendar.JST)
        signs = [*(f'"{sign}"' if sign else "null" for sign in PURPOSE_SIGNS[system]), "null"]
        quoted = np.hstack(
            [
                np.full((len(a), 1), ord('"'), np.uint8),
                self._record(system, a),
                np.full((len(a), 1), ord('"'), np.uint8),
            ]
        )
        none = a.record < 0
        quoted[none] = 0
        quoted[none, :4] = np.frombuffer(b"null", np.uint8)
        return [
            '{"time":"',
            day,
            "T",
            clock,
            '+09:00","operator":"',
            self._accounts[a.account],
            '","terminal":"',
            self._devices[a.device],
            '","ip":"',
            self._ips[a.device],
            '","screen":"',
            self._screens[a.screen],
            '","action":"',
            cells(ACTIONS)[a.action],
            '","point_no":',
            quoted,
            ',"rows":',
            cells([str(n) for n in range(1000)])[a.n],
            ',"outcome":"',
            cells(OTHER_RESULTS)[a.result],
            '","purpose":',
            cells(signs)[a.purpose],
            "}",
        ]

    def _w3c(self, system: int, a: Accesses) -> list[Array | str]:
        day, clock = self._when(a.at, "%Y-%m-%d", 0)
        signs = [*(f"&p={sign}" if sign else "" for sign in PURPOSE_SIGNS[system]), ""]
        key = np.hstack(
            [
                np.broadcast_to(np.frombuffer(b"key=", np.uint8), (len(a), 4)),
                self._record(system, a),
                np.full((len(a), 1), ord("&"), np.uint8),
            ]
        )
        key[a.record < 0] = 0
        return [
            day,
            " ",
            clock,
            " ",
            self._accounts[a.account],
            " ",
            self._ips[a.device],
            " ",
            self._devices[a.device],
            " GET ",
            self._paths[a.screen],
            " ",
            key,
            "act=",
            cells(ACTIONS)[a.action],
            "&n=",
            cells([str(n) for n in range(1000)])[a.n],
            cells(signs)[a.purpose],
            " 200 ",
            cells(OTHER_RESULTS)[a.result],
            " ",
            cells(W3C_METHODS)[a.method],
        ]


def head(key: str, month: str) -> bytes:
    """Return the first lines of a log file: the header of a CSV, the directives of a W3C log."""
    if FORMATS[key] == "csv":
        return f"{CSV_HEADER}\n".encode("cp932")
    if FORMATS[key] == "jsonl":
        return b""
    return (
        "#Software: Microsoft Internet Information Services 10.0\n"
        f"#Version: 1.0\n#Date: {month}-01 00:00:00\n#Fields: {W3C_FIELDS}\n"
    ).encode()
