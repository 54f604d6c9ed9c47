"""Whose address is recorded and counted, with a proxy of ours before the site and without."""

import pytest
from axes.helpers import get_client_ip_address
from django.urls import reverse

from sekisho_web.accounts.adapter import Adapter
from sekisho_web.frame.addresses import client_address
from sekisho_web.frame.middleware import from_its_client
from tests.doors.ledger import reading as ledger
from tests.factories import sign_in

PROXY, CLIENT, CLAIMED = "10.0.0.1", "192.0.2.7", "203.0.113.9"


def asked(rf, forwarded):
    return rf.get("/", REMOTE_ADDR=PROXY, headers={"X-Forwarded-For": forwarded})


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        pytest.param(CLIENT, CLIENT, id="一つ"),
        pytest.param(f"{CLAIMED}, {CLIENT}", CLIENT, id="客が書いたものが前にある"),
        pytest.param("2001:db8::7", "2001:db8::7", id="v6"),
        pytest.param("unknown", PROXY, id="住所でない"),
        pytest.param("", PROXY, id="空"),
    ],
)
def test_behind_our_proxy_the_last_entry_counts(rf, settings, forwarded, address):
    settings.SEKISHO_PROXY = True
    request = asked(rf, forwarded)

    assert client_address(request) == address
    assert Adapter(request).get_client_ip(request) == address
    assert get_client_ip_address(request) == address


def test_without_a_proxy_no_header_counts(rf, settings):
    request = asked(rf, CLIENT)

    assert client_address(request) == PROXY
    assert get_client_ip_address(request) == PROXY


def test_all_that_asks_for_the_address_later_gets_the_clients(rf, settings):
    settings.SEKISHO_PROXY = True
    request = asked(rf, f"{CLAIMED}, {CLIENT}")

    from_its_client(lambda _: None)(request)

    assert request.META["REMOTE_ADDR"] == client_address(request) == CLIENT


@pytest.mark.django_db
@pytest.mark.parametrize(("proxy", "address"), [(True, CLIENT), (False, PROXY)])
def test_a_look_is_recorded_with_the_address_of_the_client(client, settings, proxy, address):
    settings.SEKISHO_PROXY = proxy
    sign_in(client)

    page = client.get(
        reverse("gate:screen", args=["tk", "999"]),
        REMOTE_ADDR=PROXY,
        headers={"X-Forwarded-For": f"{CLAIMED}, {CLIENT}"},
    )

    (details,) = ledger.details(page["X-Sekisho-Record"])
    assert details["address"] == address


@pytest.mark.django_db
def test_a_limit_is_one_clients_and_not_everybodys(client, settings):
    settings.SEKISHO_PROXY = True

    def number(address):
        return client.post(
            reverse("terminals:register"),
            {"number": "1" * 12},
            REMOTE_ADDR=PROXY,
            headers={"X-Forwarded-For": address},
        ).status_code

    assert [number(CLIENT) for _ in range(11)][-1] == 429
    assert number(CLAIMED) == 422
