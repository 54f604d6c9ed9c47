"""What a directory says of people, one at a time (SCIM): its deliveries, its stops and their end.

A stop by a directory always happens at once, however many come: the brake does not hold it back.
Above the brake it raises an alarm and offers the holds to two people, who may lift them together.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import IntegrityError, connection, transaction
from django.db.models import Count

from sekisho.accounts.brake import FEW, TWO, brakes
from sekisho.accounts.faults import Fault
from sekisho.accounts.orders import OrderLine
from sekisho.accounts.told import NotUnderstood
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.models import (
    AppointmentTerm,
    BatchConfirmation,
    Company,
    Feed,
    FeedBatch,
    Hold,
    Movement,
    Person,
)
from sekisho_web.accounts.operations import personnel
from sekisho_web.accounts.operations.refused import Refused
from sekisho_web.accounts.operations.stopping import lift, suspend
from sekisho_web.accounts.queries import directories as queries
from sekisho_web.accounts.queries.directories import OFFER
from sekisho_web.frame.follows import tell
from sekisho_web.ledger import operations as ledger

WINDOW = timedelta(hours=24)  # stops within it are one event
HEARD_EVERY = timedelta(minutes=1)


@transaction.atomic
def begin(*, company: Company, name: str, now: datetime) -> Feed:
    """Begin a feed by SCIM about the people of `company`, and return it."""
    feed = Feed.objects.create(company=company, name=name, kind=Feed.Kind.SCIM, began_at=now)
    ledger.append(kind=Kind.CONFIG_CHANGE, actor=None, subject=feed, at=now,
                  details={"act": "人事連携の開始", "company": company.code})  # fmt: skip
    return feed


@transaction.atomic(savepoint=False)
def receive(*, feed: Feed, received: bytes, now: datetime) -> FeedBatch:
    """Keep one message of a directory as a delivery, byte by byte, and return it.

    The moment is part of what is hashed: the same words on another day are another delivery.
    """
    stamped = now.isoformat().encode() + b"\n" + received
    heard(feed, now=now)
    return FeedBatch.objects.create(
        feed=feed,
        company_id=feed.company_id,
        name="SCIM",
        data=stamped,
        sha256=sha256(stamped).hexdigest(),
        state=FeedBatch.State.APPLIED,
        received_at=now,
        applied_at=now,
    )


def heard(feed: Feed, *, now: datetime) -> None:
    """Keep when the feed was last heard, to the minute, so that nobody waits for this row."""
    if feed.heard_at is None or now - feed.heard_at >= HEARD_EVERY:
        Feed.objects.filter(pk=feed.pk).update(heard_at=now)


@transaction.atomic
def take(
    *, batch: FeedBatch, lines: Sequence[OrderLine], person: Person | None, now: datetime
) -> Person | None:
    """Take news of one person at once, without a brake, and return whose they are.

    Raises NotUnderstood where a line cannot be taken: then none of them is.
    """
    try:
        people, faults = personnel.take(batch=batch, lines=lines, person=person, now=now)
        with connection.cursor() as cursor:  # what is deferred would fail too late to be answered
            cursor.execute("set constraints all immediate; set constraints all deferred")
    except IntegrityError as error:
        raise NotUnderstood(
            "台帳のほかの記録と食い違います",
            place="発令",
            remedy="発令の期間と会社を確かめ、直して送り直してください",
        ) from error
    for fault in faults:
        if fault.refused:
            raise NotUnderstood(fault.problem, place=_place(lines, fault), remedy=fault.remedy)
    return people[0] if people else person


def _place(lines: Sequence[OrderLine], fault: Fault) -> str:
    orders = (line.order_no for line in lines if line.number == fault.line)
    return f"発令 {next(orders, '')} {fault.column}".strip()


def unknown_superior(*, feed: Feed, of: str, now: datetime) -> None:
    """Open the finding that a superior named by a directory is nobody we know.

    of: the number of the document; the finding names nobody.
    """
    tell(
        "finding",
        kind="manager_unknown",
        key=f"feed:{feed.pk}:{of}",
        subject=feed.name,
        sentence=f"{feed.name}が伝えた上司の番号の人が台帳にいません（文書 {of}）",
        at=now,
    )


@transaction.atomic(savepoint=False)
def stop(*, person: Person, batch: FeedBatch, now: datetime) -> Hold:
    """Stop `person`, as their directory says, with whatever session they have; return the hold."""
    _move(person, batch, Movement.Kind.HELD, "人事連携が無効と伝えたため停止", now=now)
    _alarm(batch.feed, now=now)
    return suspend(target=person, reason=Hold.Reason.FEED, by=None, now=now, note=batch.feed.name)


@transaction.atomic(savepoint=False)
def release(*, person: Person, batch: FeedBatch, now: datetime) -> Hold | None:
    """Lift the stop of `person` that this feed placed, and return it; None where there is none.

    Stops for any other reason stand, and so does one that another feed placed.
    """
    hold = (
        Hold.objects.select_for_update()
        .filter(person=person, reason=Hold.Reason.FEED, ends_at=None)
        .first()
    )
    if hold is None or stopped_by(person) != batch.feed_id:
        return None
    _move(person, batch, Movement.Kind.RELEASED, "人事連携が有効と伝えたため停止を解除", now=now)
    return lift(hold=hold, by=None, now=now, note=batch.feed.name)


def stopped_by(person: Person) -> int | None:
    """Return the key of the feed that last stopped `person`, or None."""
    return (
        Movement.objects.filter(person=person, kind=Movement.Kind.HELD, batch__isnull=False)
        .order_by("-applied_at", "-pk")
        .values_list("batch__feed", flat=True)
        .first()
    )


class CannotConfirm(Refused):
    """The stops of a directory may not be lifted together so."""


@transaction.atomic
def confirm_lift(*, offer: FeedBatch, note: str, by: Person, now: datetime) -> int | None:
    """Confirm that the stops of `offer` were a mistake; with the second person they are lifted.

    Returns how many were lifted; None where a second person must confirm first.
    Raises CannotConfirm where the offer is over, or is confirmed twice by one person.
    """
    offer = FeedBatch.objects.select_for_update().select_related("feed").get(pk=offer.pk)
    if offer.state != FeedBatch.State.RECEIVED or OFFER not in offer.report:
        raise CannotConfirm(
            Refusal(reason="この一括解除は終わっています", remedy="一覧を開き直してください")
        )
    if offer.confirmations.filter(person=by).exists():
        raise CannotConfirm(
            Refusal(
                reason="同じ人が二度確認することはできません",
                remedy="もう一人の担当者に確認してもらってください",
            )
        )
    BatchConfirmation.objects.create(batch=offer, person=by, at=now)
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=offer,
        at=now,
        details={"act": "停止の一括解除の確認", "feed": offer.feed.name, "note": note},
    )
    if offer.confirmations.count() < TWO:
        return None
    holds = list(queries.offered(offer).exclude(person=by).select_for_update(of=("self",)))
    for hold in holds:
        lift(hold=hold, by=by, now=now, note="二人の確認による一括解除")
        _move(_person(hold), offer, Movement.Kind.RELEASED, "二人の確認で停止を解除", now=now)
    offer.state, offer.applied_at, offer.applied_by = FeedBatch.State.APPLIED, now, by
    offer.report = {**offer.report, "lifted": len(holds)}
    offer.save(update_fields=["state", "applied_at", "applied_by", "report"])
    return len(holds)


def _alarm(feed: Feed, *, now: datetime) -> None:
    """Raise the alarm once more people were stopped within a day than is usual; stop none of it."""
    since = now - WINDOW
    recent = Movement.objects.filter(
        batch__feed=feed, kind=Movement.Kind.HELD, effective_at__gte=since
    )
    if recent[: FEW + 1].count() <= FEW or queries.open_offers_of(feed).exists():
        return
    people = (
        AppointmentTerm.objects.in_force(now=now)
        .filter(appointment__employer=feed.company_id)
        .aggregate(people=Count("person", distinct=True))["people"]
    )
    stopped = recent.aggregate(people=Count("person", distinct=True))["people"]
    if not brakes(stopped, staff=people):
        return
    FeedBatch.objects.create(
        feed=feed,
        company_id=feed.company_id,
        name="SCIM による大量の停止",
        data=b"",
        sha256=sha256(now.isoformat().encode()).hexdigest(),
        state=FeedBatch.State.RECEIVED,
        received_at=now,
        needs_confirmations=TWO,
        report={OFFER: {"since": since.isoformat(), "stopped": stopped}},
    )
    tell(
        "finding",
        kind="personnel_mass",
        key=f"feed:{feed.pk}",
        subject=feed.name,
        sentence=f"{feed.name}が24時間に{stopped}人を止めました（ふだんの目安を超えています）。"
        "誤りなら、二人の確認でまとめて解除できます",
        at=now,
    )


def _person(hold: Hold) -> Person:
    return Person.objects.get(holds=hold)


def _move(
    person: Person, batch: FeedBatch, kind: Movement.Kind, sentence: str, *, now: datetime
) -> None:
    Movement.objects.create(
        person=person,
        batch=batch,
        kind=kind,
        sentence=sentence,
        effective_at=now,
        received_at=batch.received_at,
        applied_at=now,
    )
