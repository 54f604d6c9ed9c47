"""Choosing the hat and the purpose."""

import pytest
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts.signed_in import viewer_of
from tests.factories import PostFactory, UnitFactory, sign_in

pytestmark = pytest.mark.django_db


def choose(client, person, *, purpose, relief="", **more):
    hat = f"{person.posts.order_by('pk')[0].appointment_id}:{relief}"
    return client.post(reverse("grants:start"), {"hat": hat, "purpose": purpose, **more})


def test_the_chosen_purpose_stands_in_the_header(client):
    person = sign_in(client, hat=False)

    response = choose(client, person, purpose="停電保安")

    assert response.status_code == 302
    assert "送配電託送・停電保安" in client.get(reverse("accounts:factors")).content.decode()


def test_the_session_gets_a_new_key_with_a_new_purpose(client):
    person = sign_in(client, hat=False)
    before = client.session.session_key

    choose(client, person, purpose="託送供給等")

    assert client.session.session_key != before


def test_one_goes_on_where_one_was_going(client):
    person = sign_in(client, hat=False)

    response = choose(client, person, purpose="託送供給等", next="/policy/?system=takuso")

    assert response["Location"] == "/policy/?system=takuso"


@pytest.mark.parametrize("purpose", ["小売供給", "営業提案", "何でも"])
def test_a_purpose_that_the_post_does_not_have_is_refused(client, purpose):
    person = sign_in(client, hat=False)

    response = choose(client, person, purpose=purpose)

    assert response.status_code == 422
    assert "直すところがあります" in response.content.decode()


def test_a_purpose_of_the_other_hat_is_refused_with_the_ones_that_fit(client):
    person = sign_in(client, hat=False)
    PostFactory(person=person, unit=UnitFactory(sales=True), kind="concurrent")

    response = choose(client, person, purpose="小売供給")

    assert response.status_code == 422
    assert "「送配電託送」の業務では「小売供給」を選べません" in response.content.decode()


def test_a_post_of_another_person_is_no_hat(client):
    person = sign_in(client, hat=False)
    other = PostFactory()

    response = client.post(
        reverse("grants:start"), {"hat": f"{other.appointment_id}:", "purpose": "託送供給等"}
    )

    assert response.status_code == 422
    assert person.posts.count() == 1


def test_nothing_chosen_is_asked_for_by_name(client):
    sign_in(client, hat=False)

    page = client.post(reverse("grants:start"), {}).content.decode()

    assert "「業務」を選んでください。" in page
    assert "「利用目的」を選んでください。" in page


def test_relief_without_a_roster_is_no_hat(client):
    person = sign_in(client, hat=False, sales=True)

    response = choose(client, person, purpose="非常災害対応", relief="E-1")

    assert response.status_code == 422


def test_the_start_of_use_is_entered_in_the_ledger_or_does_not_happen(client, monkeypatch):
    person = sign_in(client, hat=False)

    def failing(**_):
        raise OSError("no room in the ledger")

    monkeypatch.setattr("sekisho_web.ledger.operations.append", failing)

    with pytest.raises(OSError, match="ledger"):
        choose(client, person, purpose="託送供給等")

    monkeypatch.undo()
    assert client.get("/policy/")["Location"].startswith(
        (reverse("grants:start"), reverse("account_login"))
    )


def wearing(client, **unit_traits):
    """Return somebody who wears the hat of their main post, with a second post to change to."""
    person = sign_in(client, hat=False)
    PostFactory(person=person, unit=UnitFactory(sales=True), kind="concurrent")
    post = person.posts.order_by("pk")[0]
    purpose = viewer_of(post).purpose
    answer = client.post(
        reverse("grants:start"), {"hat": f"{post.appointment_id}:", "purpose": purpose}
    )
    assert answer.status_code == 302
    return person


def put_on(client, person, number):
    post = person.posts.order_by("pk")[number]
    purpose = viewer_of(post).purpose
    return client.post(
        reverse("grants:start"), {"hat": f"{post.appointment_id}:", "purpose": purpose}
    )


def hat_worn(client):
    return client.session["use"]["post"]


def prove(client):
    session = client.session
    records = session["account_authentication_methods"]
    records.append({**records[-1], "at": timezone.now().timestamp()})
    session["account_authentication_methods"] = records
    session.save()


def test_another_hat_asks_for_the_card_again_and_begins_under_a_new_key(client):
    person = wearing(client)
    before, key = hat_worn(client), client.session.session_key

    asked = put_on(client, person, 1)
    assert asked["Location"].startswith(reverse("mfa_reauthenticate_webauthn"))
    assert hat_worn(client) == before
    prove(client)
    put_on(client, person, 1)

    assert hat_worn(client) != before
    assert client.session.session_key != key


def test_the_same_hat_asks_for_nothing_more(client):
    person = wearing(client)

    assert not put_on(client, person, 0)["Location"].startswith(
        reverse("mfa_reauthenticate_webauthn")
    )


def test_one_proof_does_not_serve_for_two_changes(client):
    person = wearing(client)
    prove(client)
    put_on(client, person, 1)

    back = put_on(client, person, 0)

    assert back["Location"].startswith(reverse("mfa_reauthenticate_webauthn"))


def test_a_twin_that_lets_one_proof_serve_for_both_hats_is_caught(client, monkeypatch):
    person = wearing(client)
    before = hat_worn(client)
    monkeypatch.setattr("sekisho_web.grants.views.start.must_prove_for", lambda *_, **__: False)

    put_on(client, person, 1)

    assert hat_worn(client) != before
