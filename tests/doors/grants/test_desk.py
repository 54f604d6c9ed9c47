"""貸出窓口: one screen for one helper; card, terminal, both sign; and what is refused is said."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sekisho.terminals.labels import text_of
from sekisho.terms.days import JST
from sekisho_web.accounts.models import Account
from sekisho_web.grants.models import Request, Supporter
from sekisho_web.terminals.models import Loan
from tests.factories.passkeys import Passkey
from tests.factories.people import AccountFactory, PostFactory, UnitFactory
from tests.factories.relief import Relief
from tests.factories.signed_in import sign_in, somebody
from tests.factories.uses import DeviceFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def relief():
    return Relief()


@pytest.fixture(autouse=True)
def clerk(client, relief):
    person = sign_in(client, somebody(unit=relief.unit))
    person.key = Passkey(person)
    return person


def door(name, *args):
    return reverse(f"grants:{name}", args=args)


def lend(client, relief, **said):
    return client.post(door("lend", relief.code), said)


def sign(client, url, key):
    asked = client.get(url).context["js_data"]["request_options"]
    return client.post(url, {"act": "sign", "credential": json.dumps(key.get(asked))})


def handed_out(client, relief, clerk, one, device):
    lend(client, relief, read=one.person.code)
    lend(client, relief, read=text_of(device.number))
    sign(client, door("lend", relief.code), clerk.key)
    one.key = Passkey(one.person)
    return sign(client, door("lend", relief.code), one.key)


def test_card_terminal_two_signatures_and_the_terminal_is_out(client, relief, clerk):
    one, device = relief.ready(), DeviceFactory(lent=True)

    response = handed_out(client, relief, clerk, one, device)

    loan = Loan.objects.get()
    assert response.url == door("lend", relief.code)
    assert (loan.person, loan.device, loan.lent_by) == (one.person, device, clerk)
    page = client.get(response.url).content.decode()
    assert f"端末 {device.number} を渡しました" in page
    assert 'aria-current="step">社員証' in page


def test_and_it_comes_back_by_its_label_with_two_signatures(client, relief, clerk):
    one, device = relief.ready(), DeviceFactory(lent=True)
    handed_out(client, relief, clerk, one, device)

    client.post(door("take_back"), {"read": text_of(device.number), "condition": "角に傷"})
    assert "角に傷" in client.get(door("take_back")).content.decode()
    sign(client, door("take_back"), clerk.key)
    sign(client, door("take_back"), one.key)

    loan = Loan.objects.get()
    assert loan.returned_at is not None
    assert (loan.returned_to, loan.condition) == (clerk, "角に傷")


def test_without_the_helpers_own_key_nothing_is_handed_out(client, relief, clerk):
    one = relief.ready()
    lend(client, relief, read=one.person.code)
    lend(client, relief, read=text_of(DeviceFactory(lent=True).number))
    sign(client, door("lend", relief.code), clerk.key)

    page = client.get(door("lend", relief.code)).content.decode()
    response = client.post(door("lend", relief.code), {"act": "sign", "credential": "{}"})

    assert "鍵が登録されていません" in page
    assert response.status_code == 422
    assert "署名を確かめられませんでした" in response.content.decode()
    assert not Loan.objects.exists()


def test_a_terminal_that_is_out_is_not_lent_twice(client, relief, clerk):
    device, first, second = DeviceFactory(lent=True), relief.ready(), relief.ready()
    handed_out(client, relief, clerk, first, device)

    lend(client, relief, read=second.person.code)
    response = lend(client, relief, read=text_of(device.number))

    assert response.status_code == 422
    assert "貸与中" in response.content.decode()
    assert "返却を受け付けてください" in response.content.decode()
    assert Loan.objects.count() == 1


def test_what_is_missing_is_said_in_place_of_the_ceremony(client, relief, clerk):
    (one,) = relief.called()
    lend(client, relief, read=one.person.code)
    lend(client, relief, read=text_of(DeviceFactory(lent=True).number))

    page = client.get(door("lend", relief.code)).content.decode()

    assert "承認された勤務がありません" in page
    assert "data-passkey" not in page


@pytest.mark.parametrize(
    ("step", "typed", "reason"),
    [
        (0, "12345", "招集されている人ではありません"),
        (1, "ない端末", "台帳にない端末です"),
        (1, "SKT.D99999.00", "読み"),
    ],
    ids=["知らない社員証", "知らない端末", "読み違い"],
)
def test_what_was_read_wrongly_is_said(client, relief, step, typed, reason):
    if step:
        lend(client, relief, read=relief.ready().person.code)

    response = lend(client, relief, read=typed)

    assert response.status_code == 422
    assert reason in response.content.decode()


def test_nobody_stands_in_an_address(client, relief, clerk):
    one = relief.ready()

    response = lend(client, relief, read=one.person.code)

    assert response.url == door("lend", relief.code)
    assert one.person.code not in response.url


def test_the_next_person_begins_from_the_start(client, relief, clerk):
    lend(client, relief, read=relief.ready().person.code)

    lend(client, relief, act="again")

    assert 'aria-current="step">社員証' in client.get(door("lend", relief.code)).content.decode()


def test_helpers_are_called_from_the_roster(client, relief, clerk):
    people = [relief.listed(), relief.listed()]

    response = client.post(
        door("call_out", relief.code),
        {"people": [one.pk for one in people], "unit": relief.unit.pk},
    )

    assert response.url == door("helpers", relief.code)
    assert Supporter.objects.count() == Account.objects.filter(kind="temporary").count() == 2
    page = client.get(response.url).content.decode()
    assert "2 人を招集し" in page
    assert "E27-01-0002" in page


def test_all_who_may_be_called_are_called_at_once(client, relief, clerk):
    relief.listed()
    relief.listed(removed_at=timezone.now())
    two_hats = relief.listed()
    PostFactory(person=two_hats, unit=relief.unit, kind="concurrent")

    client.post(door("call_out", relief.code), {"everybody": "on", "unit": relief.unit.pk})

    assert Supporter.objects.count() == 1


def test_a_helper_with_two_hats_is_refused_in_words_in_their_line(client, relief, clerk):
    both = relief.listed()
    PostFactory(person=both, unit=relief.unit, kind="concurrent")

    response = client.post(
        door("call_out", relief.code), {"people": [both.pk], "unit": relief.unit.pk}
    )

    assert response.status_code == 422
    assert "帽子が二つになります" in response.content.decode()
    assert not Supporter.objects.exists()


def test_a_shift_that_is_too_long_is_refused_and_what_was_typed_stays(client, relief, clerk):
    (one,) = relief.called()

    response = client.post(
        door("shift", relief.code),
        {
            "people": [one.person_id],
            "ends": local(relief.now + 13 * HOUR),
            "reason": "第1コールセンターで停電の受付をするため",
        },
    )

    assert response.status_code == 422
    assert "12時間より長く" in response.content.decode()
    assert "停電の受付をするため" in response.content.decode()
    assert not Request.objects.exists()


def test_another_companys_emergency_is_not_there(client, relief):
    sign_in(client, sales=True)
    assert client.get(door("helpers", relief.code)).status_code == 403

    sign_in(client, somebody(unit=UnitFactory(code="N10-01", company__code="N10", kind="it")))
    assert client.get(door("helpers", relief.code)).status_code == 404


@pytest.mark.parametrize("name", ["desk", "take_back"])
def test_the_desk_opens_for_its_people_only(client, relief, clerk, name):
    assert client.get(door(name)).status_code == 200
    sign_in(client, sales=True)
    assert client.get(door(name)).status_code == 403


def test_the_desk_says_what_is_where(client, relief, clerk):
    handed_out(client, relief, clerk, relief.ready(), DeviceFactory(lent=True))

    page = client.get(door("desk")).content.decode()

    assert "台風第8号" in page
    assert "発動中" in page
    assert "端末を持って勤務中 1 人" in page


def local(at):
    return at.astimezone(JST).strftime("%Y-%m-%dT%H:%M")


def test_an_account_of_ones_own_is_no_temporary_id(client, relief, clerk):
    (one,) = relief.called()
    AccountFactory(person=one.person)

    page = client.get(door("helpers", relief.code)).content.decode()

    assert "E27-01-0001" in page
    assert "TK" not in page.split("<table")[1]


@pytest.mark.parametrize("worn", [None, "E27-01"], ids=["ふつうの帽子", "応援の帽子"])
def test_the_post_of_a_helper_opens_nothing_of_the_unit_they_help(client, relief, worn):
    one = relief.ready()
    sign_in(client, one.person, relief=worn)
    session = client.session
    session["use"] = {**session["use"], "post": one.appointment_id}
    session.save()

    response = client.get(door("desk"))

    if worn is None:  # no such hat: another one is to be chosen
        assert response.status_code == 302
        assert response.url.startswith(reverse("grants:start"))
    else:
        assert response.status_code == 403
