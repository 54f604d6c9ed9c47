"""The checks of a self-check (照合): each counts what it looked at, and what is wrong with it.

Nothing here changes anything. Examples name records, rules and columns, never a person.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import psycopg
from django.utils import timezone

from sekisho.campaigns.findings import Kind
from sekisho.gate.recorded import Judge, Mismatch
from sekisho.policy.lint import Severity, lint
from sekisho.policy.system import Policy, System
from sekisho.proof.certificate import certificate
from sekisho_links.gate import installed
from sekisho_links.gate.editions import decided, differences, today_in_japan
from sekisho_links.gate.standing import drift, mask_faults
from sekisho_links.ledger.keys import Keys
from sekisho_links.ledger.sampling import Recorded, sample
from sekisho_web.policy import versions
from sekisho_web.policy.models import Publication, Version

Connection = psycopg.Connection[Any]

EXAMPLES = 10
FINDINGS = 20  # of one check; more of one kind are one cause
SOON = timedelta(days=14)
MINUTE = timedelta(minutes=1)  # a look is recorded after it was decided: perhaps past midnight
WORDS: dict[str, str] = {
    "records": "閲覧の記録を、その版でもう一度判定",
    "effects": "効き目の行と判定",
    "columns": "整理表と、データベースの列",
    "version": "読み込んだ版・執行中の版・公開した版",
    "invariants": "不変条件と検査",
    "masks": "マスクの例（画面とデータベース）",
    "watched": "見張りの組合せ",
    "endings": "版の期限",
}
NO_GATE = "照会のデータベースがまだありません"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing that is not as it should be, as a finding will say it."""

    kind: Kind
    key: str
    subject: str
    sentence: str
    rules: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What one check looked at and found.

    note: what a reader must know of it; problem: why the check could not be made.
    seen: of watched combinations, what was met of each.
    """

    key: str
    n: int = 0
    mismatches: int = 0
    examples: list[str] = field(default_factory=list)
    note: str = ""
    problem: str = ""
    found: list[Found] = field(default_factory=list)
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, example: str, found: Found | None = None, *, count: int = 1) -> None:
        """Count something that is not as it should be."""
        self.mismatches += count
        if len(self.examples) < EXAMPLES:
            self.examples.append(example)
        if found is not None and len(self.found) < FINDINGS:
            self.found.append(found)


@dataclass(frozen=True, kw_only=True)
class Night:
    """What all checks of one run stand on."""

    owner: Connection
    keys: Keys
    policy: Policy  # the live one
    now: datetime
    since: datetime | None  # when the last whole run began; None: there was none
    most: int  # records in the sample


Check = Callable[[Night], Outcome]


def records(night: Night) -> Outcome:
    """Decide recorded looks again, by the version that each names and the rules of its day."""
    outcome = Outcome(key="records")
    told: Counter[tuple[str, str, Mismatch]] = Counter()
    first: dict[tuple[str, str, Mismatch], str] = {}
    strange, erased = Counter[str](), 0
    judge = _judges()
    day = timezone.localdate(night.now).toordinal()
    for look in sample(night.owner, keys=night.keys, seed=day, most=night.most):
        outcome.n += 1
        if look.fault:
            _tell_fault(outcome, look)
        elif look.context is None:
            erased += 1
        elif (table := look.table or "") in strange:
            strange[table] += 1
        else:
            try:
                wrong = _mismatch(look, judge)
            except Version.DoesNotExist:
                strange[table] += 1
                continue
            if wrong is not None:
                key = (look.system, table, wrong)
                told[key] += 1
                first.setdefault(key, str(look.number))
    for (system, table, wrong), count in told.most_common():
        name = _name(night.policy, system)
        outcome.add(
            f"記録 {first[system, table, wrong]} ほか {count - 1} 件: {name} {wrong.words}",
            Found(
                kind=Kind.RE_DECIDED,
                key=f"{system}:{table[:12]}:{wrong.field}:{wrong.recorded}"[:200],
                subject=name,
                sentence=f"{name}の記録で、{wrong.words}です（{count} 件）",
                rules=wrong.rules,
            ),
            count=count,
        )
    for table, count in strange.items():
        outcome.add(
            f"版 {table[:12]} の表が残っていません（記録 {count} 件）",
            Found(
                kind=Kind.UNCHECKED,
                key=f"version:{table[:12]}",
                subject="",
                sentence=f"記録が名指す版 {table[:12]} の表が残っておらず、照らし直せません",
            ),
            count=count,
        )
    if erased:
        outcome.note = f"詳細を消去した記録 {erased:,} 件は、照らし直せません"
    return outcome


def effect_rows(night: Night) -> Outcome:
    """Hold every decided row of the live version against the evaluator."""
    outcome = Outcome(key="effects")
    if not _stands(night, outcome):
        return outcome
    with night.owner.transaction():
        today = today_in_japan(night.owner)
        outcome.n = sum(len(one.lines) for one in decided(night.policy, today=today))
        wrong = differences(night.owner, night.policy)
    by_system = Counter(line.partition(": ")[0] for line in wrong)
    for line in wrong[:EXAMPLES]:
        outcome.add(line)
    outcome.mismatches = len(wrong)
    outcome.found += [
        Found(
            kind=Kind.EFFECT,
            key=name,
            subject=name,
            sentence=f"{name}の効き目の行 {count} 件が、判定と一致しません",
        )
        for name, count in by_system.items()
    ]
    return outcome


def columns(night: Night) -> Outcome:
    """Hold the columns of the records against 整理表."""
    outcome = Outcome(key="columns")
    if not _stands(night, outcome):
        return outcome
    with night.owner.transaction():
        outcome.n, found = drift(night.owner, night.policy)
    for one in found:
        outcome.add(
            one.words,
            Found(
                kind=Kind.DRIFT,
                key=f"{one.system}:{one.column}",
                subject=one.name,
                sentence=f"{one.words}",
            ),
        )
    return outcome


def version(night: Night) -> Outcome:
    """Hold the loaded, the active and the published version against one another."""
    outcome = Outcome(key="version")
    loaded = night.policy.hash
    hashes = {"読み込んだ表": loaded}
    if Version.objects.filter(pk=loaded).exists():
        try:
            versions.files_of(loaded)
        except versions.NotAsNamed:
            hashes["しまってある表"] = "要約と違う中身"
    if installed(night.owner):
        hashes["執行している版"] = versions.live_hash()
    published = _published()
    if published is not None:
        hashes["最後に公開した版"] = published.version_id
    else:
        outcome.note = "公開の記録がまだありません"
    outcome.n = len(hashes)
    for name, found in hashes.items():
        if found != loaded:
            outcome.add(
                f"{name} {found[:12]}（読み込んだ表 {loaded[:12]}）",
                Found(
                    kind=Kind.VERSION,
                    key=name,
                    subject="",
                    sentence=f"{name}（{found[:12]}）が、読み込んだ表（{loaded[:12]}）と違います",
                ),
            )
    return outcome


def invariants(night: Night) -> Outcome:
    """Prove the invariants of the live version again, and lint it."""
    outcome = Outcome(key="invariants")
    proved = certificate(night.policy)
    outcome.n = proved.held + proved.broken
    for proof in proved.proofs:
        for result in proof.broken:
            witness = result.witness
            outcome.add(
                f"{proof.name} {result.invariant.id}: {witness.sentence if witness else ''}",
                Found(
                    kind=Kind.INVARIANT,
                    key=f"{proof.system}:{result.invariant.id}",
                    subject=proof.name,
                    sentence=f"{result.invariant.sentence}（反例: "
                    f"{witness.sentence if witness else ''}）",
                    rules=witness.rules if witness else (),
                ),
            )
    for error in lint(night.policy):
        if error.severity is Severity.ERROR:
            outcome.add(
                str(error),
                Found(
                    kind=Kind.INVARIANT,
                    key=f"lint:{error.place}"[:200],
                    subject="",
                    sentence=str(error),
                ),
            )
    return outcome


def masks(night: Night) -> Outcome:
    """Try the examples of マスク方式 in both implementations."""
    outcome = Outcome(key="masks")
    if not _stands(night, outcome):
        return outcome
    with night.owner.transaction():
        outcome.n, faults = mask_faults(night.owner, night.policy)
    for words in faults:
        outcome.add(
            words, Found(kind=Kind.MASK, key=words.split(":")[0], subject="", sentence=words)
        )
    return outcome


def endings(night: Night) -> Outcome:
    """Say which live version ends within two weeks: then nothing is shown at all."""
    outcome = Outcome(key="endings")
    live = _published()
    if live is None or live.ends_on is None:
        outcome.note = "公開中の版に適用終了日はありません"
        return outcome
    outcome.n = 1
    left = live.ends_on - timezone.localdate(night.now)
    if left <= SOON:
        when = f"{live.ends_on.isoformat()}（あと {max(left.days, 0)} 日）"
        outcome.add(
            f"版 {live.version_id[:12]} の適用終了日 {when}",
            Found(
                kind=Kind.ENDING,
                key=live.version_id,
                subject="",
                sentence=f"公開中の版 {live.version_id[:12]} は {when} に適用を終え、"
                "次の版がなければ照会が閉じます",
            ),
        )
    return outcome


def _stands(night: Night, outcome: Outcome) -> bool:
    """Return whether the gate stands in the database; without it there is nothing to check."""
    if installed(night.owner):
        return True
    outcome.note = NO_GATE
    return False


def _published() -> Publication | None:
    return Publication.objects.filter(state="done").order_by("-live_at", "-pk").first()


def _judges() -> Callable[[str, date, str], Judge | None]:
    @lru_cache(maxsize=256)
    def judge(table: str, day: date, system: str) -> Judge | None:
        found: System | None = versions.policy_of(table).systems.get(system)
        return Judge(found.on(day)) if found else None

    return judge


def _mismatch(look: Recorded, judge: Callable[[str, date, str], Judge | None]) -> Mismatch | None:
    """Return how a look differs from its version; at midnight, from both days."""
    days = sorted({timezone.localdate(look.at), timezone.localdate(look.at - MINUTE)})
    found = [_on(look, judge(look.table or "", day, look.system)) for day in days]
    return None if None in found else found[-1]


def _on(look: Recorded, judge: Judge | None) -> Mismatch | None:
    if judge is None:
        return Mismatch(field="システム", recorded=look.system, decided="表にない", rules=())
    context: Mapping[str, str] = look.context or {}
    rows: Sequence[tuple[str, Mapping[str, str]] | None] = look.rows
    wrong = (judge.mismatch(context, owner=row[0], items=row[1]) for row in rows if row is not None)
    return next((one for one in wrong if one is not None), None)


def _tell_fault(outcome: Outcome, look: Recorded) -> None:
    outcome.add(
        f"記録 {look.number}: {look.fault}",
        Found(
            kind=Kind.RE_DECIDED,
            key=f"fault:{look.system}:{look.fault}"[:200],
            subject="",
            sentence=f"{look.fault}（記録 {look.number}）",
        ),
    )


def _name(policy: Policy, system: str) -> str:
    found = policy.systems.get(system)
    return found.name if found else system
