"""The questions as SQL: compiled from the Ibis expressions of the rules, once, and kept.

The expressions are the only source. Compiling them takes about as long as a million accesses
take to be judged, so the SQL is kept beside this file under the hash of everything that it comes
from (the rules' own text, the version of Ibis, the classes, the attributes). Where that hash is
another one, the kept SQL is not used, and everything is compiled anew.

`python -m sekisho_links.trace.plan` writes the kept SQL.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import sekisho.policy.derive
import sekisho.replay
import sekisho.trace
from sekisho.replay.interning import Domains

KEPT = Path(__file__).with_name("plan.json")


@dataclass(frozen=True, slots=True)
class Plan:
    """Every statement of an investigation.

    states: in their order, name of the table -> SQL that makes it.
    parts:  asked of each part of the log.
    answers: asked of what the parts left.
    """

    states: Mapping[str, str]
    parts: Mapping[str, str]
    answers: Mapping[str, str]


def plan(codes: Sequence[str], domains: Domains) -> Plan:
    """Return the statements for these incident classes and attributes."""
    digest = fingerprint(codes, domains)
    if KEPT.is_file():
        kept = json.loads(KEPT.read_text("utf-8"))
        if kept["digest"] == digest:
            return Plan(kept["states"], kept["parts"], kept["answers"])
    return compiled(codes, domains)


def fingerprint(codes: Sequence[str], domains: Domains) -> str:
    """Return the hash of all that the statements come from."""
    digest = hashlib.sha256()
    said = [list(codes), {name: list(words) for name, words in domains.items()}]
    digest.update(json.dumps([said, version("ibis-framework")]).encode())
    folders = [Path(room.__path__[0]) for room in (sekisho.trace, sekisho.replay)]
    files = [path for folder in folders for path in sorted(folder.glob("*.py"))]
    files += [Path(sekisho.policy.derive.__file__), Path(__file__)]
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def compiled(codes: Sequence[str], domains: Domains) -> Plan:
    """Return the statements as the expressions say them now."""
    import ibis  # noqa: PLC0415 -- slow to import, and not needed where the SQL is kept

    from sekisho.replay import counts  # noqa: PLC0415
    from sekisho.replay.derive import derive, key  # noqa: PLC0415
    from sekisho.trace import linking, questions, schema  # noqa: PLC0415
    from sekisho.trace.incidents import in_order  # noqa: PLC0415
    from sekisho.trace.schema import unbound  # noqa: PLC0415

    def sql(table: object) -> str:
        return str(ibis.to_sql(table, dialect="duckdb", pretty=False))

    codes = in_order(codes)
    facts = schema.facts()
    steps, states = linking.states(facts)
    access = linking.access_table()
    people = steps.keep("people", questions.people(states, facts))
    records = steps.keep("records", questions.records(states))
    started = unbound(schema.STARTED, "started")
    steps.keep("quiet", linking.quiet(access, states["viewer"], started))

    look = linking.linked(access, states)
    number = key(derive(look, domains), domains)
    looks = unbound(schema.LOOK, "looks")
    decided = unbound(schema.DECIDED, "decided")
    judged = counts.judged(looks, decided)
    hits, apart = unbound(schema.HIT, "hits"), unbound(schema.TOUCH, "apart")
    touches = unbound(schema.MEETING, "touches")
    found = questions.hits(
        looks, access, decided=decided, people=people, records=records, codes=codes
    )
    return Plan(
        states={step.name: sql(step.table) for step in steps},
        parts={
            "looks": sql(questions.looks(look, number, codes)),
            "hits": sql(found),
            "touches": sql(counts.touches(judged)),
            "apart": sql(counts.apart(judged, people, records)),
            "histogram": sql(counts.contexts(looks)),
            "kept": sql(counts.kept(looks, unbound(schema.NUMBERED, "numbered"))),
            "verdicts": sql(counts.verdicts(unbound(schema.HISTOGRAM, "came"), decided)),
        },
        answers={
            "flows": sql(counts.flows(touches, people, records)),
            "months": sql(questions.by_month(hits)),
            "incidents": sql(questions.by_window(questions.reported(hits))),
            "matched": sql(questions.by_window(questions.matching(hits, codes))),
            "apart": sql(questions.by_window(apart)),
        },
    )


def keep(codes: Sequence[str], domains: Domains) -> None:
    """Write the statements beside this file, for the classes and attributes that are shipped."""
    found = compiled(codes, domains)
    kept = {
        "digest": fingerprint(codes, domains),
        "states": found.states,
        "parts": found.parts,
        "answers": found.answers,
    }
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    import csv

    from sekisho.policy.read import read
    from sekisho.replay.interning import domains_of
    from sekisho_links import shipped

    tables = shipped("tables")
    sheets = {
        path.relative_to(tables).as_posix(): path.read_bytes() for path in tables.rglob("*.csv")
    }
    with shipped("content", "incident_classes.csv").open(encoding="utf-8", newline="") as stream:
        rows = sorted(csv.DictReader(stream), key=lambda row: int(row["順"]))
    keep([row["符号"] for row in rows], domains_of(read(sheets)))
