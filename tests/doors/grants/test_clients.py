"""A system that is opened by OpenID Connect gets its id and its secret, once."""

import pytest
from allauth.idp.oidc.models import Client
from bs4 import BeautifulSoup
from django.urls import reverse

from sekisho_web.accounts.models import System
from tests.doors.grants.launched import system
from tests.factories import sign_in

pytestmark = pytest.mark.django_db
BACK = "https://kessai.example/back"


def register(client, *, redirect=BACK, key="kessai"):
    return client.post(reverse("grants:client", args=[key]), {"redirect": redirect})


def test_the_secret_is_shown_once_and_kept_nowhere(client):
    system("kessai", opens_by="oidc")
    sign_in(client, it=True)

    answer = register(client)

    shown = [dd.text for dd in BeautifulSoup(answer.content, "html.parser").select("dd.secret")]
    made = Client.objects.get()
    assert shown[0] == made.pk == System.objects.get(key="kessai").client_id
    assert made.check_secret(shown[1])
    assert shown[1] not in str(vars(made))
    assert answer["Cache-Control"] == "no-store"
    assert (made.get_redirect_uris(), made.get_scopes()) == ([BACK], ["openid"])
    page = client.get(reverse("grants:client", args=["kessai"])).content.decode()
    assert made.pk in page
    assert shown[1] not in page


def test_a_new_secret_makes_the_old_one_void(client):
    system("kessai", opens_by="oidc")
    sign_in(client, it=True)
    register(client)
    old = System.objects.get(key="kessai").client_id

    register(client)

    assert Client.objects.count() == 1
    assert not Client.objects.filter(pk=old).exists()


@pytest.mark.parametrize(
    ("opens_by", "redirect", "reason"),
    [
        pytest.param("link", BACK, "OpenID Connectで開くシステムではありません", id="別の開き方"),
        pytest.param("oidc", "http://kessai.example/", "https://", id="TLSのない戻り先"),
        pytest.param("oidc", "https://*.example/", "https://", id="どこでもよい戻り先"),
    ],
)
def test_what_may_not_be_registered_is_refused_in_words(client, opens_by, redirect, reason):
    system("kessai", opens_by=opens_by)
    sign_in(client, it=True)

    answer = register(client, redirect=redirect)

    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert not Client.objects.exists()


def test_nobody_else_registers_a_client(client):
    system("kessai", opens_by="oidc")
    sign_in(client)

    assert register(client).status_code == 403


def test_another_way_of_opening_forgets_the_client(client):
    system("kessai", opens_by="oidc")
    sign_in(client, it=True)
    register(client)
    edit = reverse("accounts:edit_system", args=["kessai"])
    told = {
        "name": "決裁の系", "state": "in_use", "controlled_by": ["log_only"],
        "dormancy_months": 6, "opens_by": "link", "address": "https://kessai.example/",
    }  # fmt: skip

    assert client.post(edit, told).status_code == 302

    found = System.objects.get(key="kessai")
    assert (found.opens_by, found.client_id) == ("link", "")
