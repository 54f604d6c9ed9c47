"""誓約: read, ticked, signed or refused by oneself; seen by the second line of the own company."""

import json
from hashlib import sha256

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sekisho_web.campaigns.models import Finding, Pledge
from sekisho_web.campaigns.wording import template
from tests.factories import PostFactory, UnitFactory, sign_in, somebody
from tests.factories.passkeys import Passkey
from tests.factories.people import OfficerFactory
from tests.factories.pledges import PledgeFactory
from tests.factories.uses import EmergencyFactory, SupporterFactory

pytestmark = pytest.mark.django_db
HERE = reverse("campaigns:pledges")
CLAUSES = {f"clause{n}": "on" for n in range(1, len(template("disaster_relief").clauses) + 1)}


def at(name, code="E900"):
    return reverse(f"campaigns:{name}", args=["disaster_relief", code])


def helper(code="E900", unit=None):
    person = somebody(unit=unit) if unit else somebody(sales=True)
    now = timezone.now()
    emergency = EmergencyFactory(
        code=code, starts_at=now - timezone.timedelta(hours=1),
        ends_at=now + timezone.timedelta(hours=60),
    )  # fmt: skip
    SupporterFactory(
        emergency=emergency, person=person, starts_at=now - timezone.timedelta(hours=1),
        ends_at=now + timezone.timedelta(hours=60),
    )  # fmt: skip
    return person


def page_of(response):
    return BeautifulSoup(response.content, "html.parser")


def read(client):
    return client.post(at("pledge_read"))


def answer(client, key, **typed):
    asked = client.get(at("pledge_sign")).context["js_data"]["request_options"]
    return client.post(at("pledge_sign"), {"credential": json.dumps(key.get(asked)), **typed})


def test_the_helper_reads_ticks_and_signs_on_the_lent_terminal_without_a_hat(client):
    person = helper()
    key = Passkey(person)
    sign_in(client, person, hat=False)

    assert "災害応援の誓約" in client.get(HERE).text
    assert "台風第8号の復旧" in client.get(at("pledge_read")).text
    assert read(client).url == at("pledge_sign")
    said = answer(client, key, **CLAUSES)

    made = Pledge.objects.get()
    assert said.url == reverse("campaigns:pledge", args=[made.pk])
    page = client.get(said.url)
    assert "この文に、本人の認証器で署名されています" in page.text
    assert made.text_sha256 in page.text
    listed = client.get(HERE).text
    assert "いま署名するものはありません" in listed
    assert listed.count("災害応援の誓約") == 1


def test_the_clauses_are_not_reached_before_the_end_of_the_words(client):
    sign_in(client, helper())

    assert client.get(at("pledge_sign")).url == at("pledge_read")
    read(client)
    assert client.get(at("pledge_sign")).status_code == 200


@pytest.mark.parametrize("left", ["clause1", "clause5"])
def test_with_one_clause_unticked_nothing_is_signed(client, left):
    person = helper()
    key = Passkey(person)
    sign_in(client, person)
    read(client)

    said = answer(client, key, **{name: on for name, on in CLAUSES.items() if name != left})

    assert said.status_code == 422
    assert "条項の確かめが足りません" in said.text
    ticked = page_of(said).select("input[type=checkbox][checked]")
    assert len(ticked) == len(CLAUSES) - 1
    assert not Pledge.objects.exists()


def test_the_key_of_another_signs_nothing_and_an_answer_counts_once(client):
    person = helper()
    key = Passkey(person)
    sign_in(client, person)
    read(client)

    assert answer(client, Passkey(somebody()), **CLAUSES).status_code == 422
    asked = client.get(at("pledge_sign")).context["js_data"]["request_options"]
    typed = {"credential": json.dumps(key.get(asked)), **CLAUSES}
    assert client.post(at("pledge_sign"), typed).status_code == 302
    read(client)
    client.get(at("pledge_sign"))
    assert client.post(at("pledge_sign"), typed).status_code == 422
    assert Pledge.objects.count() == 1


def test_to_sign_and_to_refuse_ask_for_a_fresh_proof(client):
    person = helper()
    sign_in(client, person, proof=1_000)
    read(client)

    for name in ("pledge_sign", "pledge_refuse"):
        assert "/again/" in client.get(at(name)).url


def test_a_refusal_is_kept_with_its_reason_and_found_by_the_second_line(client):
    person = helper()
    sign_in(client, person)

    assert client.post(at("pledge_refuse"), {"reason": ""}).status_code == 422
    said = client.post(at("pledge_refuse"), {"reason": "条項3に同意できません"})

    assert "条項3に同意できません" in client.get(said.url).text
    assert Finding.objects.get().kind == "pledge_refused"
    assert "拒否" in client.get(HERE).text


@pytest.mark.parametrize(
    "address",
    [
        at("pledge_read", "E999"),
        reverse("campaigns:pledge_read", args=["nothing", "E900"]),
        reverse("campaigns:pledge_read", args=["onboarding", "999999"]),
        reverse("campaigns:pledge_read", args=["system_user", "E900"]),
    ],
)
def test_what_is_not_one_s_own_is_not_there(client, address):
    sign_in(client, helper())

    assert client.get(address).status_code == 404


def test_another_s_pledge_is_there_for_the_second_line_of_their_company_only(client):
    mine = PledgeFactory(person=somebody())
    strangers = PledgeFactory(person=somebody(sales=True))
    address = reverse("campaigns:pledge", args=[mine.pk])

    sign_in(client, somebody())
    assert client.get(address).status_code == 404
    sign_in(client, mine.person)
    assert client.get(address).status_code == 200
    sign_in(client, compliance=True)
    assert client.get(address).status_code == 200
    assert client.get(reverse("campaigns:pledge", args=[strangers.pk])).status_code == 404
    given = client.get(reverse("campaigns:pledges_given"))
    assert mine.person.code in given.text
    assert strangers.person.code not in given.text


def test_a_helper_of_the_retailer_is_seen_while_they_work_for_the_network(client):
    person = helper()
    PostFactory(person=person, kind="support", unit=UnitFactory())
    sign_in(client, compliance=True)

    page = client.get(reverse("campaigns:pledges_missing"))

    assert person.code in page.text
    assert "端末の貸与も利用許可も始まりません" in page.text


@pytest.mark.parametrize("name", ["pledges_given", "pledges_missing"])
@pytest.mark.parametrize("who", [{}, {"sales": True}])
def test_the_lists_are_for_those_who_watch(client, name, who):
    sign_in(client, **who)

    assert client.get(reverse(f"campaigns:{name}")).status_code == 403


@pytest.mark.parametrize("name", ["pledges_given", "pledges_missing"])
def test_the_lists_take_as_many_queries_for_three_as_for_thirty(client, name):
    sign_in(client, compliance=True)

    def queries(n):
        for _ in range(n):
            person = somebody()
            PledgeFactory(person=person)
            SupporterFactory(person=person, ends_at=timezone.now() + timezone.timedelta(1))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(f"campaigns:{name}"))
        return len(asked)

    client.get(reverse(f"campaigns:{name}"))
    assert queries(3) == queries(27)


# Paper ------------------------------------------------------------------------------------------


@pytest.fixture
def officer(client):
    person = somebody()
    OfficerFactory(post=person.posts.get())
    sign_in(client, person)
    return person


DESK = reverse("campaigns:pledge_desk")


def on_paper(person):
    return reverse("campaigns:pledge_paper", args=[person.pk, "disaster_relief", "E900"])


def test_an_officer_takes_on_paper_what_somebody_without_a_key_signed(client, officer):
    person = helper(unit=UnitFactory(code="N09-77"))

    found = client.get(DESK, {"number": person.code})
    assert on_paper(person) in found.text
    opened = client.get(on_paper(person))
    assert opened.status_code == 200
    assert "直すところ" not in opened.text
    sheet = SimpleUploadedFile("紙.pdf", b"%PDF signed", "application/pdf")
    said = client.post(on_paper(person), {"scan": sheet})

    assert said.status_code == 302
    made = Pledge.objects.get()
    assert made.scan_sha256 == sha256(b"%PDF signed").hexdigest()
    assert made.witness == officer


def test_whoever_has_a_key_signs_by_themselves(client, officer):
    person = helper(unit=UnitFactory(code="N09-77"))
    Passkey(person)

    assert "認証器があります" in client.get(DESK, {"number": person.code}).text
    sheet = SimpleUploadedFile("紙.pdf", b"%PDF signed", "application/pdf")
    assert client.post(on_paper(person), {"scan": sheet}).status_code == 422
    assert not Pledge.objects.exists()


def test_people_of_another_company_and_an_empty_sheet_are_refused(client, officer):
    stranger = helper()
    own = helper("E901", unit=UnitFactory(code="N09-77"))

    assert "見つかりません" in client.get(DESK, {"number": stranger.code}).text
    assert client.get(on_paper(stranger)).status_code == 404
    address = reverse("campaigns:pledge_paper", args=[own.pk, "disaster_relief", "E901"])
    assert client.post(address, {}).status_code == 422


def test_the_desk_is_for_those_who_know_people_in_person(client):
    sign_in(client)

    assert client.get(DESK).status_code == 403
