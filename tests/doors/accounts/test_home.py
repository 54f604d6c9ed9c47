"""Where the work on people and IDs begins."""

import pytest
from django.urls import reverse

from sekisho_web.accounts.models import Hold
from tests.factories import AccountFactory, HoldFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["it", "compliance", "audit"])
def test_three_posts_of_the_network_company_see_where_things_stand(client, who):
    sign_in(client, **{who: True})

    page = client.get(reverse("accounts:home")).content.decode()

    assert "人とID" in page
    assert "共有ID" in page


def test_whoever_answers_for_no_system_is_not_let_in(client):
    sign_in(client)

    assert client.get(reverse("accounts:home")).status_code == 403


def test_it_counts_what_is_open(client):
    account = AccountFactory()
    HoldFactory(person=account.person, reason=Hold.Reason.LOST)
    sign_in(client, compliance=True)

    standing = client.get(reverse("accounts:home")).context["standing"]

    assert (standing.alive, standing.holds, standing.shared) == (1, 1, 0)
