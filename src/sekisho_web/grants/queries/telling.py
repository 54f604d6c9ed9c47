"""A request as pages tell it: read from the bytes that are signed, with names put to its codes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sekisho.grants import requests as rules
from sekisho.grants import uses
from sekisho.grants.policies import MODE_WORDS, Party
from sekisho.grants.references import WORDS
from sekisho.grants.requests import State
from sekisho.reports.pictures.stations import Mark, Station, drawn, lasting
from sekisho.terms.days import JST
from sekisho_web.accounts.models import Person, System
from sekisho_web.grants.models import Decision, Grant, Request, Use
from sekisho_web.grants.queries import deciders
from sekisho_web.grants.queries import grants as held
from sekisho_web.grants.queries import requests as queries

URGENT = timedelta(minutes=15)
TONES: Mapping[State, str] = {State.APPROVED: "good", State.DENIED: "bad", State.LAPSED: "bad"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One request as lists show it. open: the parties that have not answered, in words."""

    code: str
    asker: str
    unit: str
    system: str
    role: str
    purpose: str
    state: State
    matching_code: str
    submitted_at: datetime
    due_at: datetime
    open: Sequence[str]
    age: str
    left: str
    is_urgent: bool

    @property
    def word(self) -> str:
        return rules.WORDS[self.state]

    @property
    def tone(self) -> str:
        return TONES.get(self.state, "")

    @property
    def is_open(self) -> bool:
        return self.state is State.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    word: str
    no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a request says, in words."""

    system: str
    role: str
    mode: str
    purpose: str
    references: Sequence[Number]
    reason: str
    areas: Sequence[str]
    window: str
    starts_at: datetime | None
    use: str
    uses: int | None
    emergency: str
    follows: str
    witness: str
    people: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyLine:
    """One of those who must all approve, and what they said."""

    words: str
    word: str
    tone: str
    by: str
    instead_of: str
    people: int
    window: str
    at: datetime | None
    note: str


def names_of_systems() -> dict[str, str]:
    """Return what each system is called (one query)."""
    return dict(System.objects.values_list("key", "name"))


def line(
    one: Request, *, now: datetime, names: Mapping[str, str], unit: str = "",
) -> Line:  # fmt: skip
    """Return `one` as a list shows it (no query where decisions, asker and policy are fetched)."""
    state = queries.state(one, at=now)
    answered = {decision.party for decision in one.decisions.all()}
    parties = [_words(said) for said in one.policy.parties]
    waits = state is State.PENDING
    return Line(
        code=one.code,
        asker=one.asked_by.name,
        unit=unit,
        system=names.get(one.system_id, one.system_id),
        role=one.role,
        purpose=one.purpose,
        state=state,
        matching_code=one.matching_code,
        submitted_at=one.submitted_at,
        due_at=one.due_at,
        open=[
            words for number, words in enumerate(parties, start=1) if number not in answered
        ] if waits else [],
        age=lasting(now - one.submitted_at),
        left=lasting(one.due_at - now),
        is_urgent=waits and one.due_at - now <= URGENT,
    )  # fmt: skip


def told(one: Request, *, names: Mapping[str, str]) -> Told:
    """Return what `one` says (one query where it names helpers)."""
    said = queries.rule_of(one)
    helpers = [each.person for each in said.helpers]
    people = (
        dict(Person.objects.filter(code__in=helpers).values_list("code", "name")) if helpers else {}
    )
    return Told(
        system=names.get(said.system, said.system),
        role=said.role,
        mode=MODE_WORDS.get(said.mode, said.mode),
        purpose=said.purpose,
        references=[
            Number(word=WORDS.get(each.kind, each.kind), no=each.no) for each in said.references
        ],
        reason=said.reason,
        areas=said.areas,
        window=rules.in_words(said.window_minutes),
        starts_at=said.starts_at,
        use=rules.in_words(said.use_minutes),
        uses=said.uses,
        emergency=said.emergency,
        follows=said.extends,
        witness=said.witness,
        people=[people.get(code, code) for code in helpers],
    )


def text_of(body: bytes) -> str:
    """Return a canonical text with a line a word, as people read it. Its bytes are what counts."""
    return json.dumps(json.loads(body), ensure_ascii=False, indent=1)


def parties(one: Request, *, now: datetime) -> list[PartyLine]:
    """Return who must approve `one`, in the order of the policy."""
    open_now = queries.state(one, at=now) is State.PENDING
    return [_party(each, open_now=open_now) for each in deciders.party_lines(one, now=now)]


def _party(each: deciders.PartyLine, *, open_now: bool) -> PartyLine:
    answer = each.decision
    if answer is None:
        return PartyLine(
            words=each.words, word="まだ" if open_now else "答えなし", tone="", by="",
            instead_of="", people=len(each.people), window="", at=None, note="",
        )  # fmt: skip
    denied = answer.verdict == Decision.Verdict.DENY
    return PartyLine(
        words=each.words,
        word=str(answer.get_verdict_display()),
        tone="bad" if denied else "good",
        by=answer.decided_by.name,
        instead_of=_giver(answer),
        people=len(each.people),
        window=window_of(answer),
        at=answer.decided_at,
        note=answer.note,
    )


def _giver(answer: Decision) -> str:
    return answer.delegation.delegator.person.name if answer.delegation else ""


def window_of(answer: Decision) -> str:
    """Return the window that an approval fixed, as it is read; of a denial nothing."""
    if not answer.valid:
        return ""
    starts, ends = (at.astimezone(JST) for at in (answer.valid.lower, answer.valid.upper))
    until = f"{ends:%H:%M}" if starts.date() == ends.date() else f"{ends:%m-%d %H:%M}"
    return f"{starts:%m-%d %H:%M}〜{until}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantLine:
    """One grant that a request led to."""

    code: str
    word: str
    tone: str
    valid_from: datetime
    valid_to: datetime
    used: int
    uses_max: int | None


def grant_line(grant: Grant, *, now: datetime) -> GrantLine:
    """Return a grant as the page of its request shows it (no query where uses are fetched)."""
    state = uses.state_of(held.as_rule(grant), now)
    good = state in (uses.State.USABLE, uses.State.RUNNING)
    return GrantLine(
        code=grant.code,
        word=uses.WORDS[state],
        tone="bad" if state is uses.State.REVOKED else "good" if good else "",
        valid_from=grant.valid_from,
        valid_to=grant.valid_to,
        used=len(grant.uses.all()),
        uses_max=grant.uses_max,
    )


def picture(one: Request, lines: Sequence[PartyLine], *, now: datetime) -> str:
    """Return the way of `one` as a picture: asked, answered by each party, granted, used."""
    return drawn(_stations(one, lines, now=now), words=f"利用申請 {one.code} の経過", name="way")


def _stations(one: Request, lines: Sequence[PartyLine], *, now: datetime) -> list[Station]:
    state = queries.state(one, at=now)
    found = [Station(words="申請", mark=Mark.DONE, at=one.submitted_at)]
    found += [_station(each, state) for each in lines]
    if state in (State.WITHDRAWN, State.LAPSED):
        at = one.settled_at or one.due_at
        found.append(Station(words=rules.WORDS[state], mark=Mark.STOPPED, at=at))
        return found
    grant = Grant.objects.filter(request=one).order_by("pk").first()
    use = Use.objects.filter(grant__request=one).order_by("during").first()
    if grant is None:
        return [
            *found,
            Station(words="許可", mark=Mark.AHEAD),
            Station(words="利用", mark=Mark.AHEAD),
        ]
    cut = grant.revoked_at is not None and grant.revoked_at <= now
    found.append(
        Station(
            words="許可",
            mark=Mark.STOPPED if cut else Mark.DONE,
            at=grant.revoked_at if cut else grant.valid_from,
            note="取消し" if cut else "から使える",
        )
    )
    if use is not None:
        found.append(Station(words="利用", mark=Mark.DONE, at=use.began_at))
    elif now >= grant.valid_to:
        found.append(Station(words="利用なし", mark=Mark.STOPPED, at=grant.valid_to))
    else:
        found.append(Station(words="利用", mark=Mark.AHEAD))
    return found


def _station(each: PartyLine, state: State) -> Station:
    words = each.words.partition("（")[0]
    if each.at is not None:
        mark = Mark.STOPPED if each.tone == "bad" else Mark.DONE
        return Station(words=words, mark=mark, at=each.at, note=each.word)
    waits = state is State.PENDING
    return Station(
        words=words, mark=Mark.OPEN if waits else Mark.AHEAD, note="待ち" if waits else ""
    )


def _words(said: Mapping[str, str]) -> str:
    return Party(role=said["role"], side=said["side"]).words
