"""The provisioner against a real OpenLDAP: what it says is believed only when nobody gets in."""

from datetime import timedelta

import pytest

from sekisho_links.accounts.targets.secrets import keep_secret
from sekisho_web.accounts import provisioning
from sekisho_web.accounts.models import Hold, Push
from sekisho_web.accounts.operations import carrying, suspend
from sekisho_web.campaigns.models import Finding
from tests.factories import NOON
from tests.factories.targets import TargetFactory, living
from tests.links.accounts.targets import directory_peers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def openldap(tmp_path_factory):
    with directory_peers.slapd(tmp_path_factory.mktemp("slapd")) as peer:
        yield peer


@pytest.fixture(scope="module")
def openldap_without_policy(tmp_path_factory):
    with directory_peers.slapd(tmp_path_factory.mktemp("slapd"), policy="none") as peer:
        yield peer


def stopped(peer, home):
    """Stop somebody whom the directory lets in, and let the provisioner work for a while."""
    account = living()
    peer.hire(account.code)
    assert peer.lets_in(account.code, "their own")
    address = {
        "uri": f"ldap://127.0.0.1:{peer.port}", "bind_dn": directory_peers.OURS,
        "base": f"ou=people,{directory_peers.TOP}", "timeout": 5,
        "policy": f"cn=default,ou=policies,{directory_peers.TOP}",
    }  # fmt: skip
    TargetFactory(system=account.system, kind="ldap", address=address, probes=True)
    keep_secret(home, account.system.key, directory_peers.SECRET)
    suspend(target=account, reason=Hold.Reason.INVESTIGATION, by=None, now=NOON)
    desk = provisioning.Desk(home)
    for seconds in (0, 10, 20, 40, 80, 150, 300, 1200, 86_400):
        now = NOON + timedelta(seconds=seconds)
        while provisioning.one_round(desk, clock=lambda now=now: now):
            pass
        carrying.escalate_overdue(now=now)
    desk.close()
    return Push.objects.get()


def test_a_stop_is_verified_when_the_holder_gets_in_no_more(openldap, tmp_path):
    push = stopped(openldap, tmp_path)

    assert (push.state, push.problem) == ("verified", "")
    assert push.evidence["seen"]["probe"] == "refused"
    assert not openldap.lets_in(push.account.code, "their own")


def test_success_that_lets_the_user_in_is_escalated_and_never_verified(
    openldap_without_policy, tmp_path
):
    push = stopped(openldap_without_policy, tmp_path)

    assert (push.state, push.verified_at, push.evidence) == ("escalated", None, None)
    assert push.problem == "止めたと答えたのに、入れました"
    assert push.attempts == 9
    assert Finding.objects.filter(kind="push_escalated", closed_at=None).exists()
