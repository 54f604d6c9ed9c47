"""What is proved of the tables. A certificate is fixed by the hash of its tables: made once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse

from sekisho.policy.invariant import WORD_OF_KIND, Invariant
from sekisho.proof.certificate import Certificate, Proof, Result
from sekisho.proof.certificate import certificate as proved
from sekisho_links.policy.folders import shipped_policy

PAGE = 50


def certificate() -> Certificate:
    """Return the certificate of the tables in force (seconds the first time, then nothing)."""
    return _certificate(shipped_policy().hash)


@cache
def _certificate(_hash: str) -> Certificate:
    return proved(shipped_policy())


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One result, with the system it was found in. question: where the witness can be asked."""

    proof: Proof
    result: Result
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One invariant over all systems that it binds."""

    invariant: Invariant
    found: tuple[Found, ...]

    @property
    def kind(self) -> str:
        return WORD_OF_KIND[self.invariant.kind]

    @property
    def broken(self) -> tuple[Found, ...]:
        return tuple(one for one in self.found if not one.result.held)

    @property
    def systems(self) -> str:
        names = dict.fromkeys(one.proof.name for one in self.found)
        everywhere = len(names) == len(certificate().proofs)
        return "すべて" if everywhere else "、".join(names)


@cache
def _lines(_hash: str) -> tuple[Line, ...]:
    by_invariant: dict[str, list[Found]] = {}
    for proof in certificate().proofs:
        for result in proof.results:
            by_invariant.setdefault(result.invariant.id, []).append(
                Found(proof=proof, result=result, question=_question(proof, result))
            )
    lines = [
        Line(invariant=one, found=tuple(by_invariant.get(one.id, ())))
        for one in shipped_policy().invariants
    ]
    return tuple(sorted(lines, key=lambda line: not line.broken))  # what is broken stands first


def lines(*, kind: str = "") -> tuple[Line, ...]:
    """Return the invariants, of one 種別 or of all; broken ones first (no query)."""
    whole = _lines(shipped_policy().hash)
    return tuple(line for line in whole if not kind or line.kind == kind)


def line(identity: str) -> Line:
    for one in lines():
        if one.invariant.id == identity:
            return one
    raise Http404


def kinds() -> Mapping[str, int]:
    """Return how many invariants there are of each 種別, in the order of the sheet."""
    counted: dict[str, int] = {}
    for one in shipped_policy().invariants:
        word = WORD_OF_KIND[one.kind]
        counted[word] = counted.get(word, 0) + 1
    return counted


def _question(proof: Proof, result: Result) -> str:
    """Return the address at which the witness can be asked again, or nothing."""
    if result.witness is None or not result.witness.context:
        return ""
    attributes = shipped_policy().attributes
    asked = {
        attributes[name].code: attributes[name].by_word[word].code
        for name, word in result.witness.context.items()
        if word in attributes[name].by_word
    }
    return f"{reverse('policy:explain', args=[proof.system])}?{urlencode(asked)}"
