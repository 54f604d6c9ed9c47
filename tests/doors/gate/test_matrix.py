"""The authorisation matrix: a sample of class × screen × record, against the tables themselves.

What the page must show is computed by the kernel from the files of the world; nothing of the gate
takes part in it.
"""

from random import Random

import pytest
from django.utils import timezone

from sekisho.gate.relations import Duty, Reach
from sekisho.gate.tickets import Ticket, party_of
from sekisho.policy.attributes import PROFILE
from sekisho.policy.plan import plan
from sekisho.policy.treatment import Treatment
from sekisho_links.policy.folders import shipped_policy
from sekisho_web.accounts.signed_in import person_of
from sekisho_web.gate import reading, visits
from sekisho_web.gate.pages import DETAIL, Page
from tests.doors.gate.people import VIEWERS, enter
from tests.doors.gate.reading import cells
from tests.doors.gate.test_looks import handle
from tests.links.gate.definition import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate")]

REASON = {"step": "reason", "reason": "outage", "reference": "W20261120-014", "consent": "on"}
RECORDS = (3, 9, 10, 11, 12, 13, 15, 16, 17, 18, 35, 41, 45)


@pytest.fixture
def seen_visits(monkeypatch):
    """Collect the visits that the pages make, for their context and use."""
    kept = []
    original = visits.visit_of

    def spy(request, page, *, now):
        visit = original(request, page, now=now)
        kept.append(visit)
        assert person_of(request).code == visit.person
        return visit

    monkeypatch.setattr("sekisho_web.gate.views.visit_of", spy)
    return kept


def expected(world, visit, record):
    """Return the cells that the kernel shows of `record` to `visit`, or None."""
    viewer = visit.use.hat.viewer
    use = Reach(
        areas=frozenset(visit.use.emergency_areas)
        if visit.use.hat.relief
        else frozenset({"0901", "0902", "0903"}),
        duty=Duty(viewer.duty),
        written_areas=frozenset(visit.use.areas) or None,
        listed=bool(visit.use.records),
        standing=visit.use.grant_kind == "standing",
    )
    party = party_of(visit.use.company, relief=visit.use.hat.relief is not None)
    ticket = Ticket(
        system=visit.page.system.key, profile=None, party=party, company=party,
        person=visit.person, use=use, keys=visit.use.records, version="", until=visit.now,
    )  # fmt: skip
    found = world.delivered(
        visit.context, ticket, at=timezone.now(), keys=reading.keys(), only=record
    )
    return next(iter(found), None)


@pytest.mark.parametrize("viewer", VIEWERS)
def test_each_page_shows_what_the_tables_decide(
    client, viewer, seen_visits, gate_world, django_assert_max_num_queries
):
    chance = Random(viewer)
    person = enter(client, viewer)
    policy = shipped_policy()
    pages = [
        Page(policy=policy, system=system, screen=screen)
        for system in policy.systems.values()
        for screen in system.screens.values()
        if screen.kind == DETAIL and viewer in screen.viewers
    ]
    for page in chance.sample(pages, min(4, len(pages))):
        world = World(gate_world, page.system)
        for record in chance.sample(RECORDS, 4):
            address = page.address(handle(client, person, record, system=page.system.key))
            with django_assert_max_num_queries(13):
                answer = client.get(address)
            if "理由を記録して開く" in answer.text:
                answer = client.get(client.post(address, REASON)["Location"])
            visit = seen_visits[-1]
            assert set(visit.context) == set(PROFILE), "an attribute is unknown"
            decided = expected(world, visit, record)
            if decided is None:
                assert answer.status_code == 404, (page.screen.id, record)
                continue
            assert answer.status_code == 200, (page.screen.id, record)
            _, relation, scope, values = decided
            look = {**visit.context, "契約相手": relation, "対象範囲": scope}
            levels = plan(page.system, look)
            shown = cells(answer)
            for field in page.fields:
                if levels[field.id] == Treatment.REFUSE:
                    assert field.name not in shown
                else:
                    word = shown[field.name]
                    assert (values[field.id] or "").split() == [
                        part for part in word.split() if part not in _signs(levels[field.id])
                    ] or not values[field.id], (page.screen.id, field.id, word)
                    if not values[field.id]:
                        assert word.startswith(("値なし", "＊"))


def _signs(treatment):
    return () if treatment == Treatment.SHOW else (treatment.sign, treatment.word)
