"""What can be asked about uses: the hats that somebody may wear now, and their purposes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from sekisho.accounts.classes import ON_RELIEF, purposes
from sekisho.grants.roster import refusal_of_other_hat
from sekisho_web.accounts.models import Appointment, AppointmentTerm, Person, in_force
from sekisho_web.accounts.signed_in import viewer_of
from sekisho_web.grants.models import Emergency, EmergencyTerm, Grant, Supporter
from sekisho_web.grants.queries.desk import worn_by

WORDS: Mapping[str, str] = {
    Emergency.Kind.DISASTER: "災害応援",
    Emergency.Kind.DRILL: "応援の訓練",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HatChoice:
    """One hat (帽子) that may be worn: a post, or a post changed to relief in an emergency."""

    post: int
    relief: str | None
    words: str
    viewer_class: str
    purposes: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.post}:{self.relief or ''}"


def hats(*, person: Person, now: datetime) -> Sequence[HatChoice]:
    """Return the hats that `person` may wear now, the main post first (four queries).

    One hat at a time: who has a terminal in hand as a helper has that hat, and no other. The post
    of a helper is worn as relief only, and gives nothing of the unit in which they help.
    """
    terms = list(
        AppointmentTerm.objects.in_force(now=now)
        .filter(person=person)
        .select_related("unit__company", "appointment")
        .order_by("appointment__kind", "valid_from", "pk")
    )
    posts = [term for term in terms if term.appointment.kind != Appointment.Kind.SUPPORT]
    posts.sort(key=lambda post: post.appointment.kind != Appointment.Kind.MAIN)
    granted = tuple(
        Grant.objects.usable(now=now)
        .filter(person=person)
        .values_list("purpose", flat=True)
        .distinct()
        .order_by("purpose")
    )
    choices = [
        HatChoice(
            post=post.appointment_id,
            relief=None,
            words=f"{post.unit.company.name} {post.unit.name}"
            f"（{post.appointment.get_kind_display()}）",
            viewer_class=viewer.name,
            purposes=tuple(
                dict.fromkeys((*purposes(viewer), *(p for p in granted if p != ON_RELIEF.purpose)))
            ),
        )
        for post in posts
        if (viewer := viewer_of(post))
    ]
    main = posts[0].appointment_id if posts else None
    choices += [
        HatChoice(
            post=post,
            relief=line.emergency.code,
            words=f"{WORDS[line.emergency.kind]}：{line.emergency.cause}",
            viewer_class=ON_RELIEF.name,
            purposes=(ON_RELIEF.purpose,),
        )
        for line in _helped_by(person, now=now)
        if (post := line.appointment_id or main) is not None
    ]
    worn = worn_by(person.pk, now=now)
    return [
        choice
        for choice in choices
        if refusal_of_other_hat(relief=choice.relief, worn=worn, at=now) is None
    ]


def _helped_by(person: Person, *, now: datetime) -> Sequence[Supporter]:
    """Return the lines of `person` in the emergencies and drills that are in effect now."""
    terms = EmergencyTerm.objects.filter(emergency=OuterRef("emergency"), valid__contains=now)
    return list(
        Supporter.objects.filter(in_force(now, starts="starts_at", ends="ends_at"), person=person)
        .filter(Exists(terms), emergency__kind__in=list(WORDS))
        .select_related("emergency")
        .order_by("starts_at", "pk")
    )
