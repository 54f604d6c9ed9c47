"""Whoever approved a use sees what was done in it, from the ledger, and answers."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sekisho.ledger.leaves import Kind, OwnerClass
from sekisho.terms.days import day_in_japan
from sekisho_links.ledger.writing import Happening, Subject
from sekisho_web.accounts.models import AccountUse, System, period
from sekisho_web.campaigns.models import Finding
from sekisho_web.grants.models import LookBack, Notice, Use
from sekisho_web.grants.operations import looking_back
from sekisho_web.grants.operations.ending import end_use
from sekisho_web.grants.queries import look_backs
from sekisho_web.ledger import recording
from tests.factories import sign_in
from tests.factories.uses import DeviceFactory

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=8)


@pytest.fixture
def use(house):
    """A use of the ministry's system that the officer approved, and that is over."""
    request = house.submit()
    house.decide(request, house.officer)
    return used(request.grants.get())


def used(grant, *, ago=timedelta(minutes=1)):
    """Return the use of `grant` that ended so long ago."""
    ends = timezone.now() - ago
    made = Use.objects.create(
        grant=grant,
        uses_max=grant.uses_max,
        no=1,
        person=grant.person,
        device=DeviceFactory(),
        during=period(ends - timedelta(minutes=10), ends),
    )
    made.refresh_from_db()
    return made


def looked(use, record, *, items=("customer_name",), owner=OwnerClass.RIVAL, keys=(), kind=None):
    """Let the ledger have a look of `use` at one customer's record."""
    recording.recorder().record(
        Happening(
            kind=kind or Kind.RELEASE,
            at=use.began_at,
            company=recording.company(),
            system=use.grant.system,
            person=str(use.person_id),
            screen="SE-D01",
            grant=str(use.grant_id),
            rows={owner: 1},
            seen={owner: 1},
            subjects=[
                Subject(
                    key=f"{use.grant.system}:{record}",
                    details={
                        "record": record,
                        "owner": owner.value,
                        "items": dict.fromkeys(items, "shown"),
                        "keys": list(keys),
                    },
                )
            ],
        )
    )


def page(client, use):
    return client.get(reverse("grants:look_back", args=[use.pk]))


def answer(client, use, said="proper", note=""):
    return client.post(reverse("grants:look_back", args=[use.pk]), {"answer": said, "note": note})


def test_the_approver_finds_it_on_the_list_and_answers(client, house, use):
    sign_in(client, house.officer)
    assert use.grant.code in client.get(reverse("grants:look_backs")).content.decode()

    assert answer(client, use).status_code == 302

    found = LookBack.objects.get(use=use)
    assert (found.by, found.answer) == (house.officer, "proper")
    assert use.grant.code not in client.get(reverse("grants:look_backs")).content.decode()
    assert use.grant.code in client.get(reverse("grants:look_backs") + "?all=1").content.decode()


@pytest.mark.parametrize("who", ["asker", "chief", "director"])
def test_nobody_else_sees_it(client, house, use, who):
    sign_in(client, getattr(house, who))

    assert page(client, use).status_code in (403, 404)
    assert answer(client, use).status_code in (403, 404)
    assert not LookBack.objects.exists()


def test_the_second_line_may_always_answer(client, house, use):
    sign_in(client, house.second)

    assert answer(client, use).status_code == 302
    assert LookBack.objects.get(use=use).by == house.second


def test_what_must_be_checked_says_why_and_becomes_a_finding(client, house, use):
    sign_in(client, house.officer)

    assert answer(client, use, "to_check").status_code == 422
    assert not LookBack.objects.exists()
    assert answer(client, use, "to_check", "根拠にない設備を見ている").status_code == 302

    finding = Finding.objects.get()
    assert finding.kind == "off_purpose"
    assert "根拠にない" not in finding.sentence


def test_it_is_answered_once(client, house, use):
    sign_in(client, house.officer)
    answer(client, use)

    text = answer(client, use, "to_check", "思い直した").content.decode()

    assert "もう確かめられています" in text
    assert LookBack.objects.get(use=use).answer == "proper"


def test_what_was_seen_comes_from_the_ledger_with_what_lies_outside_the_reference(client, house):
    System.objects.filter(key="saiene").update(controlled_by=["gateway"])
    request = house.submit()
    house.decide(request, house.officer)
    use = used(request.grants.get(), ago=timedelta(minutes=-5))
    looked(use, "R1", keys=["AA123456C1"])
    looked(use, "R1", keys=["AA123456C1"])
    looked(use, "R2", owner=OwnerClass.OWN)
    use = end_use(use=use, by=use.person, now=timezone.now())
    sign_in(client, house.officer)

    _, seen = look_backs.seen(use, reader=house.officer, now=timezone.now())
    text = page(client, use).content.decode()

    assert (seen.looks, seen.records) == (3, 2)
    assert [one.record for one in seen.outside] == ["R2"]
    assert {relation for _, relation in seen.by_class} == {"他社", "自社"}
    assert "目的外の疑い" in text
    assert "R2" in text
    assert "X-Sekisho-Record" in page(client, use).headers


def test_what_is_late_blocks_the_next_decision_and_is_told(house):
    request = house.submit()
    house.decide(request, house.officer)
    grant = request.grants.get()
    grant.valid_from -= WEEK
    grant.save()
    use = used(grant, ago=WEEK)
    now = timezone.now()

    assert "1件" in look_backs.refusal_to_decide(house.officer, in_emergency=False, now=now).reason
    assert look_backs.refusal_to_decide(house.officer, in_emergency=True, now=now) is None
    assert look_backs.refusal_to_decide(house.deputy, in_emergency=False, now=now) is None
    assert looking_back.note_overdue(now=now) == 1
    assert looking_back.note_overdue(now=now) == 1
    assert Finding.objects.get().kind == "unlooked"
    assert Notice.objects.get(kind="look_back").person == house.officer

    LookBack.objects.create(use=use, by=house.second, answer="proper", at=now)
    assert look_backs.refusal_to_decide(house.officer, in_emergency=False, now=now) is None


def test_approvals_that_nobody_used_are_one_finding_a_month(house):
    request = house.submit()
    house.decide(request, house.officer)
    grant = request.grants.get()
    grant.revoked_at = grant.valid_from + timedelta(minutes=5)
    grant.save()
    now = timezone.now() + timedelta(days=1)
    told = {"since": now - timedelta(days=2), "until": now, "now": now}

    assert looking_back.note_unused(**told) == 1
    assert looking_back.note_unused(**told) == 1
    assert Finding.objects.get().kind == "unused_grant"
    day = AccountUse.objects.create(
        account=house.account,
        day=day_in_japan(grant.valid_from),
        last_at=grant.valid_from + timedelta(minutes=1),
    )
    assert looking_back.note_unused(**told) == 1  # of an approval for one use, uses are counted
    grant.kind, grant.uses_max = "period", None
    grant.save()
    assert looking_back.note_unused(**told) == 0
    day.delete()
    assert looking_back.note_unused(**told) == 1
