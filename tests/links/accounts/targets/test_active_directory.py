"""Active Directory, as Samba's controller speaks it: refused at once, with the reason said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from sekisho.accounts.wanted import AccountState, Profile
from sekisho_links.accounts.targets import TargetRefused, TargetUnreachable
from sekisho_links.accounts.targets.address import Address
from tests.links.accounts.targets import directory_peers, twins
from tests.links.accounts.targets.certificates import made_for

pytestmark = pytest.mark.root
NOON = datetime(2027, 3, 31, 3, tzinfo=UTC)
STOP = AccountState(exists=True, enabled=False, roles=frozenset(), since=NOON)
GO = AccountState(exists=True, enabled=True, roles=frozenset({"閲覧"}))
NORMAL, DISABLED, NEVER_CHANGES = 0x200, 0x2, 0x10000
OWN = "Their-own-1"
_numbers = count(1)


@pytest.fixture
def login():
    return f"jiro{next(_numbers)}"


def broken(kind, ad):
    """Return a broken twin that stands where the target of `ad` stands."""
    words = {
        "uri": f"ldaps://{ad.host}", "ca_file": str(ad.ca), "tls_name": directory_peers.HOST_IN_AD,
        "bind_dn": directory_peers.OURS_IN_AD, "base": f"OU=people,{directory_peers.DOMAIN}",
    }  # fmt: skip
    return kind(
        Address(words, place="双子"), directory_peers.SECRET_IN_AD, hand_over=ad.handed.append
    )


def test_a_stop_is_verified_when_the_controller_says_disabled(ad, login):
    ad.hire(login, roles=["受付", "閲覧"], control=NORMAL | NEVER_CHANGES)
    target = ad.target()
    assert ad.lets_in(login, OWN)
    assert not target.verify(login, STOP).ok

    receipt = target.apply(login, STOP)
    verification = target.verify(login, STOP)

    assert receipt.sent
    assert verification.ok, verification
    assert verification.evidence["probe"] == "refused: disabled"
    assert verification.evidence["tickets_end_by"] == (NOON + timedelta(hours=10)).isoformat()
    assert not ad.lets_in(login, OWN)
    assert "memberOf" not in ad.look(login)
    (line,) = [one for one in target.accounts() if one.ext_id == login]
    assert (line.enabled, line.roles) == (False, frozenset())


def test_the_other_flags_stay_and_a_twin_that_forgets_them_is_seen(ad, login):
    def flags(target, name):
        ad.hire(name, control=NORMAL | NEVER_CHANGES)
        target.apply(name, STOP)
        stopped = int(ad.look(name)["userAccountControl"][0])
        target.apply(name, replace(GO, roles=frozenset()))
        return stopped, int(ad.look(name)["userAccountControl"][0])

    twin = broken(twins.ForgetsTheOtherFlags, ad)

    kept = (NORMAL | NEVER_CHANGES | DISABLED, NORMAL | NEVER_CHANGES)
    assert flags(ad.target(), login) == kept
    assert flags(twin, f"{login}x") != kept


def test_a_flag_that_is_taken_back_is_no_stop(ad, login):
    ad.hire(login)
    target = ad.target()
    target.apply(login, STOP)
    ad.change(login, userAccountControl=str(NORMAL))

    verification = target.verify(login, STOP)

    assert not verification.ok
    assert verification.why == "止めたのに使えます"


def test_that_a_wrong_secret_is_refused_shows_no_stop(ad, login):
    """Whoever binds with a guess is refused by any account; only the right secret learns why."""
    ad.hire(login)
    target = ad.target()
    target.apply(login, STOP)
    target._probes[login] = "not the secret of this account"

    verification = target.verify(login, STOP)

    assert not verification.ok
    assert verification.evidence["probe"] == "refused: for another reason"


def test_where_no_probe_is_allowed_the_secret_stays_and_the_flag_counts_less(ad, login):
    ad.hire(login)
    target = ad.target(probes=False)
    target.apply(login, STOP)

    verification = target.verify(login, STOP)

    assert verification.ok
    assert verification.degraded
    ad.change(login, userAccountControl=str(NORMAL))
    assert ad.lets_in(login, OWN)
    assert not target.verify(login, STOP).ok


def test_another_process_verifies_with_a_secret_of_its_own(ad, login):
    ad.hire(login)
    ad.target().apply(login, STOP)

    assert ad.target().verify(login, STOP).ok


def test_what_is_as_wanted_is_not_sent_again(ad, login):
    ad.hire(login)
    target = ad.target()
    target.apply(login, STOP)
    before = ad.look(login)["uSNChanged"]

    assert not target.apply(login, STOP).sent
    assert ad.look(login)["uSNChanged"] == before


def test_an_end_to_come_is_armed_and_an_end_that_passed_lets_nobody_in(ad, login):
    ad.hire(login, roles=["閲覧"])
    target = ad.target()
    ends = replace(GO, expires_at=datetime(2031, 3, 31, 15, tzinfo=UTC))

    target.apply(login, ends)
    assert target.verify(login, ends).ok
    assert not target.verify(login, GO).ok
    assert ad.lets_in(login, OWN)
    target.apply(login, replace(GO, expires_at=NOON - timedelta(days=3650)))
    assert not ad.lets_in(login, OWN)
    target.apply(login, GO)

    assert ad.lets_in(login, OWN)


def test_who_is_resumed_gets_the_roles_back_and_a_new_secret_once(ad, login):
    ad.hire(login, roles=["受付"])
    target = ad.target()
    target.apply(login, STOP)

    receipt = target.apply(login, GO)

    assert receipt.evidence["needs_new_secret"]
    assert target.verify(login, GO).ok
    assert not ad.lets_in(login, OWN)
    target.rotate_secret(login)
    assert ad.lets_in(login, ad.handed[-1])


def test_a_secret_that_was_replaced_is_refused_at_once_and_not_after_an_hour(ad, login):
    def lets_in_both(target, name):
        ad.hire(name)
        target.rotate_secret(name)
        return ad.lets_in(name, OWN), ad.lets_in(name, ad.handed[-1])

    assert lets_in_both(ad.target(), login) == (False, True)
    assert lets_in_both(broken(twins.ReplacesTheSecretOnce, ad), f"{login}x") == (True, True)


def test_drift_orphans_and_the_last_use_are_listed(ad, login):
    ad.hire(login, roles=["閲覧", "受付"])
    ad.hire(f"{login}-orphan")
    ad.lets_in(login, OWN)

    lines = {one.ext_id: one for one in ad.target().accounts()}

    assert lines[login].roles == {"閲覧", "受付"}
    assert lines[login].last_use_at is not None
    assert lines[f"{login}-orphan"].enabled
    assert lines[f"{login}-orphan"].last_use_at is None
    assert ad.target().last_use(login) == lines[login].last_use_at


def test_an_account_is_made_once_and_a_stranger_of_that_name_is_not_adopted(ad, login):
    profile = Profile(key="A-7", login=login, family_name="架空", given_name="二郎")
    target = ad.target(upn_suffix="ad.example.jp")

    made = target.apply("", replace(GO, profile=profile))
    again = target.apply("", replace(GO, profile=profile))

    assert (made.ext_id, made.sent, again.sent) == (login, True, False)
    assert target.verify(login, GO).ok
    with pytest.raises(TargetRefused, match="すでに対象にあります"):
        target.apply("", replace(GO, profile=replace(profile, key="A-8")))


def test_who_is_not_there_is_stopped_and_a_wrong_place_shows_nothing(ad):
    assert ad.target().verify("nobody", STOP).ok
    with pytest.raises(TargetRefused, match="置き場所"):
        ad.target(base=f"OU=elsewhere,{directory_peers.DOMAIN}").verify("nobody", STOP)


def test_a_controller_of_another_certificate_is_not_spoken_to(ad, tmp_path):
    stranger = str(made_for(tmp_path, directory_peers.HOST_IN_AD)[0])

    with pytest.raises(TargetUnreachable):
        ad.target(ca_file=stranger).verify("anybody", STOP)
    assert ad.target(uri=f"ldap://{ad.host}", start_tls=True).verify("nobody", STOP).ok


def test_a_controller_that_is_not_there_is_unreachable(ad):
    with pytest.raises(TargetUnreachable):
        ad.target(uri="ldaps://127.77.255.254").apply("anybody", STOP)
