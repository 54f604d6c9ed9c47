"""The claims of terminals fall where what holds them is taken away: the tests can fail."""

from dataclasses import replace

import pytest
from django.db import IntegrityError
from django.utils import timezone

from sekisho.terminals.loans import CHECKS
from sekisho_web.accounts.models import Session
from sekisho_web.terminals.models import Loan
from sekisho_web.terminals.operations import counting, loans, losses
from sekisho_web.terminals.queries import here
from tests.factories import DeviceFactory, sign_in, somebody
from tests.factories.desk import DAY, Desk
from tests.factories.places import SiteFactory

pytestmark = pytest.mark.django_db
PAGE = "/accounts/sessions/"


def used_elsewhere(client):
    SiteFactory(affiliate=True, networks=["10.30.0.0/16"])
    sign_in(client)
    return client.get(PAGE, REMOTE_ADDR="10.30.1.1").status_code == 200 or Session.objects.exists()


def lent_unsigned(_client):
    desk, person, now = Desk(), somebody(), timezone.now()
    said = loans.to_lend(device=DeviceFactory(lent=True), person=person, by=desk.clerk,
                         due=now + DAY, now=now)  # fmt: skip
    signed = replace(desk.signed(said, person), proofs={})
    try:
        loans.lend(signed=signed, by=desk.clerk, now=now)
    except loans.CannotLend:
        return False
    return Loan.objects.exists()


def lost_and_used(client):
    device = DeviceFactory()
    sign_in(client, device=device)
    losses.report(device=device, by=somebody(), holder=None, circumstances="電車に忘れた",
                  last_had_at=None, with_keys=False, now=timezone.now())  # fmt: skip
    sign_in(client, device=device)
    return client.get(PAGE).status_code == 200


def nothing(*_args, **_kwargs):
    return None


def never(*_args, **_kwargs):
    return False


CLAIMS = {
    "相手方の場所": (used_elsewhere, here, "is_wrong_place", never),
    "二人の署名": (lent_unsigned, loans, "_check", nothing),
    "紛失": (lost_and_used, here, "_refusal", nothing),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_holds_and_falls_with_what_holds_it(client, monkeypatch, name):
    broken, module, held_by, twin = CLAIMS[name]
    assert not broken(client)

    Loan.objects.all().delete()
    client.cookies.clear()
    monkeypatch.setattr(module, held_by, twin)

    assert broken(client)


def test_where_the_rule_of_wiping_is_gone_the_database_still_refuses(monkeypatch):
    desk = Desk()
    loan = desk.take_back(desk.lend())
    monkeypatch.setattr(loans.rule, "refusal_to_wipe", nothing)

    with pytest.raises(IntegrityError, match="wiped_by_a_third"):
        loans.wipe(loan=loan, done=CHECKS, by=desk.clerk, now=timezone.now())


def test_where_the_rule_of_approval_is_gone_the_database_still_refuses(monkeypatch):
    person, site = somebody(), SiteFactory()
    device, now = DeviceFactory(site=site), timezone.now()
    unit = person.posts.get().unit
    one = counting.open_counting(kind="yearly", company=site.company, site=site, occasion="",
                                 due=now + DAY, by=person, now=now)  # fmt: skip
    counting.count(counting=one, texts=[device.number], place="", how="hand", by=person, now=now)
    counting.close(counting=one, by=person, unit=unit, now=now)
    monkeypatch.setattr(counting.rule, "refusal_to_approve", nothing)

    with pytest.raises(IntegrityError, match="approved_by_another_unit"):
        counting.approve(counting=one, by=somebody(), unit=unit, now=now)
