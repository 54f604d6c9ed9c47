"""What follows from an applied plan: movements, pushes, stops, findings, entries in the ledger."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sekisho.accounts.orders import Flag
from sekisho.accounts.plan import Change, ChangeKind, Plan
from sekisho.accounts.unlinked import NEAR, Passage, unlinked
from sekisho.ledger.leaves import Kind
from sekisho.terms.days import day_in_japan
from sekisho_web.accounts.models import (
    Account,
    AppointmentTerm,
    FeedBatch,
    Hold,
    Movement,
    Person,
    Session,
    SignIn,
    in_force,
)
from sekisho_web.accounts.operations import pushes
from sekisho_web.accounts.operations.moving import CHUNK, Moved
from sekisho_web.accounts.operations.sessions import end_sessions
from sekisho_web.accounts.operations.stopping import lift, suspend
from sekisho_web.accounts.queries.personnel import ABSENT
from sekisho_web.frame.follows import tell
from sekisho_web.ledger import operations as ledger

KINDS: Mapping[ChangeKind, Movement.Kind] = {
    ChangeKind.LEFT: Movement.Kind.LEFT,
    ChangeKind.JOINED: Movement.Kind.JOINED,
    ChangeKind.MOVED: Movement.Kind.MOVED,
    ChangeKind.ADDED: Movement.Kind.MOVED,
    ChangeKind.TITLE: Movement.Kind.TITLE,
    ChangeKind.RESTORED: Movement.Kind.CANCELLED,
    ChangeKind.NAMED: Movement.Kind.CORRECTED,
    ChangeKind.ABSENT: Movement.Kind.HELD,
    ChangeKind.BACK: Movement.Kind.RELEASED,
}
WORDS: Mapping[ChangeKind, str] = {
    ChangeKind.LEFT: "退職・転籍",
    ChangeKind.JOINED: "入社",
    ChangeKind.MOVED: "異動",
    ChangeKind.ADDED: "兼務・出向など",
    ChangeKind.TITLE: "役職・職務の印",
    ChangeKind.RESTORED: "取消・訂正で戻る",
    ChangeKind.NAMED: "氏名",
    ChangeKind.ABSENT: "一覧にない",
    ChangeKind.BACK: "一覧に戻った",
}
ENDS = frozenset({ChangeKind.LEFT, ChangeKind.MOVED})


def follow(
    plan: Plan, moved: Moved, *, batch: FeedBatch, by: Person | None, now: datetime
) -> dict[str, Movement]:
    """Let everything follow from a plan that was carried out, and return the movements.

    The movements are by the employee's number; what they push is planned here.
    """
    movements = _movements(plan, moved, batch=batch, now=now)
    people = {moved.people[number].pk: one for number, one in movements.items()}
    touched = [
        appointment
        for change in plan.changes
        if _changes_use(change)
        for appointment in moved.posts.get(change.number, ())
    ]
    accounts = Account.objects.filter(
        closed_at=None, person__in=people, appointment__in=touched
    ).order_by("pk")
    pushes.plan_all(list(accounts), because="異動", now=now, movement=people)
    _stop(plan, moved, batch=batch, now=now)
    _find(plan, moved, batch=batch, now=now)
    ledger.append_all(
        kind=Kind.CONFIG_CHANGE,
        actor=by,
        at=now,
        details={"act": "異動の適用", "batch": batch.pk},
        entries=[(moved.people[c.number], _details(c)) for c in plan.changes],
    )
    return movements


def sentence_of(change: Change) -> str:
    """Return what happens to somebody in one line, without their name."""
    ends = [post for post in change.before if post.appointment in _ended(change)]
    begins = [post for post in change.after if post.appointment is None]
    left = "、".join(post.seat.unit for post in ends)
    new = "、".join(post.seat.unit for post in begins)
    way = f"（{left} → {new or '—'}）" if left else f"（{new}）" if new else ""
    return f"{WORDS[change.kind]}{way}"[:300]


def _changes_use(change: Change) -> bool:
    """Return whether what rests on a post may be usable otherwise; by a title alone it is not."""
    return change.kind is not ChangeKind.TITLE or any(
        Flag.ON_LEAVE in term.flags
        for post in (*change.before, *change.after)
        for term in post.terms
    )


def _ended(change: Change) -> set[int | None]:
    return {one.appointment for one in change.endings}


def _movements(plan: Plan, moved: Moved, *, batch: FeedBatch, now: datetime) -> dict[str, Movement]:
    rows = {}
    for change in plan.changes:
        ended = [one.appointment for one in change.endings]
        posts = ended or moved.posts.get(change.number, [])
        rows[change.number] = Movement(
            person=moved.people[change.number],
            appointment_id=posts[0] if posts else None,
            batch=batch,
            kind=KINDS[change.kind],
            sentence=sentence_of(change),
            effective_at=change.at,
            received_at=batch.received_at,
            applied_at=now,
        )
    Movement.objects.bulk_create(rows.values(), batch_size=CHUNK)
    return rows


def _stop(plan: Plan, moved: Moved, *, batch: FeedBatch, now: datetime) -> None:
    """End the sessions of those whose post is over, and stop who is missing or has no post left.

    What ends later needs nothing: no post, no answer, from that moment on.
    """
    over = {
        moved.people[change.number].pk: change
        for change in plan.changes
        if change.kind in ENDS and any(one.at <= now for one in change.endings)
    }
    posted = set(
        AppointmentTerm.objects.filter(in_force(now), person__in=over).values_list(
            "person_id", flat=True
        )
    )
    inside = set(Session.objects.filter(person__in=over).values_list("person_id", flat=True))
    for pk, change in over.items():
        person = moved.people[change.number]
        if change.kind is ChangeKind.LEFT and pk not in posted:
            suspend(
                target=person, reason=Hold.Reason.TRANSFER, by=None, now=now, note=batch.feed.name
            )
        elif pk in inside:
            end_sessions(person=person, because=SignIn.End.STOPPED, now=now)
    for change in plan.of(ChangeKind.ABSENT):
        suspend(
            target=moved.people[change.number],
            reason=Hold.Reason.FEED,
            by=None,
            now=now,
            note=f"{ABSENT}（{batch.feed.name}）",
        )
    back = [moved.people[change.number].pk for change in plan.of(ChangeKind.BACK)]
    for hold in Hold.objects.filter(
        person__in=back, reason=Hold.Reason.FEED, ends_at=None, note__startswith=ABSENT
    ).order_by("pk"):
        lift(hold=hold, by=None, now=now, note=batch.feed.name)


def _find(plan: Plan, moved: Moved, *, batch: FeedBatch, now: datetime) -> None:
    for change in plan.changes:
        if change.kind in ENDS and change.at < batch.received_at:
            days = (day_in_japan(batch.received_at) - day_in_japan(change.at)).days
            person = moved.people[change.number]
            tell(
                "finding",
                kind="late_news",
                key=f"{person.code}:{day_in_japan(change.at):%Y-%m-%d}",
                subject=person.code,
                sentence=f"{person.code} の発令（{day_in_japan(change.at):%Y-%m-%d}）が {days} 日"
                "遅れて届きました。そのあいだの利用を確かめてください",
                at=now,
            )
    gaps = defaultdict(list)
    for unit, title in plan.unmapped:
        gaps[unit].append(title or "（役職なし）")
    for unit, titles in gaps.items():
        tell(
            "finding",
            kind="unit_unmapped",
            key=unit,
            subject=unit,
            sentence=f"組織 {unit} の役職（{'、'.join(titles)}）に職務の対応がありません",
            at=now,
        )
    for pair in unlinked(*_passages(plan, moved, batch=batch)):
        tell(
            "finding",
            kind="unlinked",
            key=":".join(sorted((pair.left.person, pair.joined.person))),
            subject=pair.joined.person,
            sentence=f"{pair.left.company} を離れた {pair.left.person} と、{pair.joined.company} "
            f"に入った {pair.joined.person} は、読みが同じで14日以内です。同じ人かを二人で"
            "確かめてください",
            at=now,
        )


def _passages(plan: Plan, moved: Moved, *, batch: FeedBatch) -> tuple[list[Passage], list[Passage]]:
    """Return who left and who joined lately: here by this plan, and at the other companies."""
    mine = {
        kind: [_passage(change, moved, batch) for change in plan.of(kind)]
        for kind in (ChangeKind.LEFT, ChangeKind.JOINED)
    }
    days = [one.at for passages in mine.values() for one in passages]
    if not days:
        return [], []
    others = (
        Movement.objects.filter(
            kind__in=(Movement.Kind.LEFT, Movement.Kind.JOINED),
            effective_at__gte=min(days) - NEAR,
            effective_at__lte=max(days) + NEAR,
        )
        .exclude(batch__company=batch.company_id)
        .exclude(batch=None)
        .select_related("person", "batch__company")
    )
    lists = {ChangeKind.LEFT: mine[ChangeKind.LEFT], ChangeKind.JOINED: mine[ChangeKind.JOINED]}
    for one in others:
        if one.batch is not None:
            lists[ChangeKind(one.kind)].append(
                Passage(
                    person=one.person.code,
                    company=one.batch.company.code,
                    kana=one.person.kana,
                    at=one.effective_at,
                )
            )
    return lists[ChangeKind.LEFT], lists[ChangeKind.JOINED]


def _passage(change: Change, moved: Moved, batch: FeedBatch) -> Passage:
    person = moved.people[change.number]
    return Passage(person=person.code, company=batch.company.code, kana=person.kana, at=change.at)


def _details(change: Change) -> dict[str, Any]:
    return {
        "lines": list(change.lines),
        "change": sentence_of(change),
        "effective": change.at.isoformat(),
        "ended": sorted(one.appointment for one in change.endings),
    }
