"""SCIM: two servers of other hands, and one that is as faulty as said."""

import socket
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest

from sekisho.accounts.wanted import AccountState, Profile
from sekisho_links.accounts.targets import TargetRefused, TargetUnreachable, open_target
from sekisho_links.accounts.targets.address import Address
from tests.factories.scim_server import simulated
from tests.links.accounts.targets import scim_peers, twins
from tests.links.accounts.targets.processes import free_port

NOON = datetime(2027, 3, 31, 3, tzinfo=UTC)
STOP = AccountState(exists=True, enabled=False, roles=frozenset(), since=NOON)
GO = AccountState(exists=True, enabled=True, roles=frozenset({"閲覧"}))
ROLE = [{"value": "受付"}]
_numbers = count(1)


@pytest.fixture(params=["scim_from_pypi", "scim_without_patch", "scim_from_npm"])
def peer(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def login():
    return f"hanako{next(_numbers)}"


def at(server, **words):
    return open_target("scim", server.address(**words), "", place="模擬SCIM")


def broken(kind, server):
    return kind(Address(server.address(), place="双子"), "")


def test_a_stop_is_verified_by_reading_it_on_a_fresh_connection(peer, login):
    number = peer.hire(login, roles=ROLE, title="係長")
    target = peer.target(roles=True)
    assert not target.verify(number, STOP).ok

    receipt = target.apply(number, STOP)
    verification = target.verify(number, STOP)

    assert receipt.sent
    assert verification.ok, verification
    user = peer.look(number)
    assert user["active"] is False
    assert not user.get("roles")
    assert user["title"] == "係長"


def test_what_has_no_patch_is_told_by_put_and_that_is_said(scim_without_patch, scim_from_pypi):
    for peer, degraded in ((scim_without_patch, True), (scim_from_pypi, False)):
        number = peer.hire(f"put{degraded}")
        target = peer.target()

        assert target.apply(number, STOP).degraded is degraded
        assert target.verify(number, STOP).degraded is degraded
        assert target.verify(number, STOP).evidence["patch"] is not degraded


def test_what_is_as_wanted_is_not_sent_again(peer, login):
    number = peer.hire(login)
    target = peer.target()
    target.apply(number, STOP)
    before = peer.look(number)["meta"]["lastModified"]

    assert not target.apply(number, STOP).sent
    assert peer.look(number)["meta"]["lastModified"] == before


def test_who_is_resumed_gets_the_roles_back(peer, login):
    number = peer.hire(login, roles=ROLE)
    target = peer.target(roles=True)
    target.apply(number, STOP)

    target.apply(number, GO)

    assert target.verify(number, GO).ok
    assert [one["value"] for one in peer.look(number)["roles"]] == ["閲覧"]


@pytest.mark.parametrize("server", ["scim_from_pypi", "scim_from_npm"])
def test_roles_that_are_groups_are_left_at_a_stop_and_joined_again(request, server, login):
    peer = request.getfixturevalue(server)
    groups = {role: peer.found(f"{role} {login}") for role in ("閲覧", "受付")}
    number, other = peer.hire(login), peer.hire(f"{login}-other")
    target = peer.target(groups=groups)
    for one in (number, other):
        target.apply(one, replace(GO, roles=frozenset(groups)))
    assert sorted(peer.members(groups["受付"])) == sorted([number, other])

    target.apply(number, STOP)

    assert target.verify(number, STOP).ok
    assert [peer.members(group) for group in groups.values()] == [[other], [other]]
    target.apply(number, GO)
    assert target.verify(number, GO).ok
    lines = {one.ext_id: one.roles for one in target.accounts()}
    assert lines[number] == {"閲覧"}
    assert lines[other] == {"閲覧", "受付"}


def test_a_stop_holds_even_where_a_group_is_not_there(scim_from_pypi, login):
    number = scim_from_pypi.hire(login)
    target = scim_from_pypi.target(groups={"閲覧": "no-such-group"})

    with pytest.raises(TargetRefused, match="グループ"):
        target.verify(number, STOP)
    with pytest.raises(TargetRefused, match="グループ"):
        target.apply(number, STOP)

    assert scim_from_pypi.look(number)["active"] is False


def test_drift_and_orphans_are_listed_and_the_list_says_how_many(peer, login):
    number = peer.hire(login, roles=ROLE)
    orphan = peer.hire(f"{login}-orphan", active=False)

    listing = peer.target(roles=True).accounts()
    lines = {one.ext_id: one for one in listing}

    assert listing.declared == len(lines)
    assert lines[number].roles == {"受付"}
    assert lines[orphan].enabled is False


def test_an_account_is_made_once_and_a_stranger_of_that_name_is_not_adopted(peer, login):
    profile = Profile(key="A-7", login=login, family_name="架空", mail="h@example.jp")
    target = peer.target(roles=True)

    made = target.apply("", replace(GO, profile=profile))
    again = target.apply("", replace(GO, profile=profile))

    assert (made.sent, again.sent, again.ext_id) == (True, False, made.ext_id)
    assert target.verify(made.ext_id, GO).ok
    with pytest.raises(TargetRefused, match="すでに対象にあります"):
        target.apply("", replace(GO, profile=replace(profile, key="A-8")))


def test_who_is_not_there_is_stopped_but_is_missed_where_wanted(peer):
    assert peer.target().verify("nobody", STOP).ok
    assert peer.target().verify("", STOP).ok
    assert peer.target().verify("nobody", GO).why == "対象にありません"
    with pytest.raises(TargetRefused, match="属性"):
        peer.target().apply("nobody", GO)


def test_a_wrong_token_is_refused_and_not_shown(peer, login):
    number = peer.hire(login)
    target = open_target("scim", {"url": peer.url}, "a token that is not theirs")

    with pytest.raises(TargetRefused) as refused:
        target.apply(number, STOP)

    assert "token" not in str(refused.value)


def test_a_target_that_is_down_for_a_time_is_verified_afterwards(tmp_path):
    port = free_port()
    target = open_target("scim", {"url": f"http://127.0.0.1:{port}/v2"}, scim_peers.TOKEN)
    for ask in (target.apply, target.verify):
        with pytest.raises(TargetUnreachable):
            ask("u1", STOP)
    with pytest.raises(TargetUnreachable):
        list(target.accounts())

    with scim_peers.from_pypi(tmp_path, port=port) as peer:
        number = peer.hire("taro")
        target.apply(number, STOP)

        assert target.verify(number, STOP).ok


def test_a_server_that_never_answers_is_left():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"

        with pytest.raises(TargetUnreachable):
            open_target("scim", {"url": url, "timeout": 0.5}, "").verify("u1", STOP)


@pytest.mark.parametrize("fault", ["drips", "floods"])
def test_a_server_whose_answer_does_not_end_is_left(fault):
    with simulated(users=1, fault=fault) as server, pytest.raises(TargetUnreachable):
        at(server, timeout=0.5 if fault == "drips" else 20).verify("u1", STOP)


def test_a_server_that_answers_success_and_changes_nothing_is_not_verified():
    with simulated(users=1, fault="lies") as server:
        target, twin = at(server), broken(twins.BelievesTheAnswer, server)

        assert target.apply("u1", STOP).sent
        assert target.verify("u1", STOP).why == "止めたのに使えます"
        assert twin.verify("u1", STOP).ok


def test_a_web_server_without_scim_is_not_taken_for_absence():
    with simulated(fault="elsewhere") as server:
        with pytest.raises(TargetRefused):
            at(server).verify("u1", STOP)
        assert broken(twins.TakesEveryErrorForAbsence, server).verify("u1", STOP).ok


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        pytest.param("words", "", id="真偽を文字で書く"),
        pytest.param("plain", "", id="能力を言わない"),
        pytest.param("silent", "止まっているかを対象が言いません", id="有効かを言わない"),
    ],
)
def test_a_dialect_is_understood_or_said_to_be_unknown(fault, why):
    with simulated(users=1, fault=fault) as server:
        target = at(server)

        receipt = target.apply("u1", STOP)

        assert target.verify("u1", STOP).why == why
        assert receipt.degraded is (fault == "plain")


def test_a_stop_is_sent_before_the_roles_that_a_server_may_refuse():
    with simulated(users=1, fault="no_roles") as server:
        target = at(server, roles=True)
        target.apply("u1", replace(STOP, roles=None))
        target.apply("u1", replace(GO, roles=None))

        with pytest.raises(TargetRefused):
            target.apply("u1", replace(GO, roles=frozenset({"閲覧"})))
        with pytest.raises(TargetRefused):
            target.apply("u1", replace(STOP, roles=frozenset({"閲覧"})))
        assert next(iter(target.accounts())).enabled is False


def test_a_list_that_ends_before_its_end_says_so():
    with (
        simulated(users=500, fault="short") as server,
        pytest.raises(TargetUnreachable, match="500"),
    ):
        list(at(server).accounts())


def test_a_list_of_many_pages_is_whole():
    with simulated(users=1234) as server:
        assert len({one.ext_id for one in at(server).accounts()}) == 1234


def test_a_busy_server_is_asked_again_later_and_another_user_is_not_taken_for_ours():
    with simulated(users=1, fault="busy") as server, pytest.raises(TargetUnreachable, match="503"):
        at(server).apply("u1", STOP)
    with simulated(users=1, fault="mixed_up") as server, pytest.raises(TargetRefused):
        at(server).verify("u1", STOP)


@pytest.mark.parametrize("fault", ["lost", "deaf"])
def test_a_lost_answer_or_a_deaf_filter_makes_nobody_twice(fault):
    profile = Profile(key="A-7", login="hanako")
    with simulated(users=3, fault=fault) as server:
        target = at(server)
        for _ in range(3):
            try:
                target.apply("", replace(GO, roles=None, profile=profile))
            except TargetUnreachable:
                assert fault == "lost"

        assert len(list(target.accounts())) == 4


def test_the_last_use_is_what_the_server_says_of_it_and_never_a_change_of_ours():
    with simulated(users=1) as server:
        assert at(server).last_use("u1") is None
        target = at(server, last_use="meta.lastModified")
        assert target.last_use("u1") == NOON
        assert next(iter(target.accounts())).last_use_at == NOON


def test_an_id_is_one_step_of_a_path_and_no_other():
    with simulated(users=1) as server:
        for odd in ("../Groups/1", "u1?x=1", "u1#", ".."):
            try:
                assert at(server).verify(odd, STOP).evidence["exists"] is False
            except TargetRefused:
                continue
        assert next(iter(at(server).accounts())).enabled
