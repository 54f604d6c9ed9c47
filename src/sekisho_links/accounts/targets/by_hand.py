"""A target that only people can change (手作業): a work order (作業票) goes out to a named person.

That it was done is shown by the next list of accounts of the target, or by the look of a second
person; the word of the one who did it shows nothing.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sekisho.accounts.wanted import (
    ABSENT,
    AccountState,
    Capability,
    Evidence,
    Receipt,
    TargetAccount,
    Verification,
    compare,
)
from sekisho.terms.days import JST
from sekisho_links.accounts.targets.address import Address, AddressUnusable
from sekisho_links.accounts.targets.lists import Table, moment
from sekisho_links.accounts.targets.target import Listing, cannot

STATES = {"有効": True, "停止": False}
COLUMNS = ("作業票", "対象システム", "アカウント", "作業", "権限", "期限", "依頼日時", "担当")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrder:
    """What a person is asked to do to one account. It names the account, and nobody's attributes.

    number: by which the answer is matched. to: who is to do it. due_at: by when.
    """

    number: str
    system: str
    ext_id: str
    wanted: AccountState
    issued_at: datetime
    due_at: datetime
    to: str

    def task(self) -> str:
        if self.wanted.exists and self.wanted.enabled:
            return "使えるようにする"
        if self.wanted.exists:
            return "停止し、合言葉を変え、権限をすべて外す"
        return "停止し、合言葉を変え、権限をすべて外す。残す定めがなければ消す"

    def lines(self) -> tuple[tuple[str, str], ...]:
        """Return label and text of each line, as a sheet of paper shows them."""
        roles = self.wanted.roles
        return (
            ("作業票", self.number),
            ("対象システム", self.system),
            ("アカウント", self.ext_id),
            ("作業", self.task()),
            ("権限", "変えない" if roles is None else "、".join(sorted(roles)) or "なし"),
            ("期限", f"{self.due_at.astimezone(JST):%Y-%m-%d %H:%M}"),
            ("依頼日時", f"{self.issued_at.astimezone(JST):%Y-%m-%d %H:%M}"),
            ("担当", self.to),
        )


def as_csv(orders: Iterable[WorkOrder]) -> bytes:
    """Return work orders as CSV for a spreadsheet (UTF-8 with BOM); no field runs as a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for order in orders:
        writer.writerow(
            f"'{field}" if field.startswith(FORMULA) else field for _, field in order.lines()
        )
    return text.getvalue().encode("utf-8-sig")


def looked(
    wanted: AccountState, *, seen: AccountState, seen_at: datetime, done_by: int, seen_by: int
) -> Verification:
    """Return what the look of a second person at the target comes to.

    Never ok where the looker is who did it, or where the look is older than what was wanted.
    It is 縮退 also where it is ok: no program has read it.
    """
    evidence: Evidence = {"read": "a person's look", "seen_at": seen_at.isoformat()}
    if done_by == seen_by:
        why = "作業をした人の確認は、確認になりません"
    else:
        why = _of_old(wanted, seen_at) or "。".join(map(str, compare(wanted, seen)))
    return Verification(ok=not why, evidence=evidence, degraded=True, why=why)


class ByHand:
    """Accounts that people change; the id is that of the list.

    address: list (CSV of all accounts, where one is handed over), as_of (when it was taken),
    encoding, columns (id, state; roles, expires_at, last_use_at), states (their word → 有効 or
    停止), roles = true where the list has them, parted by a space. All empty: no list is given.
    """

    def __init__(self, address: Address) -> None:
        self._place = address.place
        states = address.table("states")
        self._as_of = moment(address.text("as_of", ""), place=address.place)
        self._roles = address.flag("roles", default=False)
        self._list: Table | None = None
        if address.has("list"):
            needs = ("id", "state", *(("roles",) if self._roles else ()))
            self._list = Table(address, "list", needs=needs, may=("expires_at", "last_use_at"))
        address.finish()
        self._states = STATES | {w: STATES[ours] for w, ours in states.items() if ours in STATES}
        if not set(states.values()) <= set(STATES) or (self._list and self._as_of is None):
            raise AddressUnusable(
                "一覧の読み方が決まっていません",
                place=self._place,
                remedy="states は 有効 か 停止 に、as_of は一覧を取った時刻にしてください",
            )
        self.capabilities = frozenset({Capability.CREATE, Capability.SUSPEND}) | (
            ({Capability.SYNC} | ({Capability.ROLES} if self._roles else set()))
            if self._list
            else set()
        )

    def accounts(self) -> Iterator[TargetAccount]:
        listing = Listing()
        return listing.of(self._lines())

    def apply(self, ext_id: str, wanted: AccountState) -> Receipt:  # noqa: ARG002 - the order has it
        """Return a receipt; the order itself is made by WorkOrder, which knows who is asked."""
        return Receipt(ext_id=ext_id, sent=True, evidence={"way": "work order"})

    def rotate_secret(self, ext_id: str) -> None:  # noqa: ARG002 - not for anybody
        raise cannot(self._place, "合言葉の交換")

    def last_use(self, ext_id: str) -> datetime | None:
        if self._list is None:
            return None
        return next((o.last_use_at for o in self._lines() if _same(o.ext_id, ext_id)), None)

    def verify(self, ext_id: str, wanted: AccountState) -> Verification:
        if self._list is None or self._as_of is None:
            return Verification(
                ok=False,
                evidence={"read": "nothing"},
                why="作業の結果を、まだ誰も確かめていません",
            )
        lines = list(self._lines())
        same = [one for one in lines if _same(one.ext_id, ext_id)]
        found = same[0].state if same else ABSENT
        evidence: Evidence = {
            "read": "list of accounts",
            "as_of": self._as_of.isoformat(),
            "accounts": len(lines),
            "exists": found.exists,
            "enabled": found.enabled,
        }
        why = _of_old(wanted, self._as_of)
        if not why and not lines:
            why = "一覧が空です"
        elif not why and len(same) > 1:
            why = "一覧に同じIDが二度あります"
        elif not why:
            why = "。".join(map(str, compare(wanted, found, capabilities=self.capabilities)))
        return Verification(ok=not why, evidence=evidence, why=why)

    def _lines(self) -> Iterator[TargetAccount]:
        if self._list is None:
            raise cannot(self._place, "一覧")
        for row in self._list.rows():
            yield TargetAccount(
                ext_id=row["id"].strip(),
                enabled=self._states.get(row["state"].strip()),
                roles=frozenset(row["roles"].split()) if self._roles else None,
                expires_at=self._list.moment(row, "expires_at"),
                last_use_at=self._list.moment(row, "last_use_at"),
                use_known="last_use_at" in row,
            )


def _of_old(wanted: AccountState, seen_at: datetime) -> str:
    if wanted.since is None:
        return "いつからの停止かが分かりません"
    return "" if seen_at >= wanted.since else "停止より前の様子です"


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
