import json
import re

import pytest
from django.utils import timezone

from sekisho.accounts.levels import Level
from sekisho_web.accounts.sessions import SessionStore
from sekisho_web.accounts.stepping_up import insufficient, refusal_below
from tests.factories import somebody

pytestmark = pytest.mark.django_db


def parameters(answer):
    scheme, _, rest = answer["WWW-Authenticate"].partition(" ")
    return scheme, dict(re.findall(r'(\w+)="([^"]*)"', rest))


@pytest.mark.parametrize(
    ("needs", "acr", "age"),
    [
        (Level.CARD, "sekisho:card+pw", None),
        (Level.FRESH, "sekisho:card+pw+fresh", "300"),
    ],
)
def test_a_program_is_told_which_proof_is_missing_and_how_fresh(needs, acr, age):
    answer = insufficient(needs=needs)

    scheme, told = parameters(answer)
    assert (answer.status_code, scheme) == (401, "Bearer")
    assert told["error"] == "insufficient_user_authentication"
    assert told["acr_values"] == acr
    assert told.get("max_age") == age
    assert json.loads(answer.content)["acr_values"] == acr


def asking(rf, *methods, age=0):
    request = rf.get("/")
    request.user, request.session = somebody(), SessionStore()
    at = timezone.now().timestamp() - age
    request.session["account_authentication_methods_user"] = str(request.user.pk)
    request.session["account_authentication_methods"] = [
        {"method": "password", "at": at} if method == "password"
        else {"method": "mfa", "type": "webauthn", "at": at, "id": 0}
        for method in methods
    ]  # fmt: skip
    return request


@pytest.mark.parametrize(
    ("methods", "age", "needs", "refused"),
    [
        ((), 0, Level.CARD, True),
        (("password",), 0, Level.CARD, True),
        (("password", "passkey"), 0, Level.CARD, False),
        (("password", "passkey"), 300, Level.FRESH, False),
        (("password", "passkey"), 301, Level.FRESH, True),
        (("passkey",), 0, Level.CARD, True),
    ],
)
def test_only_who_has_come_far_enough_is_let_through(rf, methods, age, needs, refused):
    request = asking(rf, *methods, age=age)

    answer = refusal_below(request, needs=needs, now=timezone.now())

    assert (answer is not None) is refused
    assert answer is None or answer.status_code == 401


def lets_the_password_through(request, *, needs, now):
    """A twin that asks only whether somebody is signed in."""
    return None if request.user.is_authenticated else insufficient(needs=needs)


def test_a_twin_that_asks_for_less_is_caught(rf):
    request = asking(rf, "password")

    assert lets_the_password_through(request, needs=Level.FRESH, now=timezone.now()) is None
    assert refusal_below(request, needs=Level.FRESH, now=timezone.now()).status_code == 401
