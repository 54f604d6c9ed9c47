"""What the record of an emergency (災害対応記録) says, gathered from the registers."""

import json
from collections.abc import Sequence
from datetime import datetime

from sekisho.grants import emergencies as rule
from sekisho.grants.declarations import said_in
from sekisho.reports.documents import dossier as document
from sekisho_web.accounts.models import Person
from sekisho_web.campaigns.models import Finding
from sekisho_web.grants.models import Emergency, Grant, Use
from sekisho_web.grants.queries import closing, emergencies
from sekisho_web.grants.queries import mobilising as facts


def dossier(one: Emergency, *, by: Person, now: datetime) -> document.Dossier:
    """Return the record of `one` as it is at `now` (some twenty queries)."""
    said = emergencies.as_rule(one)
    return document.Dossier(
        code=one.code,
        kind=str(one.get_kind_display()),
        owner=one.owner.name,
        cause=one.cause,
        reason=one.reason,
        areas=one.areas,
        systems=emergencies.names_of(one.systems),
        commander=_named(one.commander.person if one.commander else None),
        conduct_officer=_named(one.conduct_officer.person if one.conduct_officer else None),
        lifted_at=one.ended_at,
        lifted_by=_named(one.ended_by),
        closed_at=one.closed_at,
        closed_by=_named(one.closed_by),
        terms=_terms(one, said),
        companies=_companies(one),
        cleared=_cleared(one, now=now),
        findings=[
            (
                found.first_seen_at,
                found.sentence,
                found.reason if found.closed_at else "開いています",
            )
            for found in Finding.objects.filter(key__startswith=one.code).order_by("pk")
        ],
        grants=Grant.objects.filter(emergency=one).count(),
        uses=Use.objects.filter(grant__emergency=one).count(),
        made_at=now,
        made_by=_named(by),
        position="",
    )


def _terms(one: Emergency, said: rule.Emergency) -> Sequence[document.Term]:
    shown = {term.declared_at: term.period for term in said.terms}
    return [
        document.Term(
            no=term.no,
            starts=shown[term.declared_at].starts,
            ends=shown[term.declared_at].ends or term.signed.upper,
            declared_by=_named(term.declared_by),
            confirmed_by=_named(term.confirmed_by),
            conduct_office=term.by_conduct_office,
            digest=said_in(bytes(term.body)).digest.hex() if term.body else "",
        )
        for term in one.terms.all()
        if term.confirmed_at is not None
    ]


def _companies(one: Emergency) -> Sequence[document.Company]:
    found: dict[str, list[int]] = {}
    people: dict[int, str] = {}
    helpers = one.supporters.filter(appointment__isnull=False)
    for person, name in helpers.values_list("person_id", "appointment__employer__name"):
        found.setdefault(name, [0, 0, 0])[0] += 1
        people[person] = name
    for person in facts.temporary_ids(one).values_list("person_id", flat=True):
        found[people[person or 0]][1] += 1
    for person in facts.loans_of(one).values_list("person_id", flat=True):
        if person in people:
            found[people[person]][2] += 1
    return [
        document.Company(name=name, helpers=helpers, accounts=accounts, loans=loans)
        for name, (helpers, accounts, loans) in sorted(found.items())
    ]


def _cleared(one: Emergency, *, now: datetime) -> Sequence[document.Cleared]:
    return [
        document.Cleared(
            words=entry.words,
            due_at=entry.item.due_at,
            done_at=entry.item.done_at,
            by=_named(entry.item.done_by) if entry.item.done_by else "",
            evidence=evidence_words(entry.item.evidence),
            sha256=entry.item.evidence_sha256,
        )
        for entry in closing.entries(one, now=now)
    ]


def evidence_words(text: str) -> str:
    """Return what was signed for an item in words: quantity, method, witness, document."""
    try:
        said = json.loads(text) if text else {}
    except ValueError:
        return ""
    if "looks" in said:
        return f"閲覧 {said['looks']} 件、外れたもの {said['outside']} 件"
    labels = (
        ("quantity", "数量"),
        ("method", "方法"),
        ("witness", "立会い"),
        ("document", "文書・所見"),
    )
    found = [f"{words} {said[name]}" for name, words in labels if said.get(name)]
    return "、".join(["なし"] if said.get("none") else found)


def _named(person: Person | None) -> str:
    return f"{person.name}（{person.code}）" if person is not None else ""
