"""What is proved of a version of the tables. It is fixed by the hash: what was made is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse

from sekisho.policy.attributes import Attribute
from sekisho.policy.invariant import WORD_OF_KIND, Invariant, InvariantKind
from sekisho.policy.system import Policy, System
from sekisho.policy.table import Context
from sekisho.policy.treatment import Treatment
from sekisho.proof.certificate import Certificate, Proof, Result
from sekisho.proof.certificate import certificate as proved
from sekisho.reports.sentences import spoken
from sekisho.reports.shapes import counted
from sekisho_links.policy.folders import shipped_policy
from sekisho_web.policy import versions
from sekisho_web.policy.versions import ByHash

PAGE = 50
KEPT = 12  # versions whose proofs are kept: the live one, and drafts that are looked at
NAMED = 2  # systems that a line names; of more it says how many
SHORT = 12  # characters of a hash that stand in a sentence

NOT_OF_CONTEXTS = (
    InvariantKind.CEILING,
    InvariantKind.CEILING_NEVER_MORE,
    InvariantKind.STRUCTURE,
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The version that a page is about. name: as it stands in the address; empty: the live one."""

    policy: Policy
    name: str

    @property
    def hash(self) -> str:
        return self.policy.hash

    def url(self, page: str, *args: str, **query: str) -> str:
        """Return the address of a page of the same version; empty queries are left out."""
        given = (self.name, *args) if self.name else args
        kept = {key: value for key, value in query.items() if value}
        return reverse(f"proof:{page}", args=given) + (f"?{urlencode(kept)}" if kept else "")


def asked(name: str = "") -> Asked:
    """Return the version `name` (a hash, or its first 12 characters); without one, the live one.

    Raises Http404 where there is none, and Unreadable where it is a draft that says nothing.
    """
    if not name:
        return Asked(policy=versions.live(), name="")
    if len(name) >= SHORT and shipped_policy().hash.startswith(name):
        return Asked(policy=shipped_policy(), name=name)
    return Asked(policy=versions.policy_of(versions.version_at(name).pk), name=name)


def certificate(policy: Policy | None = None) -> Certificate:
    """Return the certificate of `policy`, or of the live version (made once for each hash)."""
    policy = policy or versions.live()
    return _certificate(ByHash(policy))


@lru_cache(maxsize=KEPT)
def _certificate(of: ByHash) -> Certificate:
    return proved(of.policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One result, with the system and stretch it was found in.

    question, other: where the witness can be asked again, and what it is compared with.
    """

    proof: Proof
    result: Result
    checked: str  # what was looked at: 組合せ n 通り
    question: str = ""
    other: str = ""

    @property
    def later(self) -> bool:
        """Whether it is proved when a version is published, against the one before."""
        return self.result.invariant.kind is InvariantKind.DIFFERENCE

    @property
    def of_contexts(self) -> bool:
        """Whether it was proved for combinations, and not for what stands in the sheets."""
        return self.result.invariant.kind not in NOT_OF_CONTEXTS

    @property
    def stretch(self) -> str:
        """The days for which it was proved."""
        starts, ends = self.proof.starts, self.proof.ends
        if not starts and not ends:
            return "日付なし"
        first = f"{starts.isoformat()}から" if starts else ""
        return first + (f"{ends.isoformat()}の前日まで" if ends else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One invariant over all systems that it binds."""

    invariant: Invariant
    found: tuple[Found, ...]
    systems: str  # names, how many, or すべて

    @property
    def kind(self) -> str:
        return WORD_OF_KIND[self.invariant.kind]

    @property
    def broken(self) -> tuple[Found, ...]:
        return tuple(one for one in self.found if not one.result.held)

    @property
    def held(self) -> tuple[Found, ...]:
        return tuple(one for one in self.found if one.result.held)


def lines(
    policy: Policy, *, kind: str = "", system: str = "", broken: bool = False
) -> tuple[Line, ...]:
    """Return the invariants, of one 種別, of one system, or those that are broken; these first."""
    whole = _lines(ByHash(policy))
    found = []
    for line in whole:
        if system:
            own = tuple(one for one in line.found if one.proof.system == system)
            name = policy.systems[system].name
            line = replace(line, found=own, systems=name)  # noqa: PLW2901 - the line, of one system
        if line.found and kind in ("", line.kind) and (line.broken or not broken):
            found.append(line)
    return tuple(sorted(found, key=lambda line: not line.broken))


@lru_cache(maxsize=KEPT)
def _lines(of: ByHash) -> tuple[Line, ...]:
    policy = of.policy
    by_invariant: dict[str, list[Found]] = {}
    everywhere = {proof.system for proof in certificate(policy).proofs}
    for proof in certificate(policy).proofs:
        for result in proof.results:
            by_invariant.setdefault(result.invariant.id, []).append(_found(policy, proof, result))
    lines = []
    for one in policy.invariants:
        found = tuple(by_invariant.get(one.id, ()))
        names = {each.proof.system: each.proof.name for each in found}
        systems = "すべて" if set(names) == everywhere else _some(tuple(names.values()))
        lines.append(Line(invariant=one, found=found, systems=systems))
    return tuple(lines)


def _some(names: Sequence[str]) -> str:
    return "、".join(names) if len(names) <= NAMED else f"{len(names)} システム"


def _found(policy: Policy, proof: Proof, result: Result) -> Found:
    witness = result.witness
    return Found(
        proof=proof,
        result=result,
        checked=_checked(policy.systems[proof.system], proof, result.invariant),
        question=question(policy, proof, witness.context) if witness and witness.context else "",
        other=question(policy, proof, witness.against) if witness and witness.against else "",
    )


def _checked(system: System, proof: Proof, invariant: Invariant) -> str:
    """Return over what an invariant was proved, in words."""
    if invariant.kind in NOT_OF_CONTEXTS:
        return (
            f"項目 {len(system.fields)}・画面 {len(system.screens)}・"
            f"遷移 {len(system.transitions)} のすべて"
        )
    return f"組合せ {counted(proof.contexts)} 通り"


def line(policy: Policy, identity: str) -> Line:
    """Return one invariant of `policy` over all its systems, or 404."""
    for one in _lines(ByHash(policy)):
        if one.invariant.id == identity:
            return one
    raise Http404


def kinds(policy: Policy, *, system: str = "") -> Mapping[str, int]:
    """Return how many invariants there are of each 種別, in the order of the sheet."""
    name = policy.systems[system].name if system in policy.systems else ""
    counts: dict[str, int] = {}
    for one in policy.invariants:
        if not name or one.binds(name):
            word = WORD_OF_KIND[one.kind]
            counts[word] = counts.get(word, 0) + 1
    return counts


def question(policy: Policy, proof: Proof, context: Context) -> str:
    """Return the address at which the table of the same version answers exactly `context`.

    A stretch that is not the last is named by a day of it; without one the last answers.
    """
    codes = codes_of(policy.attributes, context)
    if len(codes) < len(policy.attributes):  # something is unknown in it: it cannot be chosen
        return ""
    day = (proof.starts or proof.ends - timedelta(days=1)) if proof.ends else None
    days = {"on": day.isoformat()} if day else {}
    return explain_url(policy, proof.system, codes | days)


def explain_url(policy: Policy, system: str, codes: Mapping[str, str]) -> str:
    """Return the address of the page that explains one combination in the same version."""
    query = urlencode({"version": policy.hash, **codes})
    return f"{reverse('policy:explain', args=[system])}?{query}"


def codes_of(attributes: Mapping[str, Attribute], context: Context) -> dict[str, str]:
    """Return `context` as an address carries it; values that the tables do not know left out."""
    return {
        attributes[name].code: attributes[name].by_word[word].code
        for name, word in context.items()
        if name in attributes and word in attributes[name].by_word
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A witness, attribute by attribute, beside what it is compared with."""

    rows: tuple[tuple[str, str, str], ...]  # attribute, value, the other value
    compared: bool
    level: Treatment | None  # of a class or a field; None: it is a duty
    other: Treatment | None
    rules: tuple[str, ...]  # that speak in the other
    spoken: tuple[tuple[str, str], ...]  # the rules that speak in either, and what they say
    duty: str = ""


def side(policy: Policy, found: Found) -> Side | None:
    """Return the witness of `found` as a table of its values, or None where it has no context."""
    witness = found.result.witness
    if witness is None or not witness.context:
        return None
    system = policy.systems[found.proof.system]
    if day := found.proof.starts or found.proof.ends:
        system = system.on(day if found.proof.starts else day - timedelta(days=1))
    duty = witness.output if witness.output in system.table.duties else ""
    against = witness.against or {}
    level = Treatment(witness.level) if witness.level is not None and not duty else None
    other: Treatment | None = None
    rules: tuple[str, ...] = ()
    if against and witness.output in system.table.classes:
        said, rules = system.table.explain(against, witness.output)
        other = Treatment(said)
    return Side(
        rows=tuple(
            (name, witness.context.get(name, "不明"), against.get(name, ""))
            for name in system.table.attributes
        ),
        compared=bool(against),
        level=level,
        other=other,
        rules=rules,
        spoken=tuple(
            (rule.id, spoken(system.table, rule))
            for rule in system.table.rules
            if rule.id in (*witness.rules, *rules)
        ),
        duty=duty,
    )
