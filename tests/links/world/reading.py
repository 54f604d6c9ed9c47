"""A written world read back in the plainest way: no array, no engine, one line after the other.

Shares nothing with what writes it but the folder, and the wordings of content/.
"""

import csv
import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import parse_qs

import pyarrow.parquet as pq

JST = timezone(timedelta(hours=9))
CSV_ACTIONS = {"照会": "view", "検索": "search", "印刷": "print", "出力": "export"}
CSV_RESULTS = {"表示": "shown", "伏字": "masked", "拒否": "denied", "該当なし": "not_found"}
CSV_PURPOSES = {
    "10": "託送供給等",
    "20": "再エネ買取",
    "30": "停電保安",
    "40": "非常災害対応",
    "50": "小売供給",
    "60": "切替手続",
    "80": "保守運用",
    "90": "監査点検",
}
WORDS = {
    "outage": "停電保安",
    "disaster": "非常災害対応",
    "wheeling": "託送供給等",
    "retail": "小売供給",
    "switching": "切替手続",
    "maintenance": "保守運用",
    "audit": "監査点検",
    "certification": "認定事務",
    "renewable": "再エネ買取",
}
METHODS = {"pw": "単要素", "mfa": "多要素", "fresh": "都度認証"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    system: str
    file: str
    line: int
    at: datetime
    account: str
    device: str
    screen: str
    action: str
    record: str | None
    result: str
    purpose: str
    method: str = "多要素"


@dataclass(slots=True)
class Logs:
    looks: list[Look] = field(default_factory=list)
    refused: list[tuple[str, int]] = field(default_factory=list)
    repaired: list[tuple[str, int]] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def read_logs(folder: Path) -> Logs:
    """Return every line of every log: a look, or a refused line."""
    logs = Logs()
    for path in sorted(folder.glob("*/*")):
        system, name = path.parent.name, f"{path.parent.name}/{path.name}"
        raw = path.read_bytes()
        lines = raw.split(b"\n")
        if lines[-1] == b"":
            lines.pop()
            cut = None
        else:
            cut = len(lines)  # the last line has no end: the file was cut off
        head = 1 if path.suffix == ".csv" else 0
        for number, line in enumerate(lines, start=1):
            if number <= head or line.startswith(b"#"):
                continue
            logs.lines[system] += 1
            if number == cut:
                logs.refused.append((name, number))
                continue
            try:
                look = _read(system, name, number, line, path.suffix)
            except (ValueError, KeyError, IndexError):
                logs.refused.append((name, number))
                continue
            if look.record is not None and len(look.record) == 21 and look.record[0] != "0":
                logs.repaired.append((name, number))
                object.__setattr__(look, "record", "0" + look.record)
            logs.looks.append(look)
    return logs


def _read(system: str, file: str, number: int, line: bytes, suffix: str) -> Look:
    if suffix == ".csv":
        row = next(csv.reader([line.decode("cp932")]))
        if len(row) != 10:
            raise ValueError("columns")
        when, account, device, _, screen, action, record, n, result, purpose = row
        values = {
            "at": _japanese(when),
            "action": CSV_ACTIONS[action],
            "result": CSV_RESULTS[result],
            "purpose": CSV_PURPOSES[purpose] if purpose else "",
        }
    elif suffix == ".jsonl":
        row = json.loads(line.decode("utf-8"))
        account, device, screen = row["operator"], row["terminal"], row["screen"]
        record, n = row["point_no"] or "", row["rows"]
        values = {
            "at": datetime.fromisoformat(row["time"]),
            "action": row["action"],
            "result": row["outcome"].replace("none", "not_found"),
            "purpose": WORDS[row["purpose"]] if row["purpose"] else "",
        }
    else:
        parts = line.decode("utf-8").split(" ")
        if len(parts) != 11:
            raise ValueError("columns")
        day, clock, account, _, device, _, stem, query, _, result, method = parts
        account = "" if account == "-" else account
        asked = {key: value[0] for key, value in parse_qs(query, strict_parsing=True).items()}
        screen = stem[1:].replace("/", "-").upper()
        record, n = asked.get("key", ""), asked["n"]
        values = {
            "at": datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC),
            "action": asked["act"],
            "result": result.replace("none", "not_found"),
            "purpose": WORDS[asked["p"]] if "p" in asked else "",
            "method": METHODS[method],
        }
    int(n)
    if not account or not device:
        raise ValueError("empty")
    code = {"takuso": "TK", "nwonline": "NO", "callcenter": "CC", "nwsetting": "NS"}
    code |= {"lastresort": "LR", "fitnw": "FN", "saiene": "SE"}
    if not screen.startswith(code[system]) or screen.endswith("999"):
        raise ValueError("screen")
    if record and not re.fullmatch(r"0[1-9]\d{20}|[1-9]\d{20}|[A-Z][0-9A-Z]{9,10}", record):
        raise ValueError("record")
    return Look(
        system=system,
        file=file,
        line=number,
        account=account,
        device=device,
        screen=screen,
        record=record or None,
        **values,
    )


def _japanese(when: str) -> datetime:
    if when.startswith("R"):
        year, month, day = (int(part) for part in when[1:9].split("."))
        clock = when[10:]
        year += 2018
    else:
        text, clock = when.split(" ")
        year, month, day = (int(part) for part in text.split("/"))
    hour, minute, second = (int(part) for part in clock.split(":"))
    return datetime(year, month, day, hour, minute, second, tzinfo=JST)


class Facts:
    """The facts of a folder, by key, asked one at a time."""

    def __init__(self, folder: Path) -> None:
        def rows(name: str, *key: str) -> dict[object, list[dict]]:
            found: dict[object, list[dict]] = defaultdict(list)
            for row in pq.read_table(folder / f"{name}.parquet").to_pylist():
                found[tuple(row[k] for k in key) if len(key) > 1 else row[key[0]]].append(row)
            return found

        self.companies = {code: row[0] for code, row in rows("companies", "code").items()}
        self.units = {code: row[0] for code, row in rows("units", "unit").items()}
        self.posts = rows("posts", "person")
        self.accounts = rows("accounts", "system", "account")
        self.devices = rows("devices", "device")
        self.loans = rows("loans", "device", "person")
        self.points = {row["record"]: row for (row,) in rows("points", "record").values()}
        self.facilities = {
            row["facility"]: row for row in self.points.values() if row["facility"] is not None
        }
        self.contracts = rows("contracts", "record")
        self.ties = rows("ties", "record", "company")
        self.emergencies = rows("emergencies", "district")
        self.supporters = rows("supporters", "person")
        self.grants = rows("grants", "person", "system")
        self.holds = rows("holds", "person")
        self.work = rows("work_items", "record")

    def point(self, record: str | None) -> dict | None:
        return self.points.get(record) or self.facilities.get(record)

    def kind(self, company: str) -> str:
        return self.companies[company]["kind"]

    def side(self, company: str) -> str:
        return self.companies[company]["principal"] or company

    def is_retail(self, company: str) -> bool:
        return self.kind(company) in {"affiliate", "affiliate_contractor", "other_retailer"}


def holding(rows: list[dict], at: datetime) -> list[dict]:
    """Return the rows whose half-open period holds `at`."""
    return [
        row
        for row in rows
        if row["valid_from"] <= at and (row["valid_to"] is None or at < row["valid_to"])
    ]


def the(rows: list[dict], at: datetime) -> dict | None:
    """Return the one row that holds `at`, or None. More than one is an error in the facts."""
    found = holding(rows, at)
    assert len(found) <= 1, found
    return found[0] if found else None
