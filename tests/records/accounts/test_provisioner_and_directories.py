"""The provisioner against real directories: who was stopped gets in no more, or it stays red."""

from datetime import timedelta

import pytest

from sekisho_links.accounts.targets.secrets import keep_secret
from sekisho_web.accounts import provisioning
from sekisho_web.accounts.models import Hold, Push
from sekisho_web.accounts.operations import carrying, lift, suspend
from sekisho_web.campaigns.models import Finding
from tests.factories import NOON, PersonFactory
from tests.factories.targets import TargetFactory, living
from tests.links.accounts.targets import directory_peers
from tests.links.accounts.targets.directory_peers import OURS, SECRET, TOP

pytestmark = pytest.mark.django_db(transaction=True)
OWN = "their own"


@pytest.fixture
def desk(tmp_path):
    desk = provisioning.Desk(tmp_path)
    yield desk
    desk.close()


def served(peer, home, *, probes=True):
    """Return an account that lives here and in the directory of `peer`."""
    account = living()
    address = {
        "uri": f"ldap://127.0.0.1:{peer.port}", "bind_dn": OURS, "base": f"ou=people,{TOP}",
        "policy": f"cn=default,ou=policies,{TOP}", "timeout": 5,
    }  # fmt: skip
    TargetFactory(system=account.system, kind="ldap", address=address, probes=probes)
    keep_secret(home, account.system.key, SECRET)
    peer.hire(account.code, secret=OWN)
    return account


def work(desk, now):
    while provisioning.one_round(desk, clock=lambda: now):
        pass


def stop(account):
    return suspend(target=account, reason=Hold.Reason.INVESTIGATION, by=None, now=NOON)


def test_who_is_stopped_here_is_stopped_in_the_directory_and_may_come_back(tmp_path, desk):
    with directory_peers.slapd(tmp_path) as peer:
        account = served(peer, tmp_path)
        assert peer.lets_in(account.code, OWN)

        hold = stop(account)
        work(desk, NOON)

        push = Push.objects.get()
        assert push.state == Push.State.VERIFIED
        assert push.evidence["seen"]["probe"] == "refused"
        assert SECRET not in str(push.evidence)
        assert not peer.lets_in(account.code, OWN)
        later = NOON + timedelta(days=1)
        lift(hold=hold, by=PersonFactory(), note="調査が終わった", now=later)
        work(desk, later)
        assert Push.objects.latest("pk").state == Push.State.VERIFIED
        assert "pwdAccountLockedTime" not in peer.look(account.code)


@pytest.mark.parametrize(
    ("probes", "problem"),
    [
        pytest.param(True, "止めたと答えたのに、入れました", id="試す"),
        pytest.param(False, "止まっているかを対象が言いません", id="試さない"),
    ],
)
def test_a_directory_that_answers_success_and_lets_the_user_in_ends_red(
    tmp_path, desk, probes, problem
):
    with directory_peers.slapd(tmp_path, policy="none") as peer:
        account = served(peer, tmp_path, probes=probes)

        stop(account)
        work(desk, NOON)

        push = Push.objects.get()
        assert push.state == Push.State.FAILED
        assert push.problem == problem
        late = NOON + timedelta(minutes=5)
        work(desk, late)
        carrying.escalate_overdue(now=late)
        assert Push.objects.get().state == Push.State.ESCALATED
        assert Push.objects.get().verified_at is None
        assert Finding.objects.filter(kind="push_escalated").exists()
