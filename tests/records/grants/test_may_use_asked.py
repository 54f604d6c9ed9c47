"""`may_use` asked about any instant, as it was known then and as it is known now."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sekisho.grants.use import Permit
from sekisho_web.accounts.models import Account, AccountUse, period
from sekisho_web.grants.asking import entitled, facts_of, for_any_purpose
from tests.factories import AccountFactory, GrantFactory, PersonFactory, PostFactory

pytestmark = pytest.mark.django_db
PURPOSE = "託送供給等"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def post(now):
    """A clerk with an ID and a grant that run now."""
    post = PostFactory(person=PersonFactory())
    AccountFactory(person=post.person, code="TK-1", last_used_at=now - timedelta(days=1))
    GrantFactory(
        person=post.person,
        valid_from=now - timedelta(days=20),
        valid_to=now + timedelta(days=20),
    )
    return post


def asked(post, at, known=None):
    facts = facts_of(post.person_id, "takuso", at=at, as_known_on=known)
    return isinstance(entitled(facts, account="TK-1", purpose=PURPOSE, at=at), Permit)


def cut(post, at):
    post.appointment.grants.update(valid_to=at)
    post.valid = period(post.valid_from, at)
    post.save(update_fields=["valid"])


def test_expiry_holds_with_no_job_at_all(post, now):
    end = now + timedelta(days=3)
    cut(post, end)

    assert asked(post, end - timedelta(microseconds=1))
    assert not asked(post, end)


@pytest.mark.django_db(transaction=True)
def test_late_news_changes_what_is_known_now_and_never_what_was_known_then(post, now):
    before = timezone.now()
    assert asked(post, now)
    cut(post, now - timedelta(days=2))  # an order that was forgotten

    at = now - timedelta(days=1)
    assert not asked(post, at)
    posts = facts_of(post.person_id, "takuso", at=at, as_known_on=before).posts
    assert [one.period.ends for one in posts] == [None]


def test_nothing_was_known_before_it_was_known(post, now):
    facts = facts_of(post.person_id, "takuso", at=now, as_known_on=now - timedelta(days=30))

    assert facts.posts == ()
    assert not asked(post, now, known=now - timedelta(days=30))


def test_uses_after_the_instant_do_not_wake_an_id(post, now):
    Account.objects.update(issued_at=now - timedelta(days=300), last_used_at=now)
    at = now - timedelta(days=10)
    account = Account.objects.get()

    assert not asked(post, at)
    AccountUse.objects.create(
        account=account, day=(at - timedelta(days=5)).date(), last_at=at - timedelta(days=5)
    )
    assert asked(post, at)


def test_of_a_log_that_says_no_purpose_the_best_one_counts(post, now):
    GrantFactory(
        person=post.person,
        purpose="停電保安",
        valid_from=now - timedelta(days=20),
        valid_to=now - timedelta(days=10),
    )
    facts = facts_of(post.person_id, "takuso", at=now)

    assert isinstance(for_any_purpose(facts, account="TK-1", at=now), Permit)
    assert not isinstance(entitled(facts, account="TK-1", purpose="停電保安", at=now), Permit)


def test_the_facts_take_one_prepared_statement(post, now, django_assert_num_queries):
    GrantFactory.create_batch(
        5, person=post.person, valid_from=now - timedelta(days=9), valid_to=now
    )

    with django_assert_num_queries(0):  # counted by Django; the prepared one is not
        facts_of(post.person_id, "takuso", at=now)


def run(**options):
    out, err = io.StringIO(), io.StringIO()
    call_command("may_use", stdout=out, stderr=err, **options)
    return list(csv.DictReader(io.StringIO(out.getvalue()))), err.getvalue()


def test_a_log_is_answered_line_by_line(post, now, tmp_path):
    Account.objects.create(
        kind="service",
        code="BATCH",
        system_id="takuso",
        works_for=post.appointment.works_for,
        issued_at=now - timedelta(days=9),
    )
    log = tmp_path / "log.csv"
    log.write_text(
        "system,account,at,purpose\n"
        f"takuso,TK-1,{now.isoformat()},{PURPOSE}\n"
        f"takuso,TK-1,{now.isoformat()},停電保安\n"
        f"takuso,BATCH,{now.isoformat()},\n"
        f"takuso,NOBODY,{now.isoformat()},\n",
        "utf-8-sig",
    )

    lines, counted = run(log=str(log), known=timezone.now().isoformat())

    assert [line["now"] for line in lines] == ["yes", "no", "no", "no"]
    assert lines[3]["now_reason"] == "台帳にないIDです"
    assert "4 行" in counted


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"log": "/nowhere.csv"}, "ファイルがありません"),
        ({"system": "takuso"}, "三つを書いてください"),
        ({"system": "takuso", "account": "A", "at": "きのう"}, "日時ではありません"),
    ],
)
def test_what_cannot_be_asked_is_said(options, word):
    with pytest.raises(CommandError, match=word):
        run(**options)
