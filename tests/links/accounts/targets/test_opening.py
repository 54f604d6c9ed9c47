"""A target is opened as it is written, and as nothing else."""

import subprocess
import sys

import pytest

from sekisho_links.accounts.targets import Kind, open_target
from sekisho_links.accounts.targets.address import AddressUnusable

DIRECTORY = {"uri": "ldaps://ldap.example.jp", "bind_dn": "cn=a", "base": "dc=b"}
SCIM = {"url": "https://scim.example.jp/v2"}
SECRET = "never shown"


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        pytest.param("scim", SCIM | {"url": "http://scim.example.jp/v2"}, id="暗号なしのSCIM"),
        pytest.param("ldap", DIRECTORY | {"uri": "ldap://ldap.example.jp"}, id="暗号なしのLDAP"),
        pytest.param(
            "active_directory", DIRECTORY | {"uri": "ldap://ad.example.jp"}, id="暗号なしのAD"
        ),
        pytest.param("scim", SCIM | {"url": "https://a:b@scim.example.jp"}, id="番地に合言葉"),
        pytest.param("scim", SCIM | {"url": "file:///etc/passwd"}, id="ファイル"),
        pytest.param("scim", {}, id="番地がない"),
        pytest.param("scim", SCIM | {"timeout": 0}, id="待ち時間がない"),
        pytest.param("scim", SCIM | {"timeout": True}, id="数ではない"),
        pytest.param("scim", SCIM | {"roles": "yes"}, id="真偽ではない"),
        pytest.param("scim", SCIM | {"roles": True, "groups": {"a": "1"}}, id="権限が二か所"),
        pytest.param("scim", SCIM | {"verify": False}, id="知らない設定"),
        pytest.param("ldap", DIRECTORY | {"ca_file": "/nowhere.pem"}, id="証明書がない"),
        pytest.param("ldap", DIRECTORY | {"roles": ["a"]}, id="対応表ではない"),
        pytest.param("ldap", DIRECTORY | {"roles": {"a": "not a dn"}}, id="DNではない"),
    ],
)
def test_what_is_not_whole_or_not_safe_is_not_opened(kind, address):
    with pytest.raises(AddressUnusable) as refused:
        open_target(kind, address, SECRET)

    assert SECRET not in str(refused.value)


def test_an_empty_secret_never_enters_a_directory():
    with pytest.raises(AddressUnusable, match="空"):
        open_target("ldap", DIRECTORY, "")


@pytest.mark.parametrize(("kind", "address"), [("scim", SCIM), ("ldap", DIRECTORY)])
def test_what_is_encrypted_is_opened_and_shows_no_secret(kind, address):
    target = open_target(kind, address, SECRET)

    assert SECRET not in repr(target)
    assert target.capabilities


def test_without_the_extra_the_room_opens_and_a_directory_says_what_to_install():
    script = """
import sys
for name in ("ldap3", "scim2_client", "httpx2"):
    sys.modules[name] = None
from sekisho_links.accounts.targets import DirectoriesNotInstalled, open_target
open_target("by_hand", {}, "")
for kind in ("scim", "ldap", "active_directory"):
    try:
        open_target(kind, {}, "x")
    except DirectoriesNotInstalled as error:
        print(error.remedy)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines() == ["sekisho[directories] を入れてください"] * 3


def test_every_kind_has_a_word_of_its_own():
    assert [kind.value for kind in Kind] == [
        "scim", "ldap", "active_directory", "by_hand", "log_only",
    ]  # fmt: skip
