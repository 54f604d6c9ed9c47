import pytest

from sekisho.accounts.opening import Opens, is_address, refusal_of_opening


@pytest.mark.parametrize(
    ("opens_by", "address", "through_gate", "reason"),
    [
        pytest.param("", "", False, None, id="起動ページからは開かない"),
        pytest.param("gate", "", True, None, id="関門"),
        pytest.param("gate", "", False, "関門を通さない", id="関門を通さないのに関門"),
        pytest.param("gate", "https://a.example/", True, "宛先がありません", id="関門に宛先"),
        pytest.param("oidc", "https://a.example/in", False, None, id="OIDC"),
        pytest.param("link", "", False, "https://", id="案内に宛先がない"),
        pytest.param("link", "http://a.example/", False, "https://", id="TLSのない宛先"),
        pytest.param("door", "", True, "知らない", id="知らないしかた"),
    ],
)
def test_a_system_is_registered_so(opens_by, address, through_gate, reason):
    refusal = refusal_of_opening(opens_by=opens_by, address=address, through_gate=through_gate)

    assert (reason is None) == (refusal is None)
    assert reason is None or reason in refusal.reason


@pytest.mark.parametrize(
    "text",
    [
        "https://", "https:///x", "https://me@a.example/", "https://a.example/ x", "javascript:1",
        "https://a.example/\n", 'https://a.example/"><b>', "https://:443/", "https://あ.example/",
        "https://*.example/", "https://" + "a" * 300,
    ],
)  # fmt: skip
def test_what_is_no_address(text):
    assert not is_address(text)


def test_every_way_has_a_value_of_its_own():
    assert [way.value for way in Opens] == ["", "gate", "oidc", "link"]
