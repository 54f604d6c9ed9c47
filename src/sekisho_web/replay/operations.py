"""The self-check (照合): asked for on the page, or due at night; carried out as the owner."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from time import perf_counter
from typing import Any, cast

import psycopg
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from sekisho.campaigns.findings import Kind
from sekisho.errors import SekishoError
from sekisho.ledger.leaves import Kind as Entry
from sekisho_web.accounts.models import Person
from sekisho_web.campaigns.operations import open_finding
from sekisho_web.ledger import operations as ledger
from sekisho_web.ledger import recording
from sekisho_web.policy import versions
from sekisho_web.policy.models import Version
from sekisho_web.replay import checking
from sekisho_web.replay.checking import WORDS, Check, Found, Night, Outcome
from sekisho_web.replay.models import SelfCheck
from sekisho_web.replay.watching import watched

AT = time(2)  # in Japan
SAMPLE = 100_000  # recorded looks that are decided again
CHECKS: tuple[tuple[str, Check], ...] = (
    ("records", checking.records),
    ("effects", checking.effect_rows),
    ("columns", checking.columns),
    ("version", checking.version),
    ("invariants", checking.invariants),
    ("masks", checking.masks),
    ("watched", watched),
    ("endings", checking.endings),
)
_LOCK = "select pg_try_advisory_lock(hashtext('sekisho self-check'))"
_UNLOCK = "select pg_advisory_unlock(hashtext('sekisho self-check'))"


class CannotCheck(SekishoError):
    """A self-check that cannot be carried out here, or now."""


@transaction.atomic
def ask_self_check(*, by: Person, now: datetime) -> SelfCheck:
    """Ask for a self-check, enter that in the ledger, and return it. Asked already, it is that."""
    asked = SelfCheck.objects.filter(started_at=None).first()
    if asked is not None:
        return asked
    try:
        with transaction.atomic():
            asked = SelfCheck.objects.create(asked_at=now, asked_by=by)
    except IntegrityError:  # somebody asked in this moment
        return SelfCheck.objects.get(started_at=None)
    ledger.append(
        kind=Entry.RECONCILE, actor=by, subject=asked, at=now, details={"act": "照合の依頼"}
    )
    return asked


def due(*, now: datetime) -> bool:
    """Return whether a self-check is to be made at `now`: asked for, or none since 2 at night.

    One that was begun counts, also where it was cut off: it is said on the page, and the next
    night comes. A site that has stood for no night yet waits for its first. Three queries at most.
    """
    if SelfCheck.objects.filter(started_at=None).exists():
        return True
    night = _last_night(now)
    if SelfCheck.objects.filter(started_at__gte=night).exists():
        return False
    return Version.objects.filter(made_at__lt=night).exists()


def run_self_check(*, now: datetime, most: int = SAMPLE) -> SelfCheck:
    """Carry out the self-check that was asked for, or tonight's; keep, tell and return it.

    As the role owner. What is not as it should be becomes a finding, and the run an entry in the
    ledger. A check that fails itself is a finding too, and keeps no other from being made.

    most: recorded looks in the sample.
    Raises CannotCheck for another role, or while another run is under way.
    """
    if settings.SEKISHO_ROLE != "owner":
        raise CannotCheck(
            "照合は、持ち主の役割でだけ行えます",
            place="照合",
            remedy="sekisho nightly を使うか、画面から依頼してください",
        )
    with _alone():
        run = _begun(now)
        since = _last_whole_run(run)

        def night() -> Night:
            return Night(
                owner=_owner(),
                keys=recording.keys(),
                policy=versions.live(),  # kept by its hash: read once
                now=now,
                since=since,
                most=most,
            )

        outcomes = [_made(key, check, night) for key, check in CHECKS]
        return _kept(run, outcomes, version=versions.live_hash(), now=now)


def _made(key: str, check: Check, night: Callable[[], Night]) -> tuple[Outcome, float]:
    """Return what a check found, and its seconds. One that fails says so, by its own name.

    night: what it stands on; where not even the live version can be read, no check can be made.
    """
    began = perf_counter()
    try:
        with transaction.atomic():
            outcome = check(night())
    except Exception as error:  # noqa: BLE001 - whatever it was, the others are still made
        # the words of a foreign error may hold a row: only its name is kept
        words = str(error) if isinstance(error, SekishoError) else type(error).__name__
        outcome = Outcome(key=key, problem=f"照合できませんでした（{words}）")
        outcome.found.append(
            Found(
                kind=Kind.UNCHECKED,
                key=f"check:{key}",
                subject="",
                sentence=f"照合「{WORDS[key]}」ができませんでした（{words}）",
            )
        )
    return outcome, perf_counter() - began


@transaction.atomic
def _kept(
    run: SelfCheck, outcomes: list[tuple[Outcome, float]], *, version: str, now: datetime
) -> SelfCheck:
    """Keep what was found; open the findings; enter the run in the ledger."""
    for outcome, _ in outcomes:
        for one in outcome.found:
            open_finding(
                kind=one.kind,
                key=one.key,
                subject=one.subject,
                sentence=one.sentence,
                rules=one.rules,
                at=now,
            )
    run.version = version
    run.ended_at = (run.started_at or now) + timedelta(
        seconds=sum(seconds for _, seconds in outcomes)
    )
    run.checks = [
        {
            "key": outcome.key,
            "n": outcome.n,
            "mismatches": outcome.mismatches,
            "examples": outcome.examples,
            "note": outcome.note,
            "problem": outcome.problem,
            "seconds": round(seconds, 3),
            "seen": outcome.seen,
        }
        for outcome, seconds in outcomes
    ]
    run.save(update_fields=["version", "ended_at", "checks"])
    ledger.append(
        kind=Entry.RECONCILE,
        actor=None,
        subject=run,
        at=now,
        details={
            "act": "照合",
            "version": version,
            "found": {outcome.key: outcome.mismatches for outcome, _ in outcomes},
            "unchecked": [outcome.key for outcome, _ in outcomes if outcome.problem],
        },
    )
    return run


@transaction.atomic
def _begun(now: datetime) -> SelfCheck:
    run = SelfCheck.objects.select_for_update().filter(started_at=None).first()
    if run is None:
        return SelfCheck.objects.create(asked_at=now, started_at=now)
    run.started_at = max(now, run.asked_at)
    run.save(update_fields=["started_at"])
    return run


def _last_whole_run(run: SelfCheck) -> datetime | None:
    last = SelfCheck.objects.exclude(pk=run.pk).exclude(ended_at=None).order_by("-started_at")
    return last.values_list("started_at", flat=True).first()


def _last_night(now: datetime) -> datetime:
    """Return the last 2 o'clock at night in Japan."""
    local = timezone.localtime(now)
    night = datetime.combine(local.date(), AT, tzinfo=local.tzinfo)
    return night if night <= local else night - timedelta(days=1)


@contextmanager
def _alone() -> Iterator[None]:
    """Let no other run be under way."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        if not cursor.fetchone()[0]:
            raise CannotCheck(
                "別の照合が動いています", place="照合", remedy="終わるのを待ってください"
            )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(_UNLOCK)


def _owner() -> "psycopg.Connection[Any]":
    connection.ensure_connection()
    return cast("psycopg.Connection[Any]", connection.connection)
