"""Does what stands in the database still stand as the sheets say: columns of records, and masks?"""

from dataclasses import dataclass

from sekisho.gate.views.masks import FUNCTIONS
from sekisho.gate.views.shape import columns_of
from sekisho.policy.masks import mask
from sekisho.policy.system import Policy, System
from sekisho_links.gate.install import RECORD, RULE, Connection, acting

# What every table of records has besides the fields of 整理表.
OWN = {"id": "bigint", "owner_key": "text", "area": "text"}
TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """One column that is not as 整理表 says."""

    system: str  # key
    name: str
    column: str
    problem: str

    @property
    def words(self) -> str:
        return f"{self.name} {self.column}: {self.problem}"


def drift(owner: Connection, policy: Policy) -> tuple[int, list[Drift]]:
    """Return how many columns were compared, and every one that differs from 整理表.

    In the running transaction. A column that an earlier version of the sheet had stays stored
    and is no drift: nothing reads it.
    """
    with acting(owner, RULE):
        earlier = {
            system: frozenset(types)
            for system, types in owner.execute("select system, types from rule.shape").fetchall()
        }
    count = 0
    found: list[Drift] = []
    for system in policy.systems.values():
        with acting(owner, RECORD):
            real = dict(
                owner.execute(
                    "select column_name::text, data_type::text from information_schema.columns"
                    " where table_schema = %s and table_name = 'record'",
                    [system.key],
                ).fetchall()
            )
        wanted = {**dict.fromkeys(columns_of(system), TEXT), **OWN}
        count += len(wanted)
        found += _differing(system, wanted, real, earlier.get(system.key, frozenset()))
    return count, found


def mask_faults(owner: Connection, policy: Policy) -> tuple[int, list[str]]:
    """Return how many vectors of マスク方式 were tried, and what does not give what it says.

    Each in Python and in SQL, in the running transaction.
    """
    count = 0
    found = []
    for method in policy.masks.values():
        if method.name not in FUNCTIONS:
            continue
        count += 2
        if mask(method.name, method.example) != method.masked:
            found.append(f"{method.name}: 画面の側のマスクが、表の例のとおりになりません")
        with acting(owner, RULE):
            row = owner.execute(
                f"select rule.{FUNCTIONS[method.name]}(%s)".encode(), [method.example]
            ).fetchone()
        if row is None or row[0] != method.masked:
            found.append(f"{method.name}: データベースのマスクが、表の例のとおりになりません")
    return count, found


def _differing(
    system: System, wanted: dict[str, str], real: dict[str, str], earlier: frozenset[str]
) -> list[Drift]:
    def told(column: str, problem: str) -> Drift:
        return Drift(system=system.key, name=system.name, column=column, problem=problem)

    found = [
        told(column, "整理表にあり、データベースの列にありません")
        for column in wanted
        if column not in real
    ]
    for column, kind in sorted(real.items()):
        if column in wanted:
            if wanted[column] != kind:
                found.append(told(column, f"列の型が {kind} です（{wanted[column]} のはずです）"))
        elif column.removesuffix("_code") not in earlier:
            found.append(told(column, "データベースの列にあり、整理表にありません"))
    return found
