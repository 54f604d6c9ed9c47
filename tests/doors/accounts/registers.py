"""A small register to walk about in: two companies, a system with officers, a clerk with an ID."""

from datetime import timedelta

from django.utils import timezone

from sekisho_web.accounts.models import Feed, System
from tests.factories import (
    AccountFactory,
    CompanyFactory,
    PersonFactory,
    PostFactory,
    UnitFactory,
    sign_in,
)
from tests.factories.people import OfficerFactory, SystemFactory

ELIGIBLE = [{"company_kind": "network", "unit_kind": "service_centre"}]


class Register:
    """A network company that owns 託送業務, with its two officers and a clerk."""

    def __init__(self):
        self.now = timezone.now()
        self.company = CompanyFactory()
        self.it_unit = UnitFactory(it=True)
        self.owner_post = PostFactory(unit=self.it_unit, person=PersonFactory(name="鏡原 いつき"))
        self.use_post = PostFactory(person=PersonFactory(name="青海 つむぎ"))
        self.clerk_post = PostFactory(person=PersonFactory(name="山野 みどり", phone="03-1"))
        self.system = SystemFactory(key="takuso")
        System.objects.update(
            registered_at=self.now, log_source="takuso", data_classes=["契約"], eligible=ELIGIBLE
        )
        self.system.refresh_from_db()
        self.office = OfficerFactory(post=self.owner_post, system=self.system)
        OfficerFactory(post=self.use_post, system=self.system, role="use_officer")
        Feed.objects.create(
            company=self.company,
            name="人事",
            kind="file",
            began_at=self.now - timedelta(days=300),
            heard_at=self.now,
        )

    @property
    def owner(self):
        return self.owner_post.person

    @property
    def asker(self):
        return self.use_post.person

    @property
    def clerk(self):
        return self.clerk_post.person

    def id_of(self, person, **more):
        told = {"last_used_at": self.now - timedelta(days=1), "system": "takuso"}
        return AccountFactory(person=person, **told | more)


def enter(client, person, **more):
    """Let `person` in at their own post, freshly proved."""
    return sign_in(client, person, **more)
