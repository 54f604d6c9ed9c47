"""Helpers see the least, in the declared districts only; a drill opens nothing that is real."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sekisho_links.policy.folders import shipped_policy
from sekisho_web.campaigns.models import Finding
from sekisho_web.grants.models import Emergency, EmergencyTerm, Grant, Supporter
from tests.doors.gate.people import enter
from tests.doors.gate.reading import headers, lines, same, soup
from tests.doors.gate.test_duties import REASON
from tests.factories import AccountFactory, DeviceFactory, PledgeFactory, sign_in
from tests.factories.people import AppointmentFactory, CompanyFactory, PostFactory, UnitFactory
from tests.factories.relief import HOUR
from tests.factories.uses import EmergencyFactory, LoanFactory, SupporterFactory
from tests.links.gate.worlds import AREAS, NETWORK

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gate")]

SCREEN = "/look/tk/130"
# AREAS stand in turn; every 41st record has none. A rival's each, so that no own customer helps.
INSIDE, OUTSIDE, ABSENT = 10, 11, 999_999


def search(client, number):
    """Say why, once in a use, and search for one pole."""
    if "理由" in client.get(SCREEN).text:
        client.post(SCREEN, REASON)
    answer = client.post(SCREEN, {"service_pole_no": pole_of(number)})
    assert answer.status_code == 302, soup(answer).main.text
    return client.get(answer["Location"])


def pole_of(record):
    return f"{shipped_policy().systems['takuso'].fields['service_pole_no'].example}{record:04d}"


def emergency():
    return Emergency.objects.get()


def test_inside_the_district_the_least_is_shown_and_no_name_of_a_retailer(client):
    enter(client, "災害応援")

    found = search(client, INSIDE)

    assert len(lines(found)) == 1
    assert "でんき" not in soup(found).main.text
    assert "エナジー" not in soup(found).main.text


def test_outside_the_district_a_record_is_like_a_number_that_does_not_exist(client):
    enter(client, "災害応援")

    outside, absent = search(client, OUTSIDE), search(client, ABSENT)

    assert outside.status_code == absent.status_code == 200
    assert same(outside) == same(absent)
    assert len(outside.content) == len(absent.content)
    assert headers(outside) == headers(absent)
    assert "該当する記録はありません" in outside.text


def test_another_emergency_opens_no_district_to_those_who_do_not_help_in_it(client):
    enter(client, "災害応援")
    now = timezone.now()
    EmergencyFactory(areas=[AREAS[2]], starts_at=now - HOUR, ends_at=now + HOUR)

    assert "該当する記録はありません" in search(client, OUTSIDE).text


def test_a_district_that_is_written_in_the_emergency_opens(client):
    enter(client, "災害応援")
    Emergency.objects.update(areas=[AREAS[2]])

    assert len(lines(search(client, OUTSIDE))) == 1
    assert "該当する記録はありません" in search(client, INSIDE).text


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda: EmergencyTerm.objects.update(cut_at=timezone.now()), id="解除"),
        pytest.param(lambda: Emergency.objects.update(systems=["callcenter"]), id="別のシステム"),
        pytest.param(lambda: Supporter.objects.update(ends_at=timezone.now()), id="応援の終わり"),
    ],
)
def test_without_an_emergency_in_effect_for_this_system_nothing_opens(client, spoil):
    enter(client, "災害応援")
    assert client.get(SCREEN).status_code == 200
    spoil()

    assert client.get(SCREEN).status_code == 403


def test_a_drill_at_a_real_record_is_refused_in_words_and_found_once(client):
    enter(client, "災害応援")
    drill()

    first, second = client.get(SCREEN), client.get(SCREEN)

    assert first.status_code == second.status_code == 403
    assert "訓練の許可では、実データを開けません" in first.text
    finding = Finding.objects.get(kind="drill_real")
    assert finding.times == 2
    assert emergency().code in finding.sentence


def test_where_every_record_is_invented_a_drill_shows_what_it_is_a_drill_of(client, settings):
    settings.SEKISHO_INVENTED = True
    enter(client, "災害応援")
    drill()

    assert len(lines(search(client, INSIDE))) == 1
    assert "該当する記録はありません" in search(client, OUTSIDE).text
    assert not Finding.objects.filter(kind="drill_real").exists()


def test_a_helper_uses_the_temporary_id_and_meets_own_customers_as_strangers(client):
    person = helper(client)

    found = search(client, 9)  # retail:R000, the helper's own company

    assert len(lines(found)) == 1
    assert "架空電力" not in soup(found).main.text
    assert person.accounts.filter(system="takuso").count() == 2


def test_who_has_a_terminal_in_hand_opens_nothing_in_the_own_hat(client):
    person = helper(client)
    device = DeviceFactory(terminal_class="retailer")
    sign_in(client, person, purpose="小売供給", device=device)

    page = client.get("/look/tk/120")

    assert page.status_code == 403
    assert "ほかの業務では使えません" in page.text


def drill():
    """Turn the emergency of the helper at the door into a drill."""
    now = timezone.now()
    Emergency.objects.update(kind="drill")
    Grant.objects.update(emergency=emergency(), valid_from=now - HOUR / 2, valid_to=now + 4 * HOUR)


def helper(client):
    """Sign somebody of the affiliate in who was called: a support post, a temporary ID."""
    now = timezone.now()
    person = enter(client, "関係小売営業")
    owner = CompanyFactory(code=NETWORK)
    one = EmergencyFactory(
        code="E27-01",
        owner=owner,
        areas=list(AREAS[:2]),
        starts_at=now - 2 * HOUR,
        ends_at=now + 60 * HOUR,
    )
    appointment = AppointmentFactory(
        person=person, employer=person.posts.get().unit.company, works_for=owner, kind="support"
    )
    PostFactory(
        person=person,
        unit=UnitFactory(code="N09-50", company=owner, kind="call_centre"),
        appointment=appointment,
        valid_from=now - HOUR,
        valid_to=one.ends_at,
    )
    hours = {"starts_at": now - HOUR, "ends_at": now + 7 * HOUR}
    SupporterFactory(
        emergency=one, person=person, appointment=appointment,
        starts_at=now - HOUR, ends_at=one.ends_at,
    )  # fmt: skip
    account = AccountFactory(
        code="E27-01-0001", person=person, appointment=appointment, kind="temporary",
        issued_at=now - HOUR, ends_at=one.ends_at, last_used_at=None,
    )  # fmt: skip
    Grant.objects.create(
        code="G-E27", person=person, appointment=appointment, works_for=owner, account=account,
        emergency=one, system="takuso", kind="period", purpose="非常災害対応",
        scope_areas=one.areas,
        valid_from=hours["starts_at"], valid_to=hours["ends_at"],
    )  # fmt: skip
    device = DeviceFactory(terminal_class="lent", can_show_non_public=True)
    LoanFactory(device=device, person=person, occasion=one.code, due_at=hours["ends_at"], **hours)
    PledgeFactory(person=person, subject=one.code, at=now - timedelta(minutes=5))
    sign_in(client, person, purpose="非常災害対応", relief=one.code, device=device)
    use = client.session["use"]
    session = client.session
    session["use"] = {**use, "post": appointment.pk}
    session.save()
    return person
