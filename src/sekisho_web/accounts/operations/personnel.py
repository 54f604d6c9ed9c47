"""Deliveries of personnel (人事連携): received, looked at, confirmed, applied or sent back."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, connection, transaction

from sekisho.accounts.brake import TWO, refusal_to_apply, refusal_to_confirm
from sekisho.accounts.faults import Fault
from sekisho.accounts.orders import OrderLine
from sekisho.accounts.plan import Mode, plan
from sekisho.ledger.leaves import Kind
from sekisho.terms.refusals import Refusal
from sekisho_links.accounts.personnel import mapping_of
from sekisho_web.accounts.models import (
    BatchConfirmation,
    Company,
    Feed,
    FeedBatch,
    Hold,
    Person,
)
from sekisho_web.accounts.operations import following
from sekisho_web.accounts.operations.moving import carry_out
from sekisho_web.accounts.operations.stopping import lift
from sekisho_web.accounts.queries.deliveries import Delivery, delivery_of, reading_of
from sekisho_web.accounts.queries.personnel import known_of
from sekisho_web.frame.follows import tell
from sekisho_web.ledger import operations as ledger

HELD = "held"  # in the report: the stops that wait for this delivery


class CannotDeliver(Exception):
    """A delivery may not be received, confirmed, applied or refused so."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


@transaction.atomic
def begin_feed(
    *,
    company: Company,
    name: str,
    mapping: dict[str, Any],
    rhythm_hours: int,
    by: Person | None,
    now: datetime,
) -> Feed:
    """Begin a feed by files about the people of `company`, and return it.

    Raises BadMapping where the mapping cannot be, CannotDeliver where it is another company's.
    """
    said = mapping_of(mapping)
    if said.company != company.code:
        raise CannotDeliver(
            Refusal(
                reason=f"列の対応の会社（{said.company}）が{company.name}ではありません",
                remedy=f"company を {company.code} にしてください",
            )
        )
    if Feed.objects.filter(name=name).exists():
        raise CannotDeliver(
            Refusal(reason="同じ名称の人事連携があります", remedy="ほかの名称にしてください")
        )
    feed = Feed.objects.create(
        company=company,
        name=name,
        kind=Feed.Kind.FILE,
        mode=Feed.Mode(said.mode.value),
        mapping=mapping,
        rhythm_hours=rhythm_hours,
        began_at=now,
    )
    ledger.append(kind=Kind.CONFIG_CHANGE, actor=by, subject=feed, at=now,
                  details={"act": "人事連携の開始", "company": company.code})  # fmt: skip
    return feed


@transaction.atomic
def receive(*, feed: Feed, data: bytes, name: str, by: Person | None, now: datetime) -> FeedBatch:
    """Keep the bytes of a delivery, read them, and return it: waiting for a look, or refused.

    The same bytes again are told, and change nothing: CannotDeliver names the first delivery.
    """
    feed = Feed.objects.select_for_update(of=("self",)).select_related("company").get(pk=feed.pk)
    digest = sha256(data).hexdigest()
    again = FeedBatch.objects.filter(feed=feed, sha256=digest, state__in=("applied", "staged"))
    if (before := again.order_by("-pk").first()) is not None:
        raise CannotDeliver(
            Refusal(
                reason=f"同じ中身のファイルを {before.received_at:%Y-%m-%d} に受け取っています"
                f"（{before.get_state_display()}）",
                remedy="何も変えていません。新しい書き出しかどうかを確かめてください",
            )
        )
    batch = FeedBatch(
        feed=feed,
        company=feed.company,
        name=name[:200],
        data=data,
        sha256=digest,
        received_at=now,
        received_by=by,
    )
    reading = reading_of(batch)
    batch.state = FeedBatch.State.STAGED if reading.opens else FeedBatch.State.REFUSED
    batch.report = {"rows": reading.rows, "lines": len(reading.lines)}
    if not reading.opens:
        batch.reason = str(reading.faults[0])[:400]
    batch.save()
    Feed.objects.filter(pk=feed.pk).update(heard_at=now)
    if reading.opens:
        _weigh(batch, now=now)
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=batch,
        at=now,
        details={"act": "人事連携の受信", "feed": feed.name, "sha256": digest, **batch.report},
    )
    return batch


def _weigh(batch: FeedBatch, *, now: datetime) -> None:
    """Write how much a delivery moves, and raise the alarm where it is more than usual."""
    delivery = delivery_of(batch, now=now)
    batch.needs_confirmations = TWO if delivery.brakes else 0
    batch.report |= delivery.counts
    batch.save(update_fields=["needs_confirmations", "report"])
    if delivery.brakes:
        tell(
            "finding",
            kind="personnel_mass",
            key=f"batch:{batch.pk}",
            subject=batch.feed.name,
            sentence=f"{batch.feed.name}の受信 {batch.pk} に退職と異動が {delivery.moving} 人"
            "あります。二人の確認を待っています",
            at=now,
        )


@transaction.atomic
def confirm(
    *, batch: FeedBatch, by: Person, digest: str, expected: int | None, now: datetime
) -> FeedBatch:
    """Confirm a delivery above the brake, as one of two people, and return it.

    digest: of the difference that was looked at. expected: the number that personnel announced.
    Raises CannotDeliver where the rule refuses, or where the difference is another one by now.
    """
    batch = _locked(batch)
    delivery = delivery_of(batch, now=now)
    refusal = refusal_to_confirm(
        state=batch.state,
        by=by.pk,
        confirmed_by=delivery.confirmed_by,
        moving=delivery.moving,
        season=delivery.season,
        expected=expected,
    )
    if refusal or (refusal := _changed(delivery, digest)):
        raise CannotDeliver(refusal)
    BatchConfirmation.objects.update_or_create(batch=batch, person=by, defaults={"at": now})
    seen = {**batch.report.get("seen", {}), str(by.pk): digest}
    batch.report = {**batch.report, "seen": seen}
    batch.expected = expected if expected is not None else batch.expected
    batch.save(update_fields=["report", "expected"])
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=batch,
        at=now,
        details={"act": "人事連携の確認", "moving": delivery.moving, "difference": digest},
    )
    return batch


def _changed(delivery: Delivery, digest: str) -> Refusal | None:
    if delivery.digest == digest:
        return None
    return Refusal(
        reason="見ていたあとに、差分の中身が変わりました",
        remedy="開き直して、もう一度見てください",
    )


@transaction.atomic
def apply(*, batch: FeedBatch, by: Person | None, digest: str, now: datetime) -> FeedBatch:
    """Apply a delivery: posts, what rests on them, the news for other systems; and return it.

    digest: of the difference that was looked at.
    Raises CannotDeliver where the brake holds, the difference is another one by now, or something
    in the registers stands against it; then nothing is changed.
    """
    batch = _locked(batch)
    delivery = delivery_of(batch, now=now)
    refusal = refusal_to_apply(
        state=batch.state,
        moving=delivery.moving,
        staff=delivery.staff,
        season=delivery.season,
        confirmations=len(delivery.confirmed_by),
        refused_whole=not delivery.reading.opens,
    )
    if refusal or (refusal := _changed(delivery, digest)):
        raise CannotDeliver(refusal)
    batch.state = FeedBatch.State.APPLIED
    batch.applied_at, batch.applied_by = now, by
    batch.report |= {**delivery.counts, "faults": [_told(fault) for fault in delivery.faults]}
    batch.save(update_fields=["state", "applied_at", "applied_by", "report"])
    try:
        with transaction.atomic():
            moved = carry_out(delivery.plan, known=delivery.known, batch=batch, now=now)
            with connection.cursor() as cursor:
                cursor.execute("set constraints all immediate")
                cursor.execute("set constraints all deferred")
    except IntegrityError as error:
        raise CannotDeliver(
            Refusal(
                reason=f"台帳のほかの記録と食い違います（{_constraint(error)}）",
                remedy="何も変えていません。情報システム部門に、この受信の番号を伝えてください",
            )
        ) from error
    _release(batch, by=by, now=now)
    following.follow(delivery.plan, moved, batch=batch, by=by, now=now)
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        subject=batch,
        at=now,
        details={"act": "人事連携の適用", "feed": batch.feed.name, **delivery.counts},
    )
    return batch


@transaction.atomic
def refuse(*, batch: FeedBatch, by: Person, reason: str, now: datetime) -> FeedBatch:
    """Send a delivery back to personnel, unapplied. Stops that waited for it are lifted."""
    batch = _locked(batch)
    if batch.state != FeedBatch.State.STAGED:
        raise CannotDeliver(
            Refusal(reason="この受信は確認待ちではありません", remedy="一覧を開き直してください")
        )
    if not reason.strip():
        raise CannotDeliver(
            Refusal(
                reason="差し戻す理由が書かれていません", remedy="人事に伝える理由を書いてください"
            )
        )
    batch.state, batch.reason = FeedBatch.State.REFUSED, reason.strip()[:400]
    batch.save(update_fields=["state", "reason"])
    _release(batch, by=by, now=now)
    ledger.append(kind=Kind.CONFIG_CHANGE, actor=by, subject=batch, at=now,
                  details={"act": "人事連携の差戻し", "reason": batch.reason})  # fmt: skip
    return batch


@transaction.atomic
def take(
    *,
    batch: FeedBatch,
    lines: Sequence[OrderLine],
    person: Person | None,
    now: datetime,
) -> tuple[list[Person], Sequence[Fault]]:
    """Apply lines of news that came one person at a time (SCIM), without a brake.

    batch:  the delivery they belong to, already kept. person: whose they are, where known.
    Returns the people who changed, and the faults; a refused line is not taken, the rest is.
    """
    _one_at_a_time(batch.feed, {line.employee_number for line in lines})
    known = known_of(batch.feed, lines, mode=Mode.EVENTS, person=person)
    made = plan(known, lines, mode=Mode.EVENTS, as_of=now)
    moved = carry_out(made, known=known, batch=batch, now=now)
    following.follow(made, moved, batch=batch, by=None, now=now)
    return list(moved.people.values()), made.faults


def _one_at_a_time(feed: Feed, numbers: set[str]) -> None:
    """Let nobody else take news of these people of the feed's company until this is committed.

    Not the row of the feed: a directory tells of many people at once.
    """
    with connection.cursor() as cursor:
        for number in sorted(numbers):
            cursor.execute(
                "select pg_advisory_xact_lock(hashtext('sekisho news'), hashtext(%s))",
                [f"{feed.company_id}:{number}"],
            )


def _locked(batch: FeedBatch) -> FeedBatch:
    """Return the delivery, with its feed locked: deliveries of one feed are applied one by one."""
    Feed.objects.select_for_update().get(pk=batch.feed_id)
    return (
        FeedBatch.objects.select_for_update(of=("self",))
        .select_related("feed__company")
        .get(pk=batch.pk)
    )


def _release(batch: FeedBatch, *, by: Person | None, now: datetime) -> None:
    """Lift the stops that were placed while this delivery waited, but the one of `by`."""
    held = Hold.objects.filter(pk__in=batch.report.get(HELD, ()), ends_at=None)
    if by is not None:
        held = held.exclude(person=by)
    for hold in held.select_for_update().order_by("pk"):
        lift(hold=hold, by=by, now=now, note=f"受信 {batch.pk} の確認が済んだ")


def _told(fault: Fault) -> dict[str, Any]:
    return {
        "line": fault.line,
        "column": fault.column,
        "problem": fault.problem,
        "remedy": fault.remedy,
        "refused": fault.refused,
    }


def _constraint(error: IntegrityError) -> str:
    diag = getattr(error.__cause__, "diag", None)
    return str(getattr(diag, "constraint_name", None) or "制約")


__all__ = ["CannotDeliver", "apply", "begin_feed", "confirm", "receive", "refuse", "take"]
