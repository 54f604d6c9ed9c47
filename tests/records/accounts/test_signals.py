"""Signs that an ID was lent become one finding a person and day, which names nobody."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from sekisho.accounts.signals import WORDS, Sign, signals
from sekisho.terms.days import day_in_japan, jst_day
from sekisho_links.accounts.places import BadPlaces, places
from sekisho_web.accounts.models import SignIn
from sekisho_web.accounts.operations import signals as operations
from sekisho_web.accounts.queries import signals as queries
from sekisho_web.campaigns.models import Finding
from tests.factories import PersonFactory, PostFactory, somebody

pytestmark = pytest.mark.django_db

NOW = jst_day(day_in_japan(timezone.now())) + timedelta(hours=12)
MINUTE = timedelta(minutes=1)


def signed_in(person, *, ago, device="D1", seen=None, address="10.1.0.7", holder=None):
    began = NOW - ago * MINUTE
    return SignIn.objects.create(
        person=person, began_at=began, seen_at=began if seen is None else NOW - seen * MINUTE,
        device=device, address=address, holder=holder,
    )  # fmt: skip


def found():
    return list(Finding.objects.filter(kind="lent_id").order_by("pk"))


@pytest.fixture(autouse=True)
def _places(monkeypatch, tmp_path):
    (tmp_path / "places.toml").write_text(
        '[places]\n"10.1.0.0/16" = "本店"\n"10.2.0.0/16" = "白浜支店"\n', encoding="utf-8"
    )
    monkeypatch.setattr(queries, "_places", lambda _: places(tmp_path))


def test_two_terminals_at_once_are_one_finding_that_names_nobody():
    person = somebody()
    signed_in(person, ago=10)
    signed_in(person, ago=8, device="D2")

    operations.look_at_the_last(person=person, now=NOW)

    [finding] = found()
    assert WORDS[Sign.TWO_DEVICES] in finding.sentence
    assert finding.subject == person.code
    assert not any(word in finding.sentence for word in (person.name, person.login, "D1", "10.1"))


def test_what_is_found_again_on_the_same_day_is_counted_and_not_opened_again():
    person = somebody()
    signed_in(person, ago=10)
    signed_in(person, ago=8, device="D2")
    operations.look_at_the_last(person=person, now=NOW)

    signed_in(person, ago=2, device="D1", address="10.2.0.7")
    operations.look_at_the_last(person=person, now=NOW)

    [finding] = found()
    assert finding.times == 2
    assert WORDS[Sign.TWO_PLACES] in finding.sentence


def test_what_was_told_is_not_told_again_by_a_sign_in_without_a_sign():
    person = somebody()
    signed_in(person, ago=100)
    signed_in(person, ago=98, device="D2")
    operations.look_at_the_last(person=person, now=NOW)
    signed_in(person, ago=20, device="D2")

    assert operations.look_at_the_last(person=person, now=NOW) == 0
    assert found()[0].times == 1


def test_another_day_is_another_finding():
    person, owner = somebody(), PersonFactory()
    signed_in(person, ago=13 * 60, holder=owner)
    signed_in(person, ago=60, holder=owner)

    operations.look_at_all(now=NOW)

    assert len(found()) == 2


def test_a_sign_in_while_on_leave_is_found_also_when_the_leave_is_learnt_late():
    person = PersonFactory()
    signed_in(person, ago=60)
    assert operations.look_at_all(now=NOW) == 0
    PostFactory(person=person, flags=["on_leave"])

    assert operations.look_at_all(now=NOW) == 1
    assert WORDS[Sign.ON_LEAVE] in found()[0].sentence


def test_on_leave_in_one_of_two_posts_is_no_sign():
    person = somebody()
    PostFactory(person=person, flags=["on_leave"], unit__sales=True, kind="concurrent")
    signed_in(person, ago=60)

    assert queries.of(person, now=NOW) == []


def test_an_ordinary_day_gives_no_sign():
    person = somebody()
    signed_in(person, ago=300, holder=person)
    signed_in(person, ago=100, holder=person)

    assert operations.look_at_the_last(person=person, now=NOW) == 0
    assert found() == []


def blind_to_terminals(stays):
    """A twin that forgets on which terminal somebody signed in."""
    return signals(replace(stay, device="") for stay in stays)


def blind_to_what_is_new(stays):
    """A twin that sees what was, and not what is."""
    return signals(stays[:-1])


@pytest.mark.parametrize("twin", [blind_to_terminals, blind_to_what_is_new])
def test_a_twin_that_sees_nothing_is_caught(twin, monkeypatch):
    person = somebody()
    signed_in(person, ago=10)
    signed_in(person, ago=8, device="D2")
    monkeypatch.setattr(operations, "signals_in", twin)

    operations.look_at_the_last(person=person, now=NOW)

    assert found() == []


def test_signals_of_a_person_take_two_queries(django_assert_num_queries):
    person = somebody()
    for n in range(30):
        signed_in(person, ago=n, device=f"D{n % 3}")

    with django_assert_num_queries(2):
        assert queries.of(person, now=NOW)


def test_places_that_cannot_be_read_name_the_file(tmp_path):
    (tmp_path / "places.toml").write_text('[places]\n"どこか" = "本店"\n', encoding="utf-8")

    with pytest.raises(BadPlaces, match=r"places\.toml"):
        places(tmp_path)
    assert places(tmp_path / "elsewhere") == {}
