"""What changes in 判定表: versions are kept, drafts are written, changes go their way."""

import json
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from sekisho.ledger.leaves import Kind
from sekisho.policy.life import (
    Part,
    Signed,
    Signer,
    State,
    Statement,
    refusal_to_approve,
    refusal_to_check,
    refusal_to_edit,
    refusal_to_hand_in,
)
from sekisho.policy.read import hash_of
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import Person
from sekisho_web.ledger import operations as ledger
from sekisho_web.policy.models import (
    Change,
    Publication,
    Revision,
    Sheet,
    Signature,
    Step,
    Version,
)

Json = dict[str, Any]


class Refused(Exception):
    """An act that may not be done now. Nothing was changed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class Meanwhile(Exception):
    """Somebody else saved the same draft meanwhile. Nothing was changed."""


def keep(files: Mapping[str, bytes], *, now: datetime) -> Version:
    """Keep `files` as a version, and return it; the same bytes again are the same version."""
    digests = {path: sha256(data).hexdigest() for path, data in files.items()}
    known = Version.objects.filter(pk=hash_of(files)).first()
    if known:
        return known
    sheets = {digests[path]: data for path, data in files.items()}
    Sheet.objects.bulk_create(
        (Sheet(digest=digest, data=data) for digest, data in sheets.items()), ignore_conflicts=True
    )
    version, _ = Version.objects.get_or_create(
        pk=hash_of(files), defaults={"sheets": digests, "made_at": now}
    )
    return version


@transaction.atomic
def found(files: Mapping[str, bytes], *, now: datetime) -> Publication:
    """Write that the version of `files` is live from the founding on: the tables that ship.

    Runs as the owner, beside the load that puts it live. To do it again changes nothing.
    """
    version = keep(files, now=now)
    known = Publication.objects.filter(version=version, change=None).first()
    if known:
        return known
    return Publication.objects.create(
        version=version,
        state=Publication.State.DONE,
        asked_at=now,
        live_at=now,
        said={"founding": True},
    )


@transaction.atomic
def open_change(
    *,
    system: str,
    title: str,
    reason: str,
    basis: str,
    starts_on: date | None,
    ends_on: date | None,
    base: str,
    by: Person,
    now: datetime,
) -> Change:
    """Open a draft that follows the live version `base`."""
    # numbers follow one another: who opens one at the same moment waits
    last = Change.objects.select_for_update().order_by("-pk").first()
    change = Change.objects.create(
        number=f"C-{(last.pk if last else 0) + 1:04d}",
        system=system,
        title=title,
        reason=reason,
        basis=basis,
        starts_on=starts_on,
        ends_on=ends_on,
        author=by,
        base_id=base,
        created_at=now,
    )
    _step(change, State.DRAFT, version=change.base, by=by, now=now)
    _enter(change, {"act": "変更案件の起案"}, by=by, now=now)
    return change


@transaction.atomic
def save(
    *,
    change: Change,
    files: Mapping[str, bytes],
    expected: int | None,
    note: str,
    by: Person,
    now: datetime,
) -> Revision:
    """Save `files` as the draft of `change`, which goes back to 下書.

    expected: the number of the revision that the writer had before their eyes (None: the base).
    Raises Meanwhile where another one stands there now, Refused where it may not be edited.
    """
    change = _held(change)
    if refusal := refusal_to_edit(State(change.state)):
        raise Refused(refusal)
    if change.head_id != expected:
        raise Meanwhile
    version = keep(files, now=now)
    if change.head and change.head.version_id == version.pk:
        return change.head
    revision = Revision.objects.create(
        change=change, version=version, previous=change.head, by=by, at=now, note=note[:300]
    )
    _moved(change, revision, by=by, now=now)
    return revision


@transaction.atomic
def undo(*, change: Change, expected: int, by: Person, now: datetime) -> Change:
    """Go back to the revision before `expected`. What was undone stays in the list."""
    change = _held(change)
    if refusal := refusal_to_edit(State(change.state)):
        raise Refused(refusal)
    if change.head_id != expected or change.head is None:
        raise Meanwhile
    _moved(change, change.head.previous, by=by, now=now)
    return change


@transaction.atomic
def follow(
    *, change: Change, base: str, files: Mapping[str, bytes], by: Person, now: datetime
) -> Change:
    """Let `change` follow the live version `base`, with `files` merged from both."""
    change = _held(change)
    if refusal := refusal_to_edit(State(change.state)):
        raise Refused(refusal)
    change.base_id = base
    change.save(update_fields=["base"])
    revision = Revision.objects.create(
        change=change, version=keep(files, now=now), previous=None, by=by, at=now,
        note="公開中の版に合わせる",
    )  # fmt: skip
    _moved(change, revision, by=by, now=now)
    return change


@transaction.atomic
def check(
    *,
    change: Change,
    errors: int,
    broken: int,
    examples: int,
    said: Json,
    by: Person,
    now: datetime,
) -> Refusal | None:
    """Write what 点検 found of the present draft; return why it does not pass, or None."""
    change = _held(change)
    if refusal := refusal_to_edit(State(change.state)):
        raise Refused(refusal)
    refusal = refusal_to_check(errors=errors, broken=broken, examples=examples)
    state = State.DRAFT if refusal else State.CHECKED
    _go(change, state, by=by, now=now, said=said | ({"refused": str(refusal)} if refusal else {}))
    return refusal


@transaction.atomic
def tried(
    *,
    change: Change,
    content: str,
    digest: str,
    said: Json,
    by: Person,
    now: datetime,
) -> None:
    """Write that the draft `content` was tried on recorded traffic.

    digest: of the result; said: its totals, or why there is no traffic to try it on.
    """
    change = _held(change)
    if State(change.state) not in {State.CHECKED, State.TRIED} or content != content_of(change):
        raise Refused(
            Refusal(
                reason="点検を済ませた下書きではありません",
                remedy="点検してから、もう一度試算してください",
            )
        )
    _go(change, State.TRIED, by=by, now=now, said={"digest": digest} | said)


@transaction.atomic
def hand_in(
    *,
    change: Change,
    statement: Statement,
    proof: Json,
    signer: Signer,
    live: str,
    by: Person,
    now: datetime,
) -> Signature:
    """Keep the author's signature (承認に回す)."""
    change = _held(change)
    refusal = refusal_to_hand_in(
        State(change.state), authors=authors_of(change), by=signer, base=change.base_id, live=live
    )
    return _sign(change, Part.AUTHOR, statement, proof, refusal, by=by, now=now)


@transaction.atomic
def approve(
    *,
    change: Change,
    statement: Statement,
    proof: Json,
    signer: Signer,
    live: str,
    by: Person,
    now: datetime,
) -> Signature:
    """Keep the second line's signature; the change is then approved."""
    change = _held(change)
    refusal = refusal_to_approve(
        State(change.state),
        authors=authors_of(change),
        signed=signed_of(change),
        by=signer,
        content=content_of(change),
        base=change.base_id,
        live=live,
    )
    signature = _sign(change, Part.SECOND_LINE, statement, proof, refusal, by=by, now=now)
    _go(change, State.APPROVED, by=by, now=now, said={})
    return signature


@transaction.atomic
def ask_to_publish(*, change: Change, by: Person, now: datetime) -> Publication:
    """Ask the publisher to put the approved tables live."""
    change = _held(change)
    if State(change.state) is not State.APPROVED:
        raise Refused(
            Refusal(
                reason="承認された変更案件ではありません",
                remedy="二人の署名が揃ってから公開してください",
            )
        )
    known = change.publications.filter(state=Publication.State.ASKED).first()
    if known:
        return known
    publication = Publication.objects.create(
        version_id=content_of(change),
        change=change,
        ends_on=change.ends_on,
        asked_by=by,
        asked_at=now,
    )
    _enter(change, {"act": "公開の依頼", "version": publication.version_id}, by=by, now=now)
    return publication


@transaction.atomic
def withdraw(*, change: Change, reason: str, by: Person, now: datetime) -> None:
    """End a change that will not be published (廃止)."""
    change = _held(change)
    if refusal := refusal_to_edit(State(change.state)):
        raise Refused(refusal)
    _go(change, State.RETIRED, by=by, now=now, said={"reason": reason})


def content_of(change: Change) -> str:
    """Return the hash of the tables as the draft has them now."""
    return change.head.version_id if change.head else change.base_id


def authors_of(change: Change) -> frozenset[str]:
    """Return the codes of all who wrote a part of `change`, and of who opened it."""
    wrote = change.revisions.values_list("by__code", flat=True)
    return frozenset({change.author.code, *wrote})


def signed_of(change: Change) -> list[Signed]:
    """Return the signatures of `change`. Each was verified when it was kept."""
    return [
        Signed(person=one.by.code, part=Part(one.part), statement=Statement(**one.statement))
        for one in change.signatures.select_related("by")
    ]


def new_nonce() -> str:
    return secrets.token_urlsafe(16)


def _held(change: Change) -> Change:
    return (
        Change.objects.select_for_update(of=("self",))
        .select_related("head", "author")
        .get(pk=change.pk)
    )


def _sign(
    change: Change,
    part: Part,
    statement: Statement,
    proof: Json,
    refusal: Refusal | None,
    *,
    by: Person,
    now: datetime,
) -> Signature:
    if refusal is None and (
        statement.content != content_of(change)
        or statement.base != change.base_id
        or statement.change != change.number
        or statement.part != part
        or statement.person != by.code
    ):
        refusal = Refusal(
            reason="署名を求めた後に、この案件の表が変わりました",
            remedy="いまの表をもう一度読み、署名し直してください",
        )
    if refusal:
        raise Refused(refusal)
    signature = Signature.objects.create(
        change=change, part=part, by=by, at=now,
        statement=json.loads(statement.text), proof=proof,
    )  # fmt: skip
    _enter(
        change,
        {"act": "署名", "part": part.value, "statement": statement.digest.hex()},
        by=by,
        now=now,
    )
    return signature


def _moved(change: Change, revision: Revision | None, *, by: Person, now: datetime) -> None:
    change.head = revision
    change.save(update_fields=["head"])
    if State(change.state) is not State.DRAFT:
        _go(change, State.DRAFT, by=by, now=now, said={})


def _go(change: Change, state: State, *, by: Person | None, now: datetime, said: Json) -> None:
    change.state = state.value
    change.save(update_fields=["state"])
    version = change.head.version if change.head else change.base
    _step(change, state, version=version, by=by, now=now, said=said)
    _enter(
        change, {"act": "段階の移り", "state": state.value, "version": version.pk}, by=by, now=now
    )


def _step(
    change: Change,
    state: State,
    *,
    version: Version,
    by: Person | None,
    now: datetime,
    said: Json | None = None,
) -> None:
    Step.objects.create(
        change=change, state=state.value, version=version, by=by, at=now, said=said or {}
    )


def _enter(change: Change, details: Json, *, by: Person | None, now: datetime) -> None:
    ledger.append(kind=Kind.CONFIG_CHANGE, actor=by, subject=change, at=now, details=details)
