"""A pledge is one row and one entry, over the very words that were laid, and stays."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from allauth.core import context
from django.utils import timezone

from sekisho.campaigns.pledges import State
from sekisho_web.accounts import signing
from sekisho_web.accounts.models import Hold
from sekisho_web.campaigns.models import Finding, Pledge
from sekisho_web.campaigns.operations import pledging, unpledged
from sekisho_web.campaigns.operations.pledging import CannotPledge
from sekisho_web.campaigns.queries import pledges as queries
from sekisho_web.campaigns.queries.wanted import wanted
from sekisho_web.campaigns.wording import template
from tests.factories import NOON, AccountFactory, PersonFactory, PostFactory, UnitFactory, somebody
from tests.factories.passkeys import Passkey
from tests.factories.people import LONG_AGO, SystemFactory
from tests.factories.pledges import PledgeFactory
from tests.factories.uses import EmergencyFactory, LoanFactory, SupporterFactory
from tests.records.accounts.around import FORBIDDEN, refused, sql

pytestmark = pytest.mark.django_db
RELIEF = template("disaster_relief")
EVERY = len(RELIEF.clauses)


@pytest.fixture(autouse=True)
def _site(rf):
    with context.request_context(rf.get("/", secure=True, HTTP_HOST="testserver")):
        yield


def helper(code="E900"):
    person = somebody(sales=True)
    SupporterFactory(emergency=EmergencyFactory(code=code), person=person)
    return person


def subject(person, code="E900"):
    return queries.subject_of(person=person, template=RELIEF, ref=code)


def sign(person, *, key=None, laid=None, ticked=EVERY, read=True, about=None, words=RELIEF):
    about = about or subject(person)
    now = timezone.now()
    laid = laid or pledging.statement_of(person=person, template=words, subject=about, now=now)
    key = key or Passkey(person)
    proof = signing.signed(person, laid.digest, key.answer(laid.digest))
    return pledging.sign(
        person=person, template=words, subject=about, statement=laid, proof=proof,
        ticked=ticked, read=read, now=now,
    )  # fmt: skip


def state(person, code="E900"):
    return queries.pledge_state(
        person=person.pk, template="disaster_relief", subject=code, at=timezone.now()
    )


def test_who_signs_is_held_to_the_words_that_were_laid_before_them():
    person = helper()
    assert state(person) is State.MISSING

    made = sign(person)

    assert state(person) is State.VALID
    assert "台風第8号" in made.text
    assert made.text_sha256 == sha256(made.text.encode()).hexdigest()
    signing.verify(made.proof, bytes(made.digest))
    assert signing.is_bound(made.proof, person)
    assert made.entry


def test_it_is_not_signed_before_the_end_nor_with_a_clause_left_out():
    person = helper()

    with pytest.raises(CannotPledge, match="最後まで"):
        sign(person, read=False)
    with pytest.raises(CannotPledge, match="条項"):
        sign(person, ticked=EVERY - 1)
    assert state(person) is State.MISSING


def test_a_signature_over_other_words_or_of_another_person_is_none():
    person, other = helper(), somebody()
    about, now = subject(person), timezone.now()
    laid = pledging.statement_of(person=person, template=RELIEF, subject=about, now=now)
    touched = replace(laid, text="0" * 64)

    with pytest.raises(CannotPledge):
        sign(person, laid=touched)
    with pytest.raises(CannotPledge):
        sign(person, laid=replace(laid, person=other.code))
    with pytest.raises(CannotPledge):
        sign(person, laid=replace(laid, valid_until="2099-01-01T00:00:00+09:00"))
    proof = signing.signed(other, laid.digest, Passkey(other).answer(laid.digest))
    with pytest.raises(CannotPledge):
        pledging.sign(
            person=person, template=RELIEF, subject=about, statement=laid, proof=proof,
            ticked=EVERY, read=True, now=now,
        )  # fmt: skip
    assert not Pledge.objects.exists()


def test_one_signature_is_taken_once():
    person = helper()
    key, about = Passkey(person), subject(person)
    laid = pledging.statement_of(person=person, template=RELIEF, subject=about, now=timezone.now())
    sign(person, key=key, laid=laid)

    with pytest.raises(CannotPledge, match="もう受け取って"):
        sign(person, key=key, laid=laid)


def test_nobody_signs_about_what_is_not_theirs():
    stranger = somebody()
    other = AccountFactory()

    assert queries.subject_of(person=stranger, template=RELIEF, ref="E900") is None
    words = template("system_user")
    assert queries.subject_of(person=stranger, template=words, ref=str(other.pk)) is None
    assert queries.subject_of(person=stranger, template=words, ref="1 OR 1=1") is None
    leaving = template("transfer_out")
    post = str(somebody().posts.get().appointment_id)
    assert queries.subject_of(person=stranger, template=leaving, ref=post) is None


def test_a_refusal_stays_and_goes_to_the_second_line_and_can_still_be_signed():
    person = helper()
    with pytest.raises(CannotPledge, match="理由"):
        pledging.refuse(
            person=person, template=RELIEF, subject=subject(person), reason=" ", now=timezone.now()
        )

    pledging.refuse(
        person=person, template=RELIEF, subject=subject(person),
        reason="条項3に同意できません", now=timezone.now(),
    )  # fmt: skip

    assert state(person) is State.REFUSED
    found = Finding.objects.get(kind="pledge_refused")
    assert found.subject == person.code
    assert person.name not in found.sentence
    assert "条項3" not in found.sentence
    sign(person)
    assert state(person) is State.VALID
    assert Pledge.objects.filter(person=person).count() == 2


def test_paper_is_for_who_has_no_key_and_is_taken_by_another():
    person, witness = helper(), somebody()
    given = {
        "person": person, "template": RELIEF, "subject": subject(person),
        "scan": "b" * 64, "witness": witness, "now": timezone.now(),
    }  # fmt: skip

    with pytest.raises(CannotPledge):
        pledging.take_on_paper(**given | {"witness": person})
    with pytest.raises(CannotPledge):
        pledging.take_on_paper(**given | {"scan": "紙"})
    made = pledging.take_on_paper(**given)

    assert (made.method, made.scan_sha256, made.witness) == ("paper", "b" * 64, witness)
    assert state(person) is State.VALID
    Passkey(person)
    with pytest.raises(CannotPledge, match="認証器"):
        pledging.take_on_paper(**given)


def test_what_cannot_be_entered_in_the_ledger_is_not_pledged(monkeypatch):
    person = helper()

    def failing(**_):
        raise OSError("ledger")

    monkeypatch.setattr("sekisho_web.ledger.operations.append", failing)
    with pytest.raises(OSError, match="ledger"):
        sign(person)

    assert not Pledge.objects.exists()


# Around the operations --------------------------------------------------------------------------


def test_the_database_changes_and_deletes_no_pledge():
    made = PledgeFactory()

    for column in ("text", "subject", "answer", "at", "person_id", "digest"):
        with refused(state=FORBIDDEN):
            sql(f"UPDATE campaigns_pledge SET {column} = {column} WHERE id = %s", made.pk)
    with refused(state=FORBIDDEN):
        sql("DELETE FROM campaigns_pledge WHERE id = %s", made.pk)


@pytest.mark.parametrize(
    ("constraint", "more"),
    [
        ("pledge_text_is_what_its_digest_says", {"text_sha256": "0" * 64}),
        ("pledge_digest_is_that_of_its_statement", {"digest": sha256(b"x").digest()}),
        ("pledge_has_a_known_answer", {"answer": "maybe"}),
        ("pledge_is_about_a_known_thing", {"subject_type": "person"}),
        ("pledge_is_signed_by_a_key_or_on_paper_before_another", {"witness": None}),
        ("pledge_is_signed_by_a_key_or_on_paper_before_another", {"scan_sha256": ""}),
        ("pledge_is_signed_by_a_key_or_on_paper_before_another", {"proof": {"a": 1}}),
        (
            "pledge_is_signed_by_a_key_or_on_paper_before_another",
            {"method": "screen", "scan_sha256": "", "witness": None},
        ),
        (
            "pledge_is_signed_by_a_key_or_on_paper_before_another",
            {"method": "passkey", "scan_sha256": "", "witness": None},
        ),
        (
            "pledge_signature_says_something",
            {"method": "passkey", "scan_sha256": "", "witness": None, "proof": {}},
        ),
        ("pledge_is_refused_with_a_reason_and_signed_without", {"answer": "refused"}),
        ("pledge_is_refused_with_a_reason_and_signed_without", {"reason": "いやだ"}),
        ("pledge_ends_after_it_was_given", {"valid_until": NOON}),
    ],
)
def test_the_database_takes_no_pledge_that_says_two_things(constraint, more):
    person, witness = PersonFactory(), PersonFactory()
    given = {"person": person, "witness": witness}

    with refused(constraint):
        PledgeFactory(**given | more)


def test_nobody_is_their_own_witness_and_no_nonce_comes_twice():
    person = PersonFactory()
    made = PledgeFactory()

    with refused("pledge_is_signed_by_a_key_or_on_paper_before_another"):
        PledgeFactory(person=person, witness=person)
    with refused():
        PledgeFactory(nonce=made.nonce)


# What is wanted ---------------------------------------------------------------------------------


def codes(person, now=NOON):
    return sorted(one.asked.template.code for one in wanted([person.pk], now=now))


LATER = NOON.replace(year=2027, month=6)


def test_posts_and_ids_ask_for_their_pledges_from_the_day_on_which_it_begins():
    account = AccountFactory(last_used_at=LATER)
    PostFactory(person=account.person)

    assert codes(account.person) == []
    assert codes(account.person, LATER) == ["onboarding", "system_user"]


def test_the_ministry_s_system_and_administrators_have_words_of_their_own():
    SystemFactory(key="saiene", name="再エネ業務管理システム", owner=None, owner_kind="government")
    person = somebody()
    AccountFactory(person=person, system="saiene")
    runs = somebody(it=True)
    AccountFactory(person=runs)

    assert codes(person) == ["ministry_system_user"]
    assert codes(runs, LATER) == ["administrator", "onboarding"]


def test_who_leaves_is_asked_from_the_notice_and_who_goes_on_here_is_not():
    leaving = PersonFactory()
    PostFactory(person=leaving, valid_to=NOON + timedelta(days=20))
    moving = PersonFactory()
    PostFactory(person=moving, valid_to=NOON + timedelta(days=20))
    PostFactory(
        person=moving, unit=UnitFactory(code="N09-55"), valid_from=NOON + timedelta(days=20)
    )
    soon = PersonFactory()
    PostFactory(person=soon, valid_to=NOON + timedelta(days=200))

    assert codes(leaving) == ["transfer_out"]
    assert codes(moving) == []
    assert codes(soon) == []


def test_helpers_are_asked_for_each_emergency():
    person = helper()
    found = [one for one in wanted([person.pk], now=NOON) if one.asked.subject == "E900"]

    assert [one.asked.template.code for one in found] == ["disaster_relief"]
    assert found[0].state is State.MISSING
    PledgeFactory(person=person, subject="E900", at=NOON - timedelta(hours=1))
    assert codes(person) == []


def test_who_has_a_terminal_on_loan_is_asked_until_it_is_back():
    loan = LoanFactory()
    ours = template("terminal_loan")

    assert codes(loan.person) == ["terminal_loan"]
    about = queries.subject_of(person=loan.person, template=ours, ref=str(loan.pk))
    assert loan.device.number in pledging.text_of(ours, about)
    assert queries.subject_of(person=somebody(), template=ours, ref=str(loan.pk)) is None
    PledgeFactory(
        person=loan.person, template="terminal_loan", subject_type="loan", subject=str(loan.pk),
        at=NOON - timedelta(minutes=5),
    )  # fmt: skip
    assert codes(loan.person) == []


def test_what_is_expired_is_wanted_since_its_end():
    person = helper()
    PledgeFactory(person=person, subject="E900", at=LONG_AGO, valid_until=NOON - timedelta(hours=1))

    (one,) = wanted([person.pk], now=NOON)

    assert (one.state, one.since) == (State.EXPIRED, NOON - timedelta(hours=1))


# Who does not sign is stopped -------------------------------------------------------------------


def test_the_notice_passes_and_the_id_stops_and_signing_lets_it_go():
    account = AccountFactory(last_used_at=LATER)
    PostFactory(person=account.person)
    asked = NOON.replace(year=2027, month=4, day=1, hour=0)

    assert unpledged.stop_unpledged(now=asked + timedelta(days=13, hours=23)) == 0
    assert unpledged.stop_unpledged(now=asked + timedelta(days=14)) == 1
    assert unpledged.stop_unpledged(now=asked + timedelta(days=15)) == 0

    hold = Hold.objects.get(reason="pledge", ends_at=None)
    assert hold.account == account
    assert account.person.name not in hold.note
    witness = somebody()
    words = template("system_user")
    about = queries.subject_of(person=account.person, template=words, ref=str(account.pk))
    pledging.take_on_paper(
        person=account.person, template=words, subject=about, scan="c" * 64,
        witness=witness, now=asked + timedelta(days=16),
    )  # fmt: skip
    assert not Hold.objects.filter(reason="pledge", ends_at=None).exists()


def test_a_stop_stays_while_another_pledge_is_missing():
    person = somebody()
    account = AccountFactory(person=person, last_used_at=LATER)
    late = NOON.replace(year=2027, month=5)
    unpledged.stop_unpledged(now=late)
    witness = somebody()

    for code, ref in (("system_user", account.pk), ("onboarding", account.appointment_id)):
        assert Hold.objects.filter(account=account, reason="pledge", ends_at=None).count() == 1
        words = template(code)
        about = queries.subject_of(person=person, template=words, ref=str(ref))
        pledging.take_on_paper(
            person=person,
            template=words,
            subject=about,
            scan="c" * 64,
            witness=witness,
            now=late + timedelta(hours=1),
        )

    assert not Hold.objects.filter(account=account, reason="pledge", ends_at=None).exists()


def test_states_of_a_whole_roster_take_one_query(django_assert_num_queries):
    people = [PersonFactory() for _ in range(5)]
    PledgeFactory(person=people[0], subject="E1")
    PledgeFactory(person=people[1], subject="E1", refused=True)

    with django_assert_num_queries(1):
        found = queries.states(
            people=[one.pk for one in people], template="disaster_relief", subject="E1",
            at=NOON + timedelta(hours=1),
        )  # fmt: skip

    assert [found[one.pk] for one in people] == [
        State.VALID, State.REFUSED, State.MISSING, State.MISSING, State.MISSING,
    ]  # fmt: skip
