import pytest

from sekisho_web.frame.logs import where

NAME = "山野 みどり"


def test_where_a_thing_failed_is_said_without_its_words():
    with pytest.raises(KeyError) as failed:
        {}[NAME]

    said = where(failed.value)
    assert NAME in str(failed.value)
    assert NAME not in said
    assert said.endswith("KeyError")
    assert "test_where" in said
