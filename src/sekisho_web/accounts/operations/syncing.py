"""A company's directory as a source of news (人事連携): who is switched off there, is stopped here.

The list is read by the same links that carry stops outward. It says who may sign in, and nothing
of posts: it stops and lets go, and never appoints. A list that cannot be whole concludes nothing
from who is missing.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from sekisho.accounts.reconciling import has_shrunk
from sekisho.accounts.wanted import TargetAccount
from sekisho.ledger.leaves import Kind
from sekisho_links.accounts.targets import open_target
from sekisho_links.accounts.targets.secrets import secret_of
from sekisho_web.accounts.models import Company, Feed, FeedBatch, Hold, Person, PersonNumber
from sekisho_web.accounts.operations.directories import receive, release, stop, stopped_by
from sekisho_web.frame.follows import tell
from sekisho_web.ledger import operations as ledger

LISTED = "listed"  # in the report of a delivery: the numbers of whom the directory had
ON, OFF = "on", "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    stopped: int
    released: int
    is_whole: bool  # False: from who is missing, nothing was concluded


@transaction.atomic
def begin(*, company: Company, name: str, mapping: dict[str, Any], now: datetime) -> Feed:
    """Begin a feed that reads a directory of `company`, enter it in the ledger, and return it."""
    feed = Feed.objects.create(
        company=company, name=name, kind=Feed.Kind.DIRECTORY, mapping=mapping, began_at=now
    )
    ledger.append(
        kind=Kind.CONFIG_CHANGE,
        actor=None,
        subject=feed,
        at=now,
        details={"act": "人事連携の開始", "company": company.code},
    )
    return feed


def secret_key(feed: Feed) -> str:
    """Return the name under which the secret of this directory is kept in the home."""
    return f"feed-{feed.pk}"


def due(*, now: datetime) -> list[Feed]:
    """Return the directories that were not read within their rhythm."""
    feeds = Feed.objects.filter(kind=Feed.Kind.DIRECTORY, ended_at=None).order_by("pk")
    return [
        feed
        for feed in feeds
        if feed.heard_at is None or now - feed.heard_at >= timedelta(hours=feed.rhythm_hours)
    ]


def read(feed: Feed, home: Path) -> list[TargetAccount]:
    """Return everybody whom the directory of `feed` lists. Raises SekishoError where it cannot.

    mapping: kind (ldap, active_directory, scim) and address, as of a target; the id is the number
             of the person in the company (社員番号).
    """
    kind, address = str(feed.mapping.get("kind", "")), dict(feed.mapping.get("address", {}))
    secret = secret_of(home, secret_key(feed))
    return list(open_target(kind, address, secret, place=feed.name, probes=False).accounts())


@transaction.atomic
def sync(*, feed: Feed, listed: Iterable[TargetAccount], now: datetime) -> Synced:
    """Stop whom the directory switched off or no longer has; let go whom it switched on again.

    Whom it says nothing about stays as they are: what is absent never enables. Only stops of this
    feed are lifted. Everything stands in one delivery, kept as it was read.
    """
    states = {one.ext_id: one.enabled for one in listed}
    before = _listed_before(feed)
    is_whole = not has_shrunk(len(states), before=len(before) if before is not None else None)
    batch = receive(feed=feed, received=_as_bytes(states), now=now)
    batch.report = {LISTED: sorted(states)} if is_whole else {}
    batch.name = "ディレクトリ"
    batch.save(update_fields=["report", "name"])
    if not is_whole:
        tell(
            "finding",
            kind="unreadable",
            key=f"feed:{feed.pk}",
            subject=feed.name,
            sentence=f"{feed.name}の一覧が前より大きく減ったため、いない人は判断していません",
            at=now,
        )
    missing = (before or frozenset()) - states.keys() if is_whole else frozenset()
    off = {number for number, enabled in states.items() if enabled is False} | missing
    on = {number for number, enabled in states.items() if enabled is True}
    fresh = [*_people(feed, off, held=False), *_held_by_others(feed, off)]
    stopped = [stop(person=person, batch=batch, now=now) for person in fresh]
    released = [
        hold
        for person in _people(feed, on, held=True)
        if (hold := release(person=person, batch=batch, now=now)) is not None
    ]
    return Synced(stopped=len(stopped), released=len(released), is_whole=is_whole)


def _people(feed: Feed, numbers: Collection[str], *, held: bool) -> list[Person]:
    """Return the people of the company with these numbers who are stopped by a feed, or are not."""
    known = PersonNumber.objects.filter(company=feed.company_id, number__in=numbers)
    holds = Hold.objects.filter(reason=Hold.Reason.FEED, ends_at=None, person__isnull=False).values(
        "person"
    )
    people = Person.objects.filter(pk__in=known.values("person")).order_by("pk")
    return list(people.filter(pk__in=holds) if held else people.exclude(pk__in=holds))


def _held_by_others(feed: Feed, numbers: Collection[str]) -> list[Person]:
    """Return those of these people whom another feed stopped: it alone must not let them go."""
    return [one for one in _people(feed, numbers, held=True) if stopped_by(one) != feed.pk]


def _listed_before(feed: Feed) -> frozenset[str] | None:
    """Return whom the last whole list had, or None where there was none."""
    batch = (
        FeedBatch.objects.filter(feed=feed, report__has_key=LISTED)
        .order_by("-received_at", "-pk")
        .only("report")
        .first()
    )
    return frozenset(batch.report[LISTED]) if batch is not None else None


def _as_bytes(states: dict[str, bool | None]) -> bytes:
    words = {None: "", True: ON, False: OFF}
    said = {number: words[enabled] for number, enabled in sorted(states.items())}
    return json.dumps(said, ensure_ascii=False).encode()
