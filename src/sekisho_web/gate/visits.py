"""One visit to one screen: who looks, on what ground, under which profile and duties."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.http import HttpRequest

from sekisho.gate.effects import profile_of
from sekisho.gate.relations import Duty, Reach, Relation, Scope
from sekisho.gate.stretches import ticket_version
from sekisho.gate.tickets import Ticket, party_of
from sekisho.policy.attributes import RELATION, SCOPE, SCREEN_KIND, VIEWER_CLASS
from sekisho.policy.derive import derive_request
from sekisho.policy.masking import Field, searchable
from sekisho.policy.plan import plan
from sekisho.policy.treatment import Treatment
from sekisho_links.gate import Reading
from sekisho_links.gate.rows import all_areas
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.gate.pages import Page
from sekisho_web.gate.reading import day_of
from sekisho_web.grants.facts import Use, use_of

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What is known before any record is touched."""

    page: Page
    use: Use
    person: str
    context: Mapping[str, str]  # the eight viewer- and request-side values; a missing one is 不明
    now: datetime

    @property
    def viewer(self) -> str:
        return self.context.get(VIEWER_CLASS, "")

    @property
    def is_intended(self) -> bool:
        """Whether the screen is meant for this class of viewer (想定利用者)."""
        return self.viewer in self.page.screen.viewers

    def as_kind(self, kind: str) -> dict[str, str]:
        """Return the context as it is on a screen of another kind."""
        return {**self.context, SCREEN_KIND: kind}

    @cached_property
    def shown(self) -> tuple[Mapping[str, str], ...]:
        """Every whole context in which this visit shows a row: at most 40."""
        return tuple(self.possible(self.context))

    def possible(self, context: Mapping[str, str]) -> list[dict[str, str]]:
        """Return the whole contexts, over relations and scopes, in which a row is shown."""
        decide = self.page.system.table.decide
        looks = [
            {**context, RELATION: relation.word, SCOPE: scope.word}
            for relation in Relation
            for scope in Scope
        ]
        return [look for look in looks if decide(look).row == Treatment.SHOW]

    @cached_property
    def keys(self) -> tuple[Field, ...]:
        """The search keys that this visit may use: delivered as the value somewhere."""
        plans = [plan(self.page.system, look) for look in self.shown]
        return tuple(
            field
            for field in self.page.keys
            if any(searchable(found[field.id], mask=field.mask) for found in plans)
        )

    @cached_property
    def duties(self) -> frozenset[str]:
        """Every duty that a row of this visit may carry."""
        decide = self.page.system.table.decide
        return frozenset(duty for look in self.shown for duty in decide(look).duties)

    @cached_property
    def refusing(self) -> tuple[str, ...]:
        """The rules that refuse every row of this visit, where nothing can be shown."""
        if self.shown:
            return ()
        table = self.page.system.table
        said = [
            set(table.explain({**self.context, RELATION: r.word, SCOPE: s.word}, "レコード")[1])
            for r in Relation
            for s in Scope
        ]
        return tuple(sorted(set.intersection(*said))) if said else ()

    def reach(self, reading: Reading) -> Reach:
        """Return what the use may touch: area, duty of the post, and what its grant writes."""
        relief = self.use.hat.relief is not None
        viewer = self.use.hat.viewer
        return Reach(
            areas=frozenset(self.use.emergency_areas) if relief else all_areas(reading.cursor),
            duty=Duty(viewer.duty) if viewer else Duty.NONE,
            written_areas=frozenset(self.use.areas) or None,
            listed=bool(self.use.records),
            standing=self.use.grant_kind == "standing",
        )

    def ticket(
        self, reading: Reading, *, kind: str | None = None, page: Page | None = None
    ) -> Ticket:
        """Return the ticket of this visit, for a minute.

        kind: of another screen kind than the page's, where one look needs two (search, then list).
        page: of another system, where a transition comes from there.
        """
        system = (page or self.page).system
        party = party_of(self.use.company, relief=self.use.hat.relief is not None)
        return Ticket(
            system=system.key,
            profile=profile_of(self.as_kind(kind) if kind else self.context),
            party=party,
            company=party,  # under the relief hat no switch and no consent counts
            person=self.person,
            use=self.reach(reading),
            keys=self.use.records,
            version=ticket_version(self.page.policy, system, day_of(self.now)),
            until=self.now + MINUTE,
        )


def visit_of(request: HttpRequest, page: Page, *, now: datetime) -> Visit:
    """Return the visit that this request is (two queries)."""
    use = use_of(request, system=page.system.key, screen_kind=page.kind, now=now)
    return Visit(
        page=page,
        use=use,
        person=person_of(request).code,
        context=derive_request(use.facts, now, attributes=page.policy.attributes),
        now=now,
    )
