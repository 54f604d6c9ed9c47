"""What a delivery of personnel says and would change, worked out anew at each look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256

from sekisho.accounts.brake import FEW, brakes, is_season
from sekisho.accounts.faults import Fault
from sekisho.accounts.known import Known
from sekisho.accounts.plan import MASS, Change, ChangeKind, Mode, Plan, plan
from sekisho.accounts.timelines import Post
from sekisho_links.accounts.personnel import Reading, mapping_of, read
from sekisho_web.accounts.models import FeedBatch
from sekisho_web.accounts.queries.personnel import known_of, staff


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A delivery as it stands now. staff: people of the company in a post."""

    batch: FeedBatch
    reading: Reading
    known: Known
    plan: Plan
    staff: int

    @property
    def faults(self) -> Sequence[Fault]:
        """Every fault, of the file and of its lines, in the order of the lines."""
        found = (*self.reading.faults, *self.plan.faults)
        return sorted(found, key=lambda fault: (fault.line, not fault.refused, fault.column))

    @property
    def moving(self) -> int:
        """How many people leave, move or are missing."""
        return self.plan.mass

    @cached_property
    def season(self) -> bool:
        """Whether it holds the changes of 1 April or 1 July."""
        return is_season({change.at for change in self.plan.changes if change.kind in MASS})

    @property
    def brakes(self) -> bool:
        """Whether two people must confirm it."""
        return brakes(self.moving, staff=self.staff) or (self.season and self.moving > FEW)

    @cached_property
    def digest(self) -> str:
        """What the difference is, as one word: two people look at the same or confirm nothing."""
        said = "\n".join(_said(change) for change in self.plan.changes)
        return sha256(said.encode()).hexdigest()

    @property
    def confirmed_by(self) -> list[int]:
        """Who has confirmed this very difference."""
        seen = self.batch.report.get("seen", {})
        rows = self.batch.confirmations.order_by("at", "pk").values_list("person_id", flat=True)
        return [person for person in rows if seen.get(str(person)) == self.digest]

    @property
    def counts(self) -> dict[str, int]:
        """How many people each kind of change is about, and how many lines are refused."""
        refused = {fault.line for fault in self.faults if fault.refused}
        return {
            **{kind.value: len(self.plan.of(kind)) for kind in ChangeKind},
            "moving": self.moving,
            "refused": len(refused),
            "idle": len(self.plan.idle),
        }


def reading_of(batch: FeedBatch) -> Reading:
    """Return what the bytes of a delivery say (no query)."""
    return read(
        bytes(batch.data),
        mapping_of(batch.feed.mapping),
        source=str(batch.feed_id),
        batch=str(batch.pk or ""),
        received_at=batch.received_at,
    )


def delivery_of(batch: FeedBatch, *, now: datetime) -> Delivery:
    """Return a delivery as it stands now (some twenty queries, however many lines)."""
    reading = reading_of(batch)
    mode = Mode(batch.feed.mode)
    lines = reading.lines if reading.opens else ()
    known = known_of(batch.feed, lines, mode=mode if reading.opens else Mode.EVENTS)
    made = plan(
        known,
        lines,
        mode=mode if reading.opens else Mode.EVENTS,
        as_of=batch.received_at,
        whole=reading.whole,
    )
    return Delivery(
        batch=batch,
        reading=reading,
        known=known,
        plan=made,
        staff=staff(batch.feed.company, now=now),
    )


def _said(change: Change) -> str:
    posts = " ".join(_post(post) for post in change.wanted)
    ends = " ".join(f"{one.appointment}@{one.at.timestamp():.0f}" for one in change.endings)
    return f"{change.kind} {change.person} {change.number} {change.name} {posts} {ends}"


def _post(post: Post) -> str:
    seat = post.seat
    terms = "".join(
        f"[{term.starts.timestamp():.0f},{term.ends.timestamp() if term.ends else ''},"
        f"{term.title},{'+'.join(sorted(term.flags))}]"
        for term in post.terms
    )
    return f"{post.appointment}:{seat.works_for}/{seat.unit}/{seat.kind}{terms}"
