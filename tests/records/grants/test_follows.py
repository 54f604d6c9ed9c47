from datetime import timedelta

import pytest

from sekisho_web.accounts.models import Hold
from sekisho_web.accounts.operations import suspend
from sekisho_web.grants import follows
from sekisho_web.grants.models import Grant
from tests.factories.people import NOON, PostFactory
from tests.factories.uses import GrantFactory

pytestmark = pytest.mark.django_db

NIGHT = NOON + timedelta(hours=12)


def grant(post=None, **said):
    post = post or PostFactory()
    return GrantFactory(person=post.person, appointment=post.appointment, **said)


def ended(one):
    one.refresh_from_db()
    return one.revoked_at


def test_grants_end_with_their_post_at_that_moment_and_others_stay():
    ends, stays = grant(), grant()

    follows.post_ended(appointment=ends.appointment_id, at=NIGHT, now=NOON)

    assert ended(ends) == NIGHT
    assert ended(stays) is None
    assert Grant.objects.usable(now=NIGHT - timedelta(microseconds=1)).count() == 2
    assert list(Grant.objects.usable(now=NIGHT)) == [stays]


def test_what_ends_earlier_stays_as_it_is():
    post = PostFactory()
    over = grant(post, valid_to=NIGHT - timedelta(hours=1))
    revoked = grant(post, revoked_at=NOON)

    follows.posts_ended(endings={post.appointment_id: NIGHT}, now=NOON)

    assert ended(over) is None
    assert ended(revoked) == NOON


def test_what_would_have_begun_later_never_begins():
    post = PostFactory()
    later = grant(post, valid_from=NIGHT + timedelta(days=1))

    follows.posts_ended(endings={post.appointment_id: NIGHT}, now=NOON)

    later.refresh_from_db()
    assert later.valid is None


def test_a_post_that_lasts_after_all_gives_back_what_had_not_ended_yet():
    one = grant()
    follows.posts_ended(endings={one.appointment_id: NIGHT}, now=NOON)

    follows.posts_last(appointments={one.appointment_id: (NIGHT, None)}, now=NOON)
    assert ended(one) is None

    follows.posts_ended(endings={one.appointment_id: NIGHT}, now=NOON)
    half = NIGHT + timedelta(days=1)
    follows.posts_last(appointments={one.appointment_id: (NIGHT, half)}, now=NOON)
    assert ended(one) == half


def test_what_has_ended_is_never_given_back():
    one = grant()
    follows.posts_ended(endings={one.appointment_id: NIGHT}, now=NOON)

    follows.posts_last(appointments={one.appointment_id: (NIGHT, None)}, now=NIGHT)

    assert ended(one) == NIGHT


def test_a_grant_that_was_revoked_for_another_reason_is_not_given_back():
    one = grant(revoked_at=NIGHT - timedelta(hours=1))

    follows.posts_last(appointments={one.appointment_id: (NIGHT, None)}, now=NOON)

    assert ended(one) == NIGHT - timedelta(hours=1)


def test_what_would_end_is_told_before_and_after_it_was_ordered():
    post = PostFactory()
    one = grant(post)
    grant(post, valid_to=NIGHT)
    grant(post, revoked_at=NOON)
    endings = {post.appointment_id: NIGHT}

    assert [ends.code for ends in follows.endings_of(endings=endings)] == [one.code]
    follows.posts_ended(endings=endings, now=NOON)
    assert [ends.code for ends in follows.endings_of(endings=endings)] == [one.code]


def test_a_stop_leaves_grants_as_they_are():
    one = grant()

    suspend(target=one.person, reason=Hold.Reason.INVESTIGATION, by=None, now=NOON)

    assert ended(one) is None
