"""Builds the whole gate from a world: schemas, records, parties and the live version."""

import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from sekisho.gate.relations import RELIEF
from sekisho.policy.system import Policy
from sekisho_links import shipped
from sekisho_links.gate.install import RULE, Connection, acting, install, secure
from sekisho_links.gate.keys import Keys
from sekisho_links.gate.live import Live, put_live
from sekisho_links.gate.records import load_areas, load_records, load_ties, load_work

Report = Callable[[str, int, int], None]  # what, how many are done, of how many

_RELIEF_VIEWER = "災害応援"
_RETAIL_KINDS = frozenset({"affiliate", "affiliate_contractor", "other_retailer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What stands in the database after a build."""

    records: dict[str, int]  # system -> records
    ties: int
    work: int
    live: Live


def build(
    owner: Connection,
    policy: Policy,
    world: Path,
    *,
    keys: Keys,
    report: Report = lambda _what, _done, _of: None,
) -> Built:
    """Install every system of `policy`, load the records of `world`, and put the version live.

    owner: a connection as sekisho_owner. One transaction: on any error the database is as it was.
    """
    records: dict[str, int] = {}
    ties = work = 0
    with owner.transaction():
        install(owner, policy, keys=keys)
        for n, system in enumerate(policy.systems.values()):
            report(system.name, n, len(policy.systems))
            file = world / "records" / f"{system.key}.parquet"
            records[system.key] = load_records(owner, system, file, keys=keys)
            ties += load_ties(owner, system, world / "facts" / "ties.parquet")
            work += load_work(owner, system, world / "facts" / "work_items.parquet")
        load_areas(owner, policy)
        _load_parties(owner, world / "facts" / "companies.parquet")
        secure(owner, policy)
        live = put_live(owner, policy)
        report("", len(policy.systems), len(policy.systems))
    return Built(records=records, ties=ties, work=work, live=live)


def viewers_by_kind() -> dict[str, frozenset[str]]:
    """Return the viewer classes that people of each kind of company can have."""
    kinds: dict[str, set[str]] = defaultdict(set)
    with shipped("content", "viewer_classes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kinds[row["会社区分"]].add(row["閲覧者区分"])
    return {kind: frozenset(classes) for kind, classes in kinds.items()}


def _load_parties(owner: Connection, file: Path) -> None:
    """Write every company as a party, the retail side once more with the relief hat on."""
    viewers = viewers_by_kind()
    parties: dict[str, set[str]] = defaultdict(set)
    for company in pq.read_table(file, columns=["code", "kind", "principal"]).to_pylist():
        classes = viewers.get(company["kind"], frozenset())
        parties[company["code"]] |= classes
        if company["principal"]:  # a contractor meets the customers of its principal
            parties[company["principal"]] |= classes
        if company["kind"] in _RETAIL_KINDS:
            parties[company["code"] + RELIEF].add(_RELIEF_VIEWER)
    rows = [(party, sorted(classes)) for party, classes in sorted(parties.items())]
    with acting(owner, RULE), owner.cursor() as cursor:
        cursor.executemany("insert into rule.party (party, viewers) values (%s, %s)", rows)
