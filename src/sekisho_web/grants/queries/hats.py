"""What can be asked about uses: the hats that somebody may wear now, and their purposes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sekisho.accounts.classes import ON_RELIEF, purposes
from sekisho_web.accounts.models import Appointment, AppointmentTerm, Person, in_force
from sekisho_web.accounts.signed_in import viewer_of
from sekisho_web.grants.models import Grant, Supporter


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
    """Return the hats that `person` may wear now, the main post first (three queries)."""
    posts = list(
        AppointmentTerm.objects.in_force(now=now)
        .filter(person=person)
        .select_related("unit__company", "appointment")
        .order_by("appointment__kind", "valid_from", "pk")
    )
    posts.sort(key=lambda post: post.appointment.kind != Appointment.Kind.MAIN)
    granted = tuple(
        Grant.objects.usable(now=now)
        .filter(person=person)
        .values_list("purpose", flat=True)
        .distinct()
        .order_by("purpose")
    )
    reliefs = (
        Supporter.objects.filter(in_force(now, starts="starts_at", ends="ends_at"), person=person)
        .filter(emergency__starts_at__lte=now, emergency__ends_at__gt=now)
        .select_related("emergency")
        .order_by("starts_at", "pk")
    )
    choices = [
        HatChoice(
            post=post.appointment_id,
            relief=None,
            words=f"{post.unit.company.name} {post.unit.name}"
            f"（{post.appointment.get_kind_display()}）",
            viewer_class=viewer.name,
            purposes=tuple(
                dict.fromkeys((*purposes(viewer), *(p for p in granted if p != "非常災害対応")))
            ),
        )
        for post in posts
        if (viewer := viewer_of(post))
    ]
    choices += [
        HatChoice(
            post=posts[0].appointment_id,
            relief=line.emergency.code,
            words=f"災害応援：{line.emergency.cause}",
            viewer_class=ON_RELIEF.name,
            purposes=(ON_RELIEF.purpose,),
        )
        for line in reliefs
        if posts
    ]
    return choices
