"""People who declare, confirm, clear up and review an emergency, each with a key of their own."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fido2.utils import websafe_encode

from sekisho.grants.declarations import Attested, Part, instant
from sekisho.terms.periods import Period
from sekisho_web.accounts.signed_in import Hat, viewer_of
from sekisho_web.grants.operations import closing, declaring
from tests.factories.passkeys import Passkey
from tests.factories.people import NOON, PersonFactory, PostFactory, UnitFactory

HOUR = timedelta(hours=1)


@dataclass
class Somebody:
    """A person in one post, with a passkey."""

    person: Any
    post: Any
    hat: Hat
    key: Passkey

    def proof(self, digest: bytes) -> dict[str, Any]:
        """Return the signature of this person over `digest`, as it is kept."""
        return {
            "rp": self.key.rp,
            "credential": websafe_encode(bytes(self.key.credential)),
            "response": self.key.answer(digest),
        }


def somebody(*, title: str = "課長", bound_at: datetime | None = None, **unit: Any) -> Somebody:
    """Return somebody of the network's service centre who leads it, or of `unit` (a trait)."""
    person = PersonFactory()
    post = PostFactory(person=person, unit=UnitFactory(**unit), title=title)
    return Somebody(person, post, hat_of(post, title=title),
                    Passkey(person, at=bound_at or NOON - timedelta(days=9)))  # fmt: skip


def hat_of(post: Any, *, title: str) -> Hat:
    unit = post.unit
    return Hat(
        post=post.appointment_id,
        unit=unit.name,
        unit_code=unit.code,
        unit_kind=unit.kind,
        line=unit.line,
        company=unit.company.name,
        company_code=unit.company.code,
        company_kind=unit.company.kind,
        principal=None,
        viewer=viewer_of(post),
        relief=None,
        purpose="託送供給等",
        until=NOON + timedelta(days=400),
        leads=title != "担当",
    )


def prepared(by: Somebody, conduct: Somebody, *, now: datetime = NOON, **more: Any) -> Any:
    """Return an emergency that `by` has prepared, and would command."""
    asked = {
        "kind": "disaster",
        "owner": by.post.unit.company,
        "cause": "台風第14号",
        "reason": "広い範囲の停電の受付が、送配電だけでは間に合わないため",
        "areas": ["0901", "0902"],
        "systems": ["callcenter"],
        "commander": by.post.appointment,
        "conduct_officer": conduct.post.appointment,
        "starts_at": now,
        "ends_at": now + 72 * HOUR,
    } | more
    return declaring.prepare(**asked, by=by.person, hat=by.hat, now=now)


def statement(
    one: Any,
    by: Somebody,
    *,
    part: Part = Part.DECLARE,
    term: int = 1,
    ends: datetime | None = None,
    starts: datetime | None = None,
    answers: str = "",
    now: datetime = NOON,
) -> Any:
    """Return what is laid before `by` at `now`."""
    runs = Period(starts=starts or one.starts_at, ends=ends or one.ends_at)
    return declaring.statement_of(
        one, term=term, part=part, runs=runs, answers=answers, by=by.person, hat=by.hat,
        nonce="n", at=instant(now),
    )  # fmt: skip


def declare(one: Any, by: Somebody, *, now: datetime = NOON) -> Any:
    said = statement(one, by, now=now)
    return declaring.declare(emergency=one, statement=said, proof=by.proof(said.digest),
                             by=by.person, hat=by.hat, now=now)  # fmt: skip


def extend(one: Any, by: Somebody, *, ends: datetime, now: datetime) -> Any:
    no = one.terms.count() + 1
    said = statement(one, by, term=no, starts=one.ends_at, ends=ends, now=now)
    proof = by.proof(said.digest)
    return declaring.extend(emergency=one, ends_at=ends, statement=said, proof=proof,
                            by=by.person, hat=by.hat, now=now)  # fmt: skip


def confirm(one: Any, by: Somebody, *, no: int = 1, now: datetime = NOON) -> Any:
    term = one.terms.get(no=no)
    said = statement(
        one, by, part=Part.CONFIRM, term=no, starts=term.signed.lower, ends=term.signed.upper,
        answers=declaring.answered(term), now=now,
    )  # fmt: skip
    return declaring.confirm(emergency=one, no=no, statement=said, proof=by.proof(said.digest),
                             by=by.person, hat=by.hat, now=now)  # fmt: skip


def running(by: Somebody, second: Somebody, *, now: datetime = NOON, **more: Any) -> Any:
    """Return an emergency that `by` declared and `second` confirmed at `now`."""
    one = prepared(by, second, now=now, **more)
    declare(one, by, now=now)
    confirm(one, second, now=now)
    one.refresh_from_db()
    return one


def lift(one: Any, by: Somebody, *, now: datetime) -> Any:
    return declaring.lift(emergency=one, reason="停電が復旧した", by=by.person, hat=by.hat, now=now)


def attested(one: Any, item: Any, by: Somebody, *, now: datetime, **more: Any) -> Attested:
    said = {"quantity": "", "method": "", "witness": "", "document": "", "none": False} | more
    return Attested(code=one.code, item=item.kind, subject=item.subject, by=by.person.code,
                    appointment=str(by.hat.post), at=instant(now), nonce="n", **said)  # fmt: skip


def sign_for(one: Any, item: Any, by: Somebody, *, now: datetime, **more: Any) -> Any:
    said = attested(one, item, by, now=now, **more)
    return closing.sign(item=item, attested=said, proof=by.proof(said.digest), by=by.person,
                        hat=by.hat, now=now)  # fmt: skip
