"""What the views must answer, computed from the files of the world by the kernel alone."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq

from sekisho.gate.relations import Relation, Tie, relation_of, scope_of
from sekisho.gate.tickets import Ticket
from sekisho.gate.views import key_field
from sekisho.policy.masks import code, mask
from sekisho.policy.plan import plan
from sekisho.policy.system import System
from sekisho.policy.treatment import Treatment
from sekisho_links.gate.keys import Keys

_RELATIONS = {"switch_in": Relation.SWITCH_IN, "consent": Relation.CONSENT}


class World:
    """The files of a world, read once."""

    def __init__(self, folder: Path, system: System) -> None:
        self.system = system
        self.records = pq.read_table(folder / "records" / f"{system.key}.parquet").to_pylist()
        self.ties: dict[str, list[Tie]] = {}
        for row in pq.read_table(folder / "facts" / "ties.parquet").to_pylist():
            self.ties.setdefault(row["record"], []).append(
                Tie(
                    company=row["company"],
                    relation=_RELATIONS[row["relation"]],
                    starts=row["valid_from"],
                    ends=row["valid_to"],
                )
            )
        work = pq.read_table(folder / "facts" / "work_items.parquet").to_pylist()
        self.work = {(row["record"], row["person"]) for row in work}

    def delivered(
        self,
        context: dict[str, str],
        ticket: Ticket,
        *,
        at: datetime,
        keys: Keys,
        only: int | None = None,
    ) -> Iterator[tuple[int, str, str, dict[str, str | None]]]:
        """Yield id, relation, scope and cells of every record that the kernel shows."""
        for record in self.records:
            if only not in (None, record["id"]):
                continue
            number = record[key_field(self.system)]
            relation = relation_of(
                ticket.party, ticket.company, record["owner_key"], self.ties.get(number, ()), at
            )
            if relation is None:
                continue
            scope = scope_of(
                ticket.use,
                area=record["area"],
                relation=relation,
                has_work=(number, ticket.person) in self.work,
                is_listed=number in ticket.keys,
            )
            if scope is None:
                continue
            look = context | {"契約相手": relation.word, "対象範囲": scope.word}
            if self.system.table.decide(look).row != Treatment.SHOW:
                continue
            cells = {}
            for field, treatment in plan(self.system, look).items():
                value = record.get(field)  # a column that was added later is empty
                match treatment:
                    case Treatment.SHOW:
                        cells[field] = value
                    case Treatment.PART:
                        cells[field] = mask(self.system.fields[field].mask, value)
                    case Treatment.CODE if value is not None:
                        cells[field] = code(value, key=keys.code_of(field))
                    case _:
                        cells[field] = None
            yield record["id"], relation.word, scope.word, cells
