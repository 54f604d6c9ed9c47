"""A target's list is held against ours; what differs is found, and nothing is adopted."""

from datetime import timedelta

import pytest

from sekisho.terms.days import jst_day
from sekisho_web.accounts import provisioning
from sekisho_web.accounts.models import Account, Hold, Push, Reconciliation
from sekisho_web.accounts.operations import reconciling, suspend
from sekisho_web.accounts.queries import reconciling as queries
from sekisho_web.campaigns.models import Finding
from tests.factories import NOON, AccountFactory, PersonFactory
from tests.factories.targets import ScimService, TargetFactory, living

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    service = ScimService()
    with service.serving() as url:
        service.url = url
        yield service


@pytest.fixture
def desk(tmp_path):
    desk = provisioning.Desk(tmp_path)
    yield desk
    desk.close()


@pytest.fixture
def target(service):
    return TargetFactory(address={"url": service.url})


def known(service, **more):
    account = living(**more)
    account.ext_id = service.add(account.code)
    account.save()
    return account


def compare(desk, target, now=NOON):
    return provisioning.compare(desk, target, clock=lambda: now)


def classes(run):
    return [one["class"] for one in run.differences]


def test_a_target_that_is_as_wanted_gives_no_finding(service, desk, target):
    known(service)

    run = compare(desk, target)

    assert (run.read, run.stated, run.ours, run.is_readable) == (1, 1, 1, True)
    assert (run.differences, Finding.objects.count(), Push.objects.count()) == ([], 0, 0)


def test_an_orphan_is_found_and_neither_adopted_nor_touched(service, desk, target):
    service.add("stranger")

    run = compare(desk, target)

    assert classes(run) == ["orphan"]
    finding = Finding.objects.get(kind="orphan")
    assert "stranger" not in finding.sentence
    assert (service.writes.total(), Account.objects.count(), Push.objects.count()) == (0, 0, 0)
    assert set(service.asked) == {"GET"}


def test_what_was_stopped_and_works_again_is_pushed_and_found(service, desk, target):
    account = known(service)
    suspend(target=account, reason=Hold.Reason.REVIEW, by=None, now=NOON - timedelta(hours=1))
    Push.objects.update(
        state="verified", verified_at=NOON, sent_at=NOON, next_at=None, evidence={"seen": 1}
    )

    run = compare(desk, target)

    assert classes(run) == ["revived"]
    assert Finding.objects.get(kind="revived").times == 1
    push = Push.objects.get(state="planned")
    assert (push.account_id, push.because) == (account.pk, "突合（復活）")


def test_a_push_that_is_on_its_way_is_waited_for(service, desk, target):
    account = known(service)
    suspend(target=account, reason=Hold.Reason.REVIEW, by=None, now=NOON)

    assert compare(desk, target).differences == []
    assert classes(compare(desk, target, now=NOON + timedelta(minutes=5))) == ["revived"]


def test_what_is_missing_is_pushed_and_a_closed_one_that_works_is_left_over(service, desk, target):
    gone, closed = known(service), known(service)
    del service.users[gone.ext_id]
    Account.objects.filter(pk=closed.pk).update(closed_at=NOON - timedelta(days=1))

    run = compare(desk, target)

    assert classes(run) == ["missing", "leftover"]
    assert set(Push.objects.values_list("account", flat=True)) == {gone.pk, closed.pk}


def test_of_a_list_that_shrank_nothing_is_concluded(service, desk, target):
    accounts = [known(service) for _ in range(20)]
    compare(desk, target)
    for account in accounts[:2]:
        del service.users[account.ext_id]

    run = compare(desk, target)

    assert (run.is_readable, classes(run)) == (False, ["unreadable"])
    assert "減りました" in run.problem
    assert not Push.objects.exists()
    assert not Finding.objects.exclude(kind="unreadable").exists()
    compare(desk, target)  # the short list is not what the next one is measured by
    assert Reconciliation.objects.order_by("-pk").first().is_readable is False


def test_a_target_that_does_not_answer_is_unreadable(desk, target, service):
    service.down = True

    run = compare(desk, target)

    assert (run.is_readable, classes(run)) == (False, ["unreadable"])


def test_a_target_that_cannot_be_opened_is_unreadable(desk, target):
    target.address = {"url": "http://elsewhere.example/scim"}
    target.save()

    run = compare(desk, target)

    assert (run.is_readable, run.read) == (False, None)
    assert "暗号化" in run.problem


def test_many_of_one_class_are_one_finding(service, desk, target):
    for place in range(reconciling.FINDINGS + 1):
        service.add(f"stranger{place}")

    compare(desk, target)

    assert "21 件" in Finding.objects.get(kind="orphan").sentence


def test_to_ask_twice_is_to_ask_once_and_the_run_answers_it(service, desk, target):
    by = PersonFactory()
    asked = reconciling.ask(target=target, by=by, now=NOON)

    assert reconciling.ask(target=target, by=by, now=NOON).pk == asked.pk
    assert compare(desk, target).pk == asked.pk
    assert Reconciliation.objects.get().ended_at == NOON


def test_a_night_comes_once(service, desk, target):
    two = jst_day(NOON.date()) + timedelta(hours=2)

    def is_due(at):
        return [one.pk for one in queries.due(now=at)] == [target.pk]

    assert is_due(two - timedelta(days=30))  # never compared
    compare(desk, target, now=two - timedelta(hours=3))
    assert not is_due(two - timedelta(seconds=1))
    assert is_due(two)
    compare(desk, target, now=two)
    assert not is_due(two + timedelta(hours=23))


def adopt(run, account, **more):
    facts = {
        "reconciliation": run,
        "ext_id": run.differences[0]["ext_id"],
        "account": account,
        "by": PersonFactory(),
        "reason": "本人に会って確かめた",
        "now": NOON,
    }
    return reconciling.adopt(**facts | more)


def test_an_orphan_is_taken_over_by_a_person_with_a_reason(service, desk, target):
    account = living()
    service.add(account.code)
    run = compare(desk, target)

    adopt(run, account)

    account.refresh_from_db()
    assert account.ext_id == "u1"
    assert Push.objects.get().because == "孤児の引き取り"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        pytest.param({"reason": ""}, "理由", id="理由なし"),
        pytest.param({"ext_id": "u9"}, "孤児ではありません", id="孤児でない"),
        pytest.param({"account": "closed"}, "結び付けられません", id="廃止されたID"),
        pytest.param({"account": "elsewhere"}, "結び付けられません", id="別のシステム"),
        pytest.param({"by": "holder"}, "自分のID", id="本人"),
    ],
)
def test_and_by_nobody_else(service, desk, target, more, says):
    account = living()
    service.add(account.code)
    run = compare(desk, target)
    others = {
        "closed": lambda: AccountFactory(closed_at=NOON),
        "elsewhere": lambda: AccountFactory(system="nwonline"),
        "holder": lambda: account.person,
    }
    more = {key: others.get(value, lambda value=value: value)() for key, value in more.items()}

    with pytest.raises(reconciling.CannotAdopt, match=says):
        adopt(run, **{"account": account} | more)


def test_the_last_use_that_the_target_knows_counts(service, desk, target):
    target.address |= {"last_use": "lastSeen"}
    target.save()
    account = known(service)
    used = account.last_used_at + timedelta(hours=3)
    service.users[account.ext_id]["lastSeen"] = used.isoformat()

    compare(desk, target)

    account.refresh_from_db()
    assert account.last_used_at == used
