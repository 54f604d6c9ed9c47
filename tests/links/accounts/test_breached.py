import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.accounts.passwords import lookups
from sekisho_links import shipped
from sekisho_links.accounts import breached
from sekisho_links.accounts.breached import SHIPPED, UnreadableList, check, is_known, lists, packed
from tests.links.accounts.common_passwords import made, words

OURS = shipped(*SHIPPED)


def digest(word):
    return hashlib.sha1(word.encode()).hexdigest().upper()


def a_list(folder, known, *, end="\r\n", count=True, name="pwned.txt"):
    path = folder / name
    lines = [digest(word) + (f":{n + 1}" if count else "") for n, word in enumerate(known)]
    path.write_bytes("".join(line + end for line in sorted(lines)).encode())
    return path


def test_the_list_that_ships_is_made_of_what_it_says():
    assert OURS.read_bytes() == made()


def test_every_word_of_the_list_is_found_and_a_good_password_is_not():
    assert all(is_known([word], among=[OURS]) for word in words()[::97] if word)
    assert not is_known(lookups("春の海 ひねもすのたりかな"), among=[OURS])


@pytest.mark.parametrize(
    "typed", ["P@ssw0rd2026!", "PasswordPassword", "Takusou-2026-04", "パスワード123456"]
)
def test_an_ornamented_word_is_found(typed):
    assert is_known(lookups(typed), among=[OURS])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("count", [True, False])
def test_a_list_of_the_company_is_asked_in_the_form_in_which_it_is_given_out(tmp_path, end, count):
    known = [f"word{n}" for n in range(1_000)]
    path = a_list(tmp_path, known, end=end, count=count)
    check(path)

    assert all(is_known([word], among=[path]) for word in known)
    assert not any(is_known([f"{word}x"], among=[path]) for word in known)


@settings(max_examples=50)
@given(st.sets(st.integers(0, 10**9), max_size=40), st.integers(0, 10**9))
def test_halving_finds_what_reading_everything_finds(tmp_path_factory, numbers, wanted):
    path = a_list(tmp_path_factory.mktemp("list"), map(str, numbers))

    for number in {wanted, *numbers}:
        assert is_known([str(number)], among=[path]) == (number in numbers)


def test_a_list_is_not_read_whole(tmp_path, monkeypatch):
    path = a_list(tmp_path, map(str, range(100_000)))
    reads = []
    line_from = breached._line_from
    monkeypatch.setattr(
        breached, "_line_from", lambda *known: reads.append(known) or line_from(*known)
    )

    assert not is_known(["not there"], among=[path])
    assert len(reads) <= path.stat().st_size.bit_length() + 1


def test_lists_of_the_home_stand_beside_the_one_that_ships(tmp_path):
    (tmp_path / "passwords").mkdir()
    own = a_list(tmp_path / "passwords", ["ours"])

    assert list(lists(tmp_path)) == [OURS, own]
    assert list(lists(tmp_path / "elsewhere")) == [OURS]


BAD = [
    pytest.param(b"32ED87BDB5FDC5E9CBA88547376818D4:5\n" * 9, id="NTLM の一覧"),
    pytest.param("これは一覧ではありません\n".encode(), id="ただの文"),
    pytest.param(b"x" * 9_000, id="行のないファイル"),
    pytest.param((digest("a") + "F:1\n").encode(), id="長い符号"),
]


@pytest.mark.parametrize("body", BAD)
def test_from_a_file_that_is_no_list_nothing_is_concluded(tmp_path, body):
    path = tmp_path / "bad.txt"
    path.write_bytes(body)

    with pytest.raises(UnreadableList, match=r"bad\.txt"):
        is_known(["word"], among=[path])


def test_a_missing_list_finds_nothing_good_either(tmp_path):
    with pytest.raises(UnreadableList, match="開けません"):
        is_known(["word"], among=[tmp_path / "gone.txt"])


def test_a_list_in_another_order_is_refused_when_it_is_checked(tmp_path):
    path = tmp_path / "unsorted.txt"
    path.write_text("".join(f"{digest(str(n))}:1\n" for n in range(500)))

    with pytest.raises(UnreadableList, match="順"):
        check(path)


def test_a_cut_list_that_ships_is_refused(tmp_path):
    path = tmp_path / "cut.bin"
    path.write_bytes(packed(["one", "two"])[:-1])

    with pytest.raises(UnreadableList, match="長さ"):
        is_known(["one"], among=[path])
