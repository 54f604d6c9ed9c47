"""One hat at a time: a helper wears the hat of relief, and nothing of the unit they help."""

from datetime import timedelta

import pytest

from sekisho_web.grants.queries.hats import hats
from tests.factories.people import PostFactory
from tests.factories.relief import HOUR, Relief
from tests.factories.uses import EmergencyFactory, SupporterFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def relief():
    return Relief()


def test_the_post_of_a_helper_is_worn_as_relief_only(relief):
    one = relief.ready()

    own, help_ = hats(person=one.person, now=relief.now)

    assert (own.relief, own.viewer_class) == (None, "関係小売営業")
    assert (help_.post, help_.relief) == (one.appointment_id, "E27-01")
    assert help_.purposes == ("非常災害対応",)


def test_with_a_terminal_in_hand_there_is_no_other_hat(relief):
    one = relief.ready()
    loan = relief.hand_out(one)

    (only,) = hats(person=one.person, now=relief.now + HOUR)
    assert only.relief == "E27-01"

    relief.desk.take_back(loan, now=relief.now + 2 * HOUR)
    assert len(hats(person=one.person, now=relief.now + 2 * HOUR)) == 2


def test_after_the_shift_the_own_hat_is_back_though_the_terminal_is_not(relief):
    one = relief.ready()
    relief.hand_out(one)

    assert len(hats(person=one.person, now=relief.now + 9 * HOUR)) == 2


def test_what_nobody_confirmed_gives_no_hat():
    post = PostFactory()
    emergency = EmergencyFactory(terms=False)
    one = SupporterFactory(emergency=emergency, person=post.person)

    found = hats(person=post.person, now=one.starts_at + timedelta(hours=1))

    assert [each.relief for each in found] == [None]


def test_a_drill_is_called_a_drill():
    relief = Relief(kind="drill")
    one = relief.ready()

    assert [each.words for each in hats(person=one.person, now=relief.now)][1] == (
        "応援の訓練：台風第8号"
    )
