"""By night, what did not come back and what stands wrongly is told to the second line."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from sekisho.terminals.loans import due_after
from sekisho_web.campaigns.models import Finding
from sekisho_web.frame.follows import ask, tell
from sekisho_web.terminals.models import Device, Dispatch, Loan, Loss, Site
from sekisho_web.terminals.operations import losses
from sekisho_web.terminals.operations.registers import CannotEnter, edit, enter
from tests.factories import CompanyFactory, DeviceFactory, somebody
from tests.factories.desk import DAY, Desk
from tests.factories.places import SiteFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_a_terminal_that_is_late_is_a_finding_after_three_business_days():
    loan = Desk().lend(due=HOUR)

    tell("night", now=loan.due_at + HOUR)
    assert not Finding.objects.exists()
    tell("night", now=due_after(loan.due_at))
    tell("night", now=due_after(loan.due_at) + DAY)

    [finding] = Finding.objects.all()
    assert (finding.kind, finding.subject, finding.times) == (
        "loan_overdue", loan.device.number, 2,
    )  # fmt: skip
    assert loan.person.name not in finding.sentence


def test_a_terminal_that_stands_wrongly_is_a_finding_each_night():
    DeviceFactory(site=SiteFactory())
    wrong = DeviceFactory(site=SiteFactory(affiliate=True))

    tell("night", now=timezone.now())

    [finding] = Finding.objects.all()
    assert (finding.kind, finding.subject) == ("misplaced", wrong.number)


def test_what_was_written_off_is_not_late_any_more():
    loan = Desk().lend(due=HOUR)
    reporter, now = somebody(), timezone.now()
    loss = losses.report(device=loan.device, by=reporter, holder=loan.person, last_had_at=None,
                         circumstances="川に落とした", with_keys=False, now=now)  # fmt: skip
    losses.write_off(loss=loss, note="捜索を終えた", by=somebody(), now=now)

    tell("night", now=now + 30 * DAY)

    assert not Finding.objects.filter(kind="loan_overdue").exists()
    assert loan.device.holds.filter(ends_at=None).exists()


def test_who_has_a_terminal_is_who_borrowed_it_also_when_it_is_late():
    loan = Desk().lend(due=HOUR)

    for at in (loan.due_at - HOUR / 2, loan.due_at + DAY):
        assert ask("terminal_holder", number=loan.device.number, at=at) == [loan.person_id]


def test_only_the_networks_side_shows_what_is_not_public():
    retailer = Device(number="R-1", terminal_class="retailer", can_show_non_public=True,
                      owner=CompanyFactory(affiliate=True))  # fmt: skip
    with pytest.raises(CannotEnter, match="非公開情報"):
        enter(device=retailer, by=somebody(), now=timezone.now())

    device = DeviceFactory(can_show_non_public=False)
    assert not device.is_as_it_says
    edit(device=device, changes={"can_show_non_public": True}, by=somebody(), now=timezone.now())
    device.refresh_from_db()
    assert device.is_as_it_says
    retailer.valid_from = timezone.now()
    with pytest.raises(IntegrityError, match="device_of_a_retailer"):
        retailer.save()


def wrong_rows():
    """Rows that no operation writes; each by the name of what refuses it."""
    now, device, one, other = timezone.now(), DeviceFactory(), somebody(), somebody()
    later, site = now + HOUR, SiteFactory()
    lost = {"device": device, "reported_by": one, "reported_at": now, "circumstances": "鞄"}
    return {
        "dispatch_is_received_by_somebody_else": Dispatch(
            device=device, to_site=site, sent_at=now, sent_by=one, ended_at=later, received_by=one
        ),
        "loss_is_found_by_somebody": Loss(**lost, found_at=later),
        "loss_is_closed_by_somebody_else": Loss(
            **lost, found_at=now, found_by=other, closed_at=later, closed_by=other,
            outcome="inspected",
        ),
        "device_is_one_by_its_serial": DeviceFactory.build(
            model="軽量機", maker_serial="1", owner=device.owner
        ),
    }  # fmt: skip


NAMES = (
    "dispatch_is_received_by_somebody_else", "loss_is_found_by_somebody",
    "loss_is_closed_by_somebody_else", "device_is_one_by_its_serial",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_database_refuses_what_no_operation_writes(name):
    DeviceFactory(model="軽量機", maker_serial="1")

    with pytest.raises(IntegrityError, match=name):
        wrong_rows()[name].save()


def test_a_range_that_is_none_is_refused_by_the_database():
    site = SiteFactory()

    with pytest.raises(Exception, match=r"10\.20\.0\.1/16"):
        Site.objects.filter(pk=site.pk).update(networks=["10.20.0.1/16"])


def test_one_loss_and_one_way_at_a_time():
    now, device, one = timezone.now(), DeviceFactory(), somebody()
    Dispatch.objects.create(device=device, to_site=SiteFactory(), sent_at=now, sent_by=one)

    with pytest.raises(IntegrityError, match="device_is_on_one_way_at_a_time"):
        Dispatch.objects.create(device=device, to_site=SiteFactory(), sent_at=now, sent_by=one)


def test_loans_without_a_due_day_are_never_late():
    Loan.objects.create(device=DeviceFactory(lent=True), person=somebody(),
                        starts_at=timezone.now() - 9 * DAY, ends_at=None)  # fmt: skip

    tell("night", now=timezone.now())

    assert not Finding.objects.exists()
