"""The table in which rate limits are counted: exact over all workers, and nothing in it runs."""

import base64
import pickle
from datetime import timedelta

import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.utils import timezone

from sekisho_web.frame.cache import JsonTable

pytestmark = pytest.mark.django_db

RAN = []


def run(words):
    RAN.append(words)


class Planted:
    def __reduce__(self):
        return run, ("it ran",)


def plant(text, *, key="limit"):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO frame_cache VALUES (%s, %s, %s)",
            [cache.make_key(key), text, timezone.now() + timedelta(hours=1)],
        )


def how_many():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM frame_cache")
        return cursor.fetchone()[0]


@pytest.fixture
def small():
    return JsonTable("frame_cache", {"OPTIONS": {"MAX_ENTRIES": 6}})


@pytest.mark.parametrize(
    "act",
    [
        lambda: cache.get("limit"),
        lambda: cache.get_many(["limit"]).get("limit"),
        lambda: cache.touch("limit") and cache.get("limit"),
        lambda: "limit" in cache or None,
        lambda: cache.add("limit", 1) or None,
    ],
    ids=["get", "get_many", "touch", "in", "add"],
)
def test_a_pickle_that_somebody_planted_is_missing_and_does_not_run(act):
    RAN.clear()
    plant(base64.b64encode(pickle.dumps(Planted())).decode())

    assert act() is None
    assert RAN == []


def test_twin_the_table_of_django_runs_what_was_planted():
    from django.core.cache.backends.db import DatabaseCache

    RAN.clear()
    plant(base64.b64encode(pickle.dumps(Planted())).decode())

    DatabaseCache("frame_cache", {}).get("limit")

    assert RAN == ["it ran"]


def test_a_planted_row_is_no_number_and_is_written_over():
    plant("gASVHQ==")

    with pytest.raises(ValueError, match="not found"):
        cache.incr("limit")
    cache.set("limit", [1.5, 2.5], 60)

    assert cache.get("limit") == [1.5, 2.5]


@pytest.mark.parametrize("value", [[1700000000.25, 3.0], "言葉", 7, True, {"a": [1]}])
def test_what_was_kept_comes_back(value):
    cache.set("limit", value, 60)

    assert cache.get("limit") == value


def test_what_is_no_json_is_not_kept():
    with pytest.raises(TypeError):
        cache.set("limit", object())


def test_what_has_expired_is_missing_and_can_be_added_anew(time_machine):
    cache.set("limit", 1, 60)
    assert not cache.add("limit", 2, 60)

    time_machine.move_to(timezone.now() + timedelta(seconds=61))

    assert cache.get("limit") is None
    with pytest.raises(ValueError, match="not found"):
        cache.incr("limit")
    assert cache.add("limit", 2, 60)
    assert cache.get("limit") == 2


def test_counting_is_one_statement(django_assert_num_queries):
    cache.set("limit", 0, 60)

    with django_assert_num_queries(1):
        assert cache.incr("limit") == 1
    assert cache.incr("limit", 4) == 5


def test_what_is_deleted_is_gone():
    cache.set_many({"a": 1, "b": 2, "c": 3})

    assert cache.delete("a")
    assert not cache.delete("a")
    cache.delete_many(["b"])

    assert cache.get_many(["a", "b", "c"]) == {"c": 3}
    cache.clear()
    assert how_many() == 0


def test_a_full_table_lets_go_of_what_has_expired(small, time_machine):
    for n in range(7):
        small.set(f"old{n}", n, 10)
    time_machine.move_to(timezone.now() + timedelta(seconds=11))

    small.set("new", 1, 10)

    assert how_many() == 1


def test_a_full_table_lets_go_of_what_expires_next(small):
    for n in range(9):
        small.set(f"limit{n}", n, 10 + n)

    assert how_many() <= 8
    assert small.get("limit8") == 8
    assert small.get("limit0") is None


def test_a_number_that_never_expires_stays():
    caches["default"].set("limit", 1, None)

    assert cache.get("limit") == 1
