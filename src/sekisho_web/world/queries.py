"""The invented people who can be chosen in the demo."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sekisho_web.accounts.backends import DEMO_LOGINS
from sekisho_web.accounts.models import Person, in_force
from sekisho_web.accounts.signed_in import viewer_of
from sekisho_web.grants.queries.hats import HatChoice, hats
from sekisho_web.terminals.models import Device
from sekisho_web.world import invented

PREFIX = DEMO_LOGINS  # of the login of every invented person at the door


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    person: Person
    login: str
    name: str
    place: str
    viewer_class: str
    line: int | None
    device: Device | None


def people(*, now: datetime) -> Sequence[Invented]:
    """Return the invented people of the demo, the network company's first (three queries)."""
    found = Person.objects.filter(login__startswith=PREFIX).order_by("code")
    found = found.prefetch_related("posts__unit__company")
    devices = {
        device.number: device
        for device in Device.objects.filter(in_force(now), number__startswith=PREFIX).order_by(
            "number"
        )
    }
    lines = []
    for person in found:
        post = next(iter(person.posts.all()), None)
        if post is None:
            continue
        viewer = viewer_of(post)
        relief = person.login == f"{PREFIX}relief"
        lines.append(
            Invented(
                person=person,
                login=person.login,
                name=person.name,
                place=f"{post.unit.company.name} {post.unit.name}",
                viewer_class="災害応援" if relief else viewer.name if viewer else "",
                line=post.unit.line,
                device=devices.get(person.login),
            )
        )
    return lines


def usual_use(one: Invented, *, now: datetime) -> tuple[HatChoice, str] | None:
    """Return the hat and the purpose with which `one` begins; None where there is no such hat."""
    role = next(role for role in invented.ROLES if f"{PREFIX}{role.login}" == one.login)
    for hat in hats(person=one.person, now=now):
        granted = (grant.purpose for grant in role.grants if grant.purpose in hat.purposes)
        if bool(hat.relief) == role.relief and (purpose := next(granted, None)):
            return hat, purpose
    return None
