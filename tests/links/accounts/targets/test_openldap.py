"""OpenLDAP: a stop counts only when nobody gets in any more."""

import socket
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from sekisho.accounts.wanted import AccountState, Profile
from sekisho_links.accounts.targets import TargetRefused, TargetUnreachable
from sekisho_links.accounts.targets.address import Address
from tests.links.accounts.targets import directory_peers, twins
from tests.links.accounts.targets.certificates import made_for
from tests.links.accounts.targets.directory_peers import HOST, ROLES, SECRET, group
from tests.links.accounts.targets.processes import free_port

NOON = datetime(2027, 3, 31, 3, tzinfo=UTC)
STOP = AccountState(exists=True, enabled=False, roles=frozenset(), since=NOON)
GO = AccountState(exists=True, enabled=True, roles=frozenset({"閲覧"}))
_numbers = count(1)


@pytest.fixture
def uid():
    return f"taro{next(_numbers)}"


def broken(kind, peer, **more):
    """Return a broken twin that stands where the target of `peer` stands."""
    words = {
        "uri": f"ldap://127.0.0.1:{peer.port}", "bind_dn": directory_peers.OURS, "timeout": 5,
        "base": f"ou=people,{directory_peers.TOP}", "placeholder": directory_peers.OURS,
        "policy": f"cn=default,ou=policies,{directory_peers.TOP}",
        "roles": {role: group(role) for role in ROLES},
    }  # fmt: skip
    return kind(Address(words | more, place="双子"), SECRET, hand_over=None)


def lies(target, peer, uid):
    """Return whether a stop counts as verified although its holder, knowing the secret, gets in."""
    peer.hire(uid)
    target.apply(uid, STOP)
    secret, _ = target._probes[uid]
    verified = target.verify(uid, STOP).ok
    return verified and peer.lets_in(uid, secret)


def test_a_stop_is_verified_when_the_holder_gets_in_no_more(openldap, uid):
    openldap.hire(uid, roles=["受付", "閲覧"])
    target = openldap.target()
    assert openldap.lets_in(uid, "their own")
    assert not target.verify(uid, STOP).ok

    receipt = target.apply(uid, STOP)
    verification = target.verify(uid, STOP)

    assert receipt.sent
    assert verification.ok, verification
    assert verification.evidence["probe"] == "refused"
    assert not openldap.lets_in(uid, "their own")
    assert openldap.look(uid)["pwdAccountLockedTime"] == [b"000001010000Z"]
    (line,) = [one for one in target.accounts() if one.ext_id == uid]
    assert (line.enabled, line.roles) == (False, frozenset())


@pytest.mark.parametrize("server", ["openldap_without_policy", "openldap_with_idle_policy"])
def test_a_server_that_answers_success_and_lets_the_user_in_is_not_verified(request, server, uid):
    peer = request.getfixturevalue(server)
    peer.hire(uid)
    target = peer.target()

    receipt = target.apply(uid, STOP)
    verification = target.verify(uid, STOP)

    assert receipt.sent
    assert not verification.ok
    assert verification.why == "止めたと答えたのに、入れました"
    assert verification.evidence["locked"] is True


def test_no_verified_stop_lets_anybody_in_and_a_reader_of_flags_is_caught(
    openldap, openldap_without_policy, openldap_with_idle_policy, uid
):
    peers = [openldap, openldap_without_policy, openldap_with_idle_policy]

    ours = [lies(peer.target(), peer, f"{uid}-{n}") for n, peer in enumerate(peers)]
    twin = [lies(broken(twins.BelievesTheFlag, p), p, f"{uid}x{n}") for n, p in enumerate(peers)]

    assert ours == [False, False, False]
    assert twin == [False, True, True]


def test_where_no_probe_is_allowed_only_a_policy_that_locks_counts_and_that_is_degraded(
    openldap, openldap_without_policy, openldap_with_idle_policy, uid
):
    peers = [openldap, openldap_without_policy, openldap_with_idle_policy]
    verified = []
    for peer in peers:
        peer.hire(uid)
        target = peer.target(probes=False)
        target.apply(uid, STOP)
        verified.append(target.verify(uid, STOP))

    assert [one.ok for one in verified] == [True, False, False]
    assert all(one.degraded for one in verified)


def test_a_lock_before_the_new_secret_is_lifted_by_it_and_seen(openldap, uid):
    openldap.hire(uid)
    target = broken(twins.LocksFirst, openldap)

    target.apply(uid, STOP)

    assert not target.verify(uid, STOP).ok


def test_that_a_list_shows_a_lock_which_does_not_count_is_not_a_stop(openldap_without_policy, uid):
    openldap_without_policy.hire(uid)
    target = openldap_without_policy.target()

    target.apply(uid, STOP)

    (line,) = [one for one in target.accounts() if one.ext_id == uid]
    assert line.enabled is None


def test_another_process_verifies_by_stopping_once_more(openldap, uid):
    openldap.hire(uid)
    openldap.target().apply(uid, STOP)

    assert openldap.target().verify(uid, STOP).ok
    assert openldap.look(uid)["pwdAccountLockedTime"] == [b"000001010000Z"]


def test_what_was_never_stopped_is_not_touched_by_looking(openldap, openldap_without_policy, uid):
    for peer in (openldap, openldap_without_policy):
        peer.hire(uid)

        assert not peer.target().verify(uid, STOP).ok
        assert peer.lets_in(uid, "their own")


def test_what_is_as_wanted_is_not_sent_again(openldap, uid):
    openldap.hire(uid)
    target = openldap.target()
    target.apply(uid, STOP)
    before = openldap.look(uid)["entryCSN"]

    assert not target.apply(uid, STOP).sent
    assert openldap.look(uid)["entryCSN"] == before


def test_who_is_resumed_gets_the_roles_back_and_a_new_secret_once(openldap, uid):
    openldap.hire(uid, roles=["受付"])
    target = openldap.target()
    target.apply(uid, STOP)
    with pytest.raises(TargetRefused, match="止まっている"):
        target.rotate_secret(uid)

    receipt = target.apply(uid, GO)

    assert receipt.evidence["needs_new_secret"]
    assert target.verify(uid, GO).ok
    assert not openldap.lets_in(uid, "their own")
    target.rotate_secret(uid)
    assert openldap.lets_in(uid, openldap.handed[-1])
    (line,) = [one for one in target.accounts() if one.ext_id == uid]
    assert line.roles == {"閲覧"}


def test_the_last_use_is_read_before_the_new_secret_makes_it_forgotten(openldap, uid):
    openldap.hire(uid)
    target = openldap.target()
    assert target.last_use(uid) is None
    openldap.lets_in(uid, "their own")
    used = target.last_use(uid)

    receipt = target.apply(uid, STOP)

    assert abs(used.timestamp() - time.time()) < 60
    assert receipt.evidence["last_use_before"] == used.isoformat()
    assert target.last_use(uid) is None


def test_an_end_to_come_is_armed_and_an_end_that_passed_lets_nobody_in(openldap, uid):
    openldap.hire(uid, roles=["閲覧"])
    target = openldap.target()
    ends = replace(GO, expires_at=datetime(2031, 3, 31, 15, tzinfo=UTC))

    target.apply(uid, ends)
    assert target.verify(uid, ends).ok
    assert not target.verify(uid, GO).ok
    target.apply(uid, replace(GO, expires_at=NOON - timedelta(days=3650)))

    assert not openldap.lets_in(uid, "their own")


def test_drift_and_orphans_are_listed_with_their_roles(openldap, uid):
    openldap.hire(uid, roles=["閲覧", "受付"])
    openldap.hire(f"{uid}-orphan")

    lines = {one.ext_id: one for one in openldap.target().accounts()}

    assert lines[uid].roles == {"閲覧", "受付"}
    assert lines[f"{uid}-orphan"].enabled
    assert lines[f"{uid}-orphan"].roles == frozenset()


def test_a_list_of_many_pages_is_whole(openldap, uid):
    openldap.hire_many(f"{uid}-{n}" for n in range(620))

    listed = {one.ext_id for one in openldap.target().accounts()}

    assert {f"{uid}-{n}" for n in range(620)} <= listed


def test_a_list_that_the_server_cuts_short_says_so(openldap_without_policy, uid):
    openldap_without_policy.hire_many(f"{uid}-{n}" for n in range(620))

    with pytest.raises(TargetRefused, match="sizeLimitExceeded"):
        list(openldap_without_policy.target().accounts())


def test_who_is_not_there_is_stopped_and_a_wrong_place_shows_nothing(openldap):
    assert openldap.target().verify("nobody", STOP).ok
    assert openldap.target().verify("", STOP).ok
    with pytest.raises(TargetRefused, match="置き場所"):
        openldap.target(base=f"ou=elsewhere,{directory_peers.TOP}").verify("nobody", STOP)


def test_who_is_hidden_from_us_is_not_taken_for_absent(openldap, uid):
    openldap.hire(uid)
    hidden = {"bind_dn": directory_peers.BLIND}
    narrow = {"filter": "(&(objectClass=inetOrgPerson)(title=係員))"}

    for words in (hidden, narrow):
        with pytest.raises(TargetRefused):
            openldap.target(**words).verify(uid, STOP)
        twin = broken(twins.TakesWhatItDoesNotSeeForAbsent, openldap, **words)
        assert twin.verify(uid, STOP).ok
    assert openldap.lets_in(uid, "their own")


def test_a_secret_that_was_replaced_since_is_not_probed_with(openldap, uid):
    """A bind with the wrong secret is refused by everybody, and would look like a stop."""
    openldap.hire(uid)
    target = openldap.target()
    target.apply(uid, STOP)
    openldap.change(uid, userPassword=["somebody else's"])
    openldap.change(uid, pwdAccountLockedTime=["000001010000Z"])

    assert target.verify(uid, STOP).ok
    assert not openldap.lets_in(uid, "somebody else's")
    openldap.change(uid, pwdAccountLockedTime=[])
    assert not openldap.lets_in(uid, "somebody else's")


def test_an_id_that_looks_like_a_filter_finds_nobody_else(openldap, uid):
    openldap.hire(uid)

    assert openldap.target().last_use("*") is None
    assert not openldap.target().apply("*)(uid=*", STOP).sent
    assert openldap.lets_in(uid, "their own")


def test_an_account_is_made_once_and_a_stranger_of_that_name_is_not_adopted(openldap, uid):
    profile = Profile(key="A-7", login=uid, family_name="架空", mail="t@example.jp")
    target = openldap.target()

    made = target.apply("", replace(GO, profile=profile))
    again = target.apply("", replace(GO, profile=profile))

    assert (made.ext_id, made.sent, again.sent) == (uid, True, False)
    assert target.verify(uid, GO).ok
    with pytest.raises(TargetRefused, match="すでに対象にあります"):
        target.apply("", replace(GO, profile=replace(profile, key="A-8")))


def test_a_stop_holds_even_where_its_roles_cannot_be_taken_away(openldap, uid):
    openldap.hire(uid, roles=["閲覧"])
    openldap.change_group("閲覧", member=[f"uid={uid},ou=people,{directory_peers.TOP}"])
    try:
        with pytest.raises(TargetRefused, match="objectClassViolation"):
            openldap.target(placeholder="").apply(uid, STOP)

        assert not openldap.lets_in(uid, "their own")
        assert not openldap.target().verify(uid, STOP).ok
        openldap.target().apply(uid, STOP)
        assert openldap.target().verify(uid, STOP).ok
    finally:
        openldap.change_group("閲覧", member=[directory_peers.OURS])


def test_a_role_without_a_group_is_said(openldap, uid):
    openldap.hire(uid)

    with pytest.raises(TargetRefused, match="承認"):
        openldap.target().apply(uid, replace(GO, roles=frozenset({"承認"})))


def test_a_target_that_is_down_for_a_time_is_verified_afterwards(tmp_path, uid):
    port = free_port()
    with directory_peers.slapd(tmp_path, port=port) as peer:
        peer.hire(uid)
        target = peer.target()
    with pytest.raises(TargetUnreachable):
        target.apply(uid, STOP)
    with pytest.raises(TargetUnreachable):
        target.verify(uid, STOP)
    with pytest.raises(TargetUnreachable):
        list(target.accounts())

    with directory_peers.slapd(tmp_path, port=port) as peer:
        target.apply(uid, STOP)

        assert target.verify(uid, STOP).ok


def test_a_server_that_never_answers_is_left(uid):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        peer = directory_peers.Slapd(port=silent.getsockname()[1], policy="none")

        with pytest.raises(TargetUnreachable):
            peer.target(timeout=1).verify(uid, STOP)


def test_a_wrong_secret_of_ours_is_refused_and_not_repeated(openldap):
    words = directory_peers.OURS
    target = openldap.target(bind_dn=words.replace("sekisho", "stranger"))

    with pytest.raises(TargetRefused) as refused:
        target.verify("anybody", STOP)

    assert SECRET not in str(refused.value)
    assert "invalidCredentials" in str(refused.value)


@pytest.mark.parametrize("way", ["ldaps", "start_tls"])
def test_an_encrypted_server_is_known_by_its_certificate(openldap, tmp_path, uid, way):
    openldap.hire(uid, roles=["閲覧"])
    words = {"start_tls": True}
    if way == "ldaps":
        words = {"uri": f"ldaps://127.0.0.1:{openldap.tls}"}
    ca, stranger = str(openldap.ca), str(made_for(tmp_path, HOST)[0])

    assert openldap.target(**words, ca_file=ca, tls_name=HOST).verify(uid, GO).ok
    for wrong in ({"ca_file": stranger, "tls_name": HOST}, {"ca_file": ca}, {"tls_name": HOST}):
        with pytest.raises(TargetUnreachable):
            openldap.target(**words, **wrong).verify(uid, GO)
