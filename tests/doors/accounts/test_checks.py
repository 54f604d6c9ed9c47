"""What must hold of sign-in before a page is served."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from sekisho_web.accounts.hashing import Argon2, is_dear_enough
from sekisho_web.project import sign_in_checks as checks


class TooLittleMemory(Argon2PasswordHasher):
    memory_cost, time_cost, parallelism = 12_288, 3, 1


class TooFewRounds(Argon2PasswordHasher):
    memory_cost, time_cost, parallelism = 19_456, 1, 1


def test_the_product_itself_passes():
    assert checks.passwords_are_hashed_dearly() == []
    assert checks.sessions_are_not_lengthened() == []
    assert checks.files_of_the_home_are_read() == []


def test_ours_are_what_owasp_asks_and_nothing_below_passes():
    assert is_dear_enough(Argon2())
    assert not any(is_dear_enough(hasher()) for hasher in (TooLittleMemory, TooFewRounds, object))


@pytest.mark.parametrize(
    "hashers",
    [
        ["django.contrib.auth.hashers.MD5PasswordHasher"],
        [f"{__name__}.TooFewRounds"],
        ["sekisho_web.accounts.hashing.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"],
    ],
)
def test_a_cheaper_hash_refuses_to_start(settings, hashers):
    settings.PASSWORD_HASHERS = hashers

    [found] = checks.passwords_are_hashed_dearly()

    assert found.id == "sekisho.E006"


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("SEKISHO_IDLE_SECONDS", 1_801),
        ("SEKISHO_IDLE_SECONDS_LENT", 601),
        ("SESSION_COOKIE_AGE", 43_201),
    ],
)
def test_a_longer_session_refuses_to_start_and_a_shorter_one_does_not(settings, name, seconds):
    setattr(settings, name, seconds)
    [found] = checks.sessions_are_not_lengthened()
    assert name in found.msg

    setattr(settings, name, 60)
    assert checks.sessions_are_not_lengthened() == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("oidc.toml", "[[provider]]\nkey = 'x'\n"),
        ("places.toml", "[places]\n'どこか' = '本店'\n"),
        ("passwords/pwned.txt", "これは一覧ではありません\n"),
    ],
)
def test_a_file_of_the_home_that_cannot_be_read_refuses_to_start(settings, tmp_path, name, text):
    settings.SEKISHO_HOME = tmp_path
    (tmp_path / "passwords").mkdir()
    (tmp_path / name).write_text(text, encoding="utf-8")

    [found] = checks.files_of_the_home_are_read()

    assert found.id == "sekisho.E008"
    assert found.hint.startswith(name.rpartition("/")[2])
