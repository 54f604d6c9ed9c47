"""Folders of tables, as they lie on a disk."""

import shutil

import pytest

from sekisho.policy.sheets import MissingSheet, Unreadable
from sekisho_links import shipped
from sekisho_links.policy.folders import files_in, policy_in, shipped_policy


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(shipped("tables"), tmp_path / "表")


def test_a_folder_anywhere_is_read_as_the_one_that_ships(folder):
    assert policy_in(folder).hash == shipped_policy().hash
    assert policy_in(folder).systems == shipped_policy().systems


def test_one_system_alone_is_read(folder):
    for system in folder.iterdir():
        if system.is_dir() and system.name != "託送業務システム":
            shutil.rmtree(system)

    assert list(policy_in(folder).systems) == ["takuso"]


def test_hidden_files_and_other_files_are_left_out(folder):
    (folder / ".属性.csv").write_text("x", "utf-8")
    (folder / "託送業務システム" / "~判定表.csv").write_text("x", "utf-8")
    (folder / "README.md").write_text("x", "utf-8")
    (folder / ".git").mkdir()

    assert files_in(folder) == files_in(shipped("tables"))


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MissingSheet, match="フォルダがありません"):
        policy_in(tmp_path / "ない")


def test_a_table_that_was_cut_in_half_is_not_read(folder):
    table = folder / "託送業務システム" / "判定表.csv"
    table.write_bytes(table.read_bytes()[:5000])

    with pytest.raises(Unreadable) as caught:
        policy_in(folder)

    assert caught.value.place.startswith("託送業務システム/判定表.csv")
    assert caught.value.remedy
