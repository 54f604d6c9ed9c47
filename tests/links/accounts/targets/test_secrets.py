"""A secret of a target is kept where nobody else reads it, or is not used."""

import pytest

from sekisho_links.accounts.targets.secrets import (
    NAME,
    SecretsUnsafe,
    has_secrets,
    keep_secret,
    secret_of,
)


@pytest.mark.parametrize(
    "secret",
    ["plain", 'a"b\\c', "秘密🔑", "tab\tand\nline"],
    ids=["素直", "引用符", "漢字", "改行"],
)
def test_a_secret_comes_back_as_it_was_kept(tmp_path, secret):
    keep_secret(tmp_path, "takuso", secret)

    assert secret_of(tmp_path, "takuso") == secret
    assert secret_of(tmp_path, "nwonline") == ""


def test_the_file_is_for_nobody_else(tmp_path):
    keep_secret(tmp_path, "takuso", "s")

    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620], ids=["群", "他人", "群が書ける"])
def test_a_file_that_others_can_reach_is_not_used(tmp_path, mode):
    keep_secret(tmp_path, "takuso", "s")
    (tmp_path / NAME).chmod(mode)

    with pytest.raises(SecretsUnsafe, match="ほかの人"):
        secret_of(tmp_path, "takuso")


def test_a_link_to_a_file_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    keep_secret(tmp_path / "elsewhere", "takuso", "s")
    (tmp_path / NAME).symlink_to(tmp_path / "elsewhere" / NAME)

    with pytest.raises(SecretsUnsafe):
        secret_of(tmp_path, "takuso")


def test_what_is_no_toml_says_so(tmp_path):
    (tmp_path / NAME).write_text("no toml")
    (tmp_path / NAME).chmod(0o600)

    with pytest.raises(SecretsUnsafe, match="読めません"):
        secret_of(tmp_path, "takuso")


def test_others_stay_when_one_is_replaced_or_forgotten(tmp_path):
    for system, secret in (("takuso", "1"), ("nwonline", "2"), ("takuso", "3")):
        keep_secret(tmp_path, system, secret)
    assert has_secrets(tmp_path) == {"takuso", "nwonline"}

    keep_secret(tmp_path, "takuso", "")

    assert has_secrets(tmp_path) == {"nwonline"}
