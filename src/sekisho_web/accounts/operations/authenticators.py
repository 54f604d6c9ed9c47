"""Authenticators are bound with a ticket, prove who somebody is, and end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator as Factor
from django.db import IntegrityError, transaction

from sekisho.accounts import authenticators as rule
from sekisho.accounts.authenticators import Kept, Offered, Policy, TicketKind
from sekisho.accounts.tickets import refusal_to_revoke
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_links.accounts import attestation
from sekisho_links.accounts.attestation import Json, NotVerified, Site
from sekisho_links.accounts.certificates import Card
from sekisho_web.accounts.models import Authenticator, Hold, Person, SignIn, Ticket
from sekisho_web.accounts.operations.sessions import end_sessions
from sekisho_web.accounts.operations.stopping import suspend
from sekisho_web.accounts.operations.tickets import CannotBind, use_ticket
from sekisho_web.accounts.queries import authenticators as queries
from sekisho_web.frame.follows import tell
from sekisho_web.ledger import operations as ledger

REPLACED = "取替え"
LOST = "紛失"
NOT_VERIFIED = Refusal(
    reason="認証器の答えを確かめられません",
    remedy="認証器をつなぎ直して、もう一度お試しください",
)


class CannotRevoke(Exception):
    """An authenticator may not be revoked, or not by this person."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


@transaction.atomic
def bind(
    *,
    ticket: int,
    person: Person,
    offered: Offered,
    answer: Json,
    policy: Policy,
    name: str,
    now: datetime,
    card_number: str = "",
) -> Authenticator:
    """Bind the passkey `offered` with the ticket, and return it. Raises CannotBind where refused.

    answer: what the browser said; it is kept, so that the maker can be verified years later.
    """
    refusal = rule.refusal_to_bind(
        offered,
        policy=policy,
        credential_is_known=_is_known(offered.credential_id),
        card_is_bound=_card_is_bound(card_number),
    )
    if refusal:
        raise CannotBind(refusal)
    used = use_ticket(ticket=ticket, person=person, now=now)
    made = _made(
        used,
        kind=Authenticator.Kind.PASSKEY,
        name=name,
        credential_id=offered.credential_id,
        public_key=offered.public_key,
        aaguid=UUID(offered.aaguid),
        attestation=offered.attested.name.lower(),
        backup_eligible=offered.backup_eligible,
        sign_count=offered.sign_count,
        ceremony=answer,
        card_number=card_number,
        now=now,
    )
    Factor.objects.create(
        user=person, type=Factor.Type.WEBAUTHN, data={"name": name, "credential": answer}
    )
    _after_binding(made, now=now)
    return made


@transaction.atomic
def bind_card(
    *, ticket: int, person: Person, card: Card, name: str, now: datetime, card_number: str = ""
) -> Authenticator:
    """Bind the certificate of `card` with the ticket. Raises CannotBind where refused."""
    if _is_known(card.fingerprint):
        raise CannotBind(
            Refusal(
                reason="この証明書は、すでに登録されています",
                remedy="ほかのカードを使ってください",
            )
        )
    if refusal := rule.refusal_of_card(is_bound=_card_is_bound(card_number)):
        raise CannotBind(refusal)
    used = use_ticket(ticket=ticket, person=person, now=now)
    made = _made(
        used,
        kind=Authenticator.Kind.CERTIFICATE,
        name=name or card.subject,
        credential_id=card.fingerprint,
        public_key=card.public_key,
        attestation="x509",
        ceremony={"subject": card.subject, "serial": card.serial},
        card_number=card_number,
        expires_at=card.expires_at,
        now=now,
    )
    _after_binding(made, now=now)
    return made


@transaction.atomic
def prove(
    *,
    person: Person,
    answer: Mapping[str, Any],
    state: Mapping[str, Any],
    site: Site,
    now: datetime,
) -> Authenticator | Refusal:
    """Return the passkey with which `person` gave this proof, or why it is not believed.

    A counter that went back is a sign of a copied key: the proof is refused, and a finding stays.
    (That is why a refusal is returned and not raised: what was found must not be rolled back.)
    """
    held = {
        bytes(one.credential_id): one
        for one in Authenticator.objects.select_for_update().filter(
            pk__in=queries.passkeys(person, now=now).values("pk")
        )
    }
    try:
        seen = attestation.shown(
            answer, state, site=site, keys=[queries.key_of(one) for one in held.values()]
        )
    except NotVerified:
        return NOT_VERIFIED
    used = held[seen.credential_id]
    kept = Kept(sign_count=used.sign_count, revoked_at=used.revoked_at)
    if refusal := rule.refusal_of_proof(kept, seen):
        if rule.counter_went_back(kept, seen):
            _tell_copied(used, kept=kept, shown=seen.sign_count, now=now)
        return refusal
    used.sign_count, used.last_used_at = seen.sign_count, now
    used.save(update_fields=["sign_count", "last_used_at"])
    return used


@transaction.atomic
def prove_by_card(*, person: Person, card: Card, now: datetime) -> Authenticator | Refusal:
    """Return the bound certificate that `card` is, or why it proves nothing for `person`."""
    used = (
        Authenticator.objects.select_for_update()
        .filter(pk__in=queries.in_use(person, now=now).values("pk"))
        .filter(kind=Authenticator.Kind.CERTIFICATE, credential_id=card.fingerprint)
        .first()
    )
    if used is None:
        return Refusal(
            reason="このカードは、この利用者IDに登録されていません",
            remedy="責任者に登録票を出してもらい、カードを登録してください",
        )
    used.last_used_at = now
    used.save(update_fields=["last_used_at"])
    return used


@transaction.atomic
def revoke(
    *,
    authenticator: int,
    by: Person | None,
    now: datetime,
    because: str,
    hat: int | None = None,
    lost: bool = False,
) -> Authenticator:
    """Revoke the authenticator at once, end every session of its holder, and return it.

    by:   the holder at any hour; in their hat, an officer or the superior; None: the console.
    lost: it is in unknown hands: it is stopped for that reason too.

    Nothing else is stopped, and the row stays: what it signed stays verifiable. Raises
    CannotRevoke where the rule refuses.
    """
    held = (
        Authenticator.objects.select_for_update(of=("self",))
        .select_related("person")
        .get(pk=authenticator)
    )
    if by is not None:
        issuer = queries.issuer(by=by, hat=hat, person=held.person, now=now)
        refusal = refusal_to_revoke(
            owner=held.person_id,
            by=by.pk,
            is_officer=issuer.is_officer or issuer.is_superior,
            revoked_at=held.revoked_at,
        )
        if refusal:
            raise CannotRevoke(refusal)
    if lost:
        suspend(target=held, reason=Hold.Reason.LOST, by=by, now=now, note=because)
    _end(held, by=by, because=because, now=now)
    end_sessions(person=held.person, because=SignIn.End.FACTOR, now=now)
    ledger.append(
        kind=Kind.ACCOUNT_STOP,
        actor=by,
        subject=held.person,
        at=now,
        details={
            "act": "認証器の失効",
            "authenticator": held.pk,
            "because": because,
            "lost": lost,
        },
    )
    return held


def _made(ticket: Ticket, *, now: datetime, **said: Any) -> Authenticator:  # noqa: ANN401
    try:
        with transaction.atomic():
            return Authenticator.objects.create(
                person_id=ticket.person_id, ticket=ticket, bound_at=now, **said
            )
    except IntegrityError as error:  # somebody else bound the same key or card in this moment
        raise CannotBind(
            Refusal(
                reason="この認証器かカードは、いま登録されたものです",
                remedy="ほかの認証器を使ってください",
            )
        ) from error


def _after_binding(made: Authenticator, *, now: datetime) -> None:
    replaced = []
    if made.ticket.kind == TicketKind.REPLACEMENT:
        others = Authenticator.objects.select_for_update().filter(
            person=made.person_id, revoked_at=None
        )
        for old in others.exclude(pk=made.pk).order_by("pk"):
            _end(old, by=None, because=REPLACED, now=now)
            replaced.append(old.pk)
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=made.person,
        subject=made.person,
        at=now,
        details={
            "act": "認証器の登録",
            "authenticator": made.pk,
            "kind": made.kind,
            "ticket": made.ticket_id,
            "replaced": replaced,
        },
    )


def _end(held: Authenticator, *, by: Person | None, because: str, now: datetime) -> None:
    """Take the way in away first: the database refuses a revoked key that still stands there."""
    for factor in Factor.objects.filter(user_id=held.person_id, type=Factor.Type.WEBAUTHN):
        if factor.data.get("credential", {}).get("id") == _written(held):
            factor.delete()
    held.revoked_at, held.revoked_by, held.revoked_because = now, by, because
    held.save(update_fields=["revoked_at", "revoked_by", "revoked_because"])


def _written(held: Authenticator) -> str:
    return attestation.written(bytes(held.credential_id))


def _is_known(credential_id: bytes) -> bool:
    return Authenticator.objects.filter(credential_id=credential_id).exists()


def _card_is_bound(number: str) -> bool:
    held = Authenticator.objects.filter(card_number=number, revoked_at=None)
    return number != "" and held.exists()


def _tell_copied(used: Authenticator, *, kept: Kept, shown: int, now: datetime) -> None:
    tell(
        "finding",
        kind="lent_id",
        key=f"counter:{used.pk}",
        sentence=f"認証器「{used.name}」の署名の回数が {kept.sign_count:,} から {shown:,} に"
        "戻りました。複製のおそれがあります",
        at=now,
        subject=str(used.person_id),
    )
