"""A house in which something can be asked for and approved, and hands that sign."""

from datetime import timedelta

from allauth.core import context
from django.test import RequestFactory

from sekisho.grants.decisions import challenge
from sekisho.grants.references import Reference
from sekisho_web.accounts import signing
from sekisho_web.accounts.models import Officer, period
from sekisho_web.grants.models import Delegation
from sekisho_web.grants.operations import deciding, policies, requesting
from sekisho_web.grants.operations.wishes import Wish
from tests.factories.passkeys import Passkey
from tests.factories.people import (
    LONG_AGO,
    NOON,
    AccountFactory,
    CompanyFactory,
    OfficerFactory,
    PostFactory,
    SystemFactory,
    UnitFactory,
)
from tests.factories.pledges import PledgeFactory

SESSION = "the session at hand"


class House:
    """The network company: an asker and their chief, officers, second and third line, a director.

    Everybody has a passkey: `keys` by the person.
    """

    def __init__(self, *, system="saiene", now=NOON):
        self.now = now
        state = {"owner": CompanyFactory(code="G01", name="国", kind="government"),
                 "owner_kind": "government", "name": "再エネ業務管理システム"}  # fmt: skip
        self.system = SystemFactory(key=system, **(state if system == "saiene" else {}))
        policies.lay_down(now=LONG_AGO)
        self.head = UnitFactory(code="N09-90", name="ネットワーク部", kind="branch")
        self.section = UnitFactory(
            code="N09-91", name="再エネ契約課", kind="renewable", parent=self.head
        )
        self.keys = {}
        self.asker = self.somebody(self.section)
        self.chief = self.somebody(self.section, title="課長")
        self.director = self.somebody(self.head, title="部長")
        self.officer = self.somebody(UnitFactory(it=True))
        self.deputy = self.somebody(UnitFactory(it=True))
        self.second = self.somebody(UnitFactory(compliance=True))
        self.third = self.somebody(UnitFactory(audit=True))
        for person, role in (
            (self.officer, Officer.Role.SYSTEM_OFFICER),
            (self.deputy, Officer.Role.DEPUTY),
        ):
            OfficerFactory(post=person.posts.get(), system=self.system, role=role)
        self.account = self.give_id(self.asker, f"ID-{system}-1")

    def give_id(self, person, code):
        """Return an ID of `person`, for which they have pledged what it asks for."""
        account = AccountFactory(person=person, system=self.system, code=code)
        if self.system.owner_kind == "government":
            PledgeFactory(
                person=person,
                template="ministry_system_user",
                subject_type="account",
                subject=f"{self.system.key} {code}",
                at=self.now - timedelta(days=20),
            )
        return account

    def somebody(self, unit, *, title="担当", **traits):
        post = PostFactory(unit=unit, title=title, **traits)
        self.keys[post.person.pk] = Passkey(post.person, at=self.now - timedelta(days=30))
        return post.person

    def wish(self, **changed):
        """Return what has no fault: one use of the ministry's system."""
        said = {
            "system": self.system,
            "purpose": "再エネ買取",
            "mode": "per_use",
            "reason": "接続検討の申込内容を確認するため",
            "window_minutes": 30,
            "use_minutes": 20,
            "uses": 1,
            "references": (Reference(kind="facility", no="AA123456C1"),),
        }
        return Wish(**(said | changed))

    def both(self, **changed):
        """Return a wish that the chief and an officer must approve (of another system)."""
        said = {"window_minutes": 480, "use_minutes": 60, "uses": 2}
        return self.wish(**(said | changed))

    def submit(self, wish=None, *, by=None, now=None):
        by = by or self.asker
        return requesting.submit(
            wish=wish or self.wish(),
            by=by,
            appointment=by.posts.order_by("pk").first().appointment_id,
            now=now or self.now,
        )

    def lay(self, request, by, *, party=1, verdict="approve", after=1, session=SESSION, **said):
        """Return the text that is laid before `by`, `after` minutes after noon."""
        return deciding.lay(
            request=request,
            party=party,
            verdict=verdict,
            by=by,
            appointment=by.posts.order_by("pk").first().appointment_id,
            session=session,
            now=self.now + timedelta(minutes=after),
            **said,
        )

    def sign(self, by, text, *, key=None):
        """Return the proof of `by`'s passkey over `text`, as a page would take it."""
        asked = RequestFactory().get("/", secure=True, HTTP_HOST="testserver")
        with context.request_context(asked):
            answer = (key or self.keys[by.pk]).answer(challenge(text))
            return signing.signed(by, challenge(text), answer)

    def decide(self, request, by, *, party=1, verdict="approve", after=1, **said):
        """Let `by` answer `request` for `party`, and return it as it then stands."""
        if verdict == "deny":
            said.setdefault("reason", "対象の申込みがこの部署のものではないため")
        laid = self.lay(request, by, party=party, verdict=verdict, after=after, **said)
        return deciding.decide(
            request=request,
            text=laid.text,
            proof=self.sign(by, laid.text),
            by=by,
            session=SESSION,
            opened_at=None,
            now=self.now + timedelta(minutes=after, seconds=20),
        )

    def hand_over(self, giver, taker, *, days=7, **said):
        return Delegation.objects.create(
            **{
                "delegator": giver.posts.get().appointment,
                "deputy": taker.posts.get().appointment,
                "party": "",
                "system": "",
                "valid": period(self.now - timedelta(days=1), self.now + timedelta(days=days)),
                "reason": "休暇の間の代理",
                "given_at": self.now,
            }
            | said
        )
