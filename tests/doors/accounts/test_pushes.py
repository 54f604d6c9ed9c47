"""反映状況, 突合 and 反映先: who enters, what is refused and why, what a page never shows."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from sekisho_web.accounts.models import Push, Reconciliation, Target
from sekisho_web.accounts.operations import pushes
from tests.factories import NOON, AccountFactory, PersonFactory, sign_in
from tests.factories.people import CompanyFactory, OfficerFactory, SystemFactory
from tests.factories.targets import PushFactory, TargetFactory, living

pytestmark = pytest.mark.django_db

SAYS = "4月1日 9時10分に、利用者一覧で停止の表示を見ました"


def now_push(**more):
    now = timezone.now()
    account = living()
    TargetFactory(system=account.system, **more)
    return PushFactory(account=account, planned_at=now, effective_at=now, next_at=now)


def page(client, name, *args, **query):
    return client.get(reverse(f"accounts:{name}", args=args), query)


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("name", ["pushes", "reconciliations"])
@pytest.mark.parametrize(
    ("traits", "status"),
    [
        pytest.param({"it": True}, 200, id="システム管理"),
        pytest.param({"compliance": True}, 200, id="第2線"),
        pytest.param({"audit": True}, 200, id="第3線"),
        pytest.param({}, 403, id="窓口"),
        pytest.param({"sales": True}, 403, id="関係小売"),
    ],
)
def test_who_reads(client, name, traits, status):
    sign_in(client, **traits)

    assert page(client, name).status_code == status


@pytest.mark.parametrize(
    ("name", "args"), [("targets", ()), ("target", ("takuso",)), ("orders", (1,))]
)
def test_only_system_managers_register_targets(client, name, args):
    SystemFactory()
    sign_in(client, compliance=True)

    assert page(client, name, *args).status_code == 403


@pytest.mark.parametrize("name", ["pushes", "reconciliations", "targets"])
def test_an_empty_page_says_what_comes_first(client, name):
    sign_in(client, it=True)

    response = page(client, name)

    assert response.status_code == 200
    assert 'class="empty"' in text(response)


def test_the_queue_shows_what_is_wanted_and_how_it_stands(client):
    push = now_push()
    sign_in(client, it=True)

    body = text(page(client, "pushes"))

    assert push.account.code in body
    assert "止める" in body
    assert "反映中" in body
    assert 'hx-trigger="every 5s"' in body


def test_what_is_over_its_limit_is_red_although_its_row_says_planned(client):
    push = now_push()
    Push.objects.update(planned_at=NOON)
    sign_in(client, it=True)

    assert "確かめられない" in text(page(client, "push", push.pk))


def test_nothing_moves_on_a_page_on_which_nothing_is_under_way(client):
    push = now_push()
    Push.objects.update(
        state="verified", evidence={"seen": 1}, sent_at=push.planned_at,
        verified_at=push.planned_at, next_at=None,
    )  # fmt: skip
    sign_in(client, it=True)

    body = text(page(client, "pushes"))

    assert "hx-trigger" not in body
    assert "100%" in body


def test_the_queue_takes_as_many_queries_for_three_rows_as_for_thirty(
    client, django_assert_max_num_queries
):
    sign_in(client, it=True)
    TargetFactory()
    counts = []
    for n in (3, 27):
        for _ in range(n):
            PushFactory(account=living(), planned_at=timezone.now())
        with django_assert_max_num_queries(60) as asked:
            page(client, "pushes")
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_what_is_pushed_for_another_company_is_not_there(client):
    other = CompanyFactory(code="N08", name="別の送配電")
    theirs = AccountFactory(system=SystemFactory(key="theirs", owner=other), works_for=other)
    push = PushFactory(account=theirs)
    sign_in(client, it=True)

    assert page(client, "push", push.pk).status_code == 404
    assert theirs.code not in text(page(client, "pushes", only="all"))


def test_two_people_close_a_push_and_one_cannot(client):
    push = now_push()
    one = sign_in(client, it=True)

    response = client.post(reverse("accounts:attest_push", args=[push.pk]), {"says": SAYS})
    assert response.status_code == 302
    alone = client.post(reverse("accounts:confirm_push", args=[push.pk]))
    assert alone.status_code == 422
    assert "証拠を出した人" in text(alone)

    two = sign_in(client, it=True)
    assert client.post(reverse("accounts:confirm_push", args=[push.pk])).status_code == 302

    push.refresh_from_db()
    assert (push.state, push.closed_by, push.closed_second) == ("closed", one, two)
    body = text(page(client, "push", push.pk))
    assert "相手は確かめていない" in body
    assert "is-good" not in re.findall(r'class="state ([^"]*)"', body)


def test_the_second_look_needs_a_fresh_proof(client):
    push = now_push()
    pushes.attest(push=push, evidence={"says": SAYS}, by=PersonFactory(), now=timezone.now())
    sign_in(client, it=True, proof=3600)

    client.post(reverse("accounts:confirm_push", args=[push.pk]))

    push.refresh_from_db()
    assert push.state == "acknowledged"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        pytest.param({"says": ""}, "「確かめたこと」を入れて", id="空"),
        pytest.param({"says": "止めた"}, "証拠が書かれていません", id="短い"),
    ],
)
def test_evidence_is_words_that_say_something(client, typed, says):
    push = now_push()
    sign_in(client, it=True)

    response = client.post(reverse("accounts:attest_push", args=[push.pk]), typed)

    assert response.status_code == 422
    assert says in text(response)


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        pytest.param("a.png", b"\x89PNG\r\n\x1a\n....", 302, id="画面の写し"),
        pytest.param("a.csv", "ID,状態\r\n".encode("cp932"), 302, id="一覧"),
        pytest.param("a.html", b"<script>alert(1)</script>", 422, id="実行できるもの"),
        pytest.param("a.svg", b"<svg onload='x'/>", 422, id="動く図"),
        pytest.param("a.png", b"\x89PNG" + b"x" * 512 * 1024, 422, id="大きすぎる"),
    ],
)
def test_a_proof_is_a_picture_or_a_list(client, name, data, status):
    from django.core.files.uploadedfile import SimpleUploadedFile

    push = now_push()
    sign_in(client, it=True)

    response = client.post(
        reverse("accounts:attest_push", args=[push.pk]),
        {"says": SAYS, "file": SimpleUploadedFile(name, data)},
    )

    assert response.status_code == status
    found = page(client, "proof_of_push", push.pk)
    if status == 302:
        assert found.content == data
        assert found.headers["Content-Disposition"].startswith("attachment")
        assert found.headers["X-Content-Type-Options"] == "nosniff"
    else:
        assert found.status_code == 404


def test_a_work_order_is_printed_and_exported_and_runs_no_formula(client):
    push = now_push(by_hand=True)
    push.account.ext_id = "=cmd()"
    push.account.save()
    sign_in(client, it=True)

    body = text(page(client, "orders", push.target_id))
    exported = page(client, "orders_csv", push.target_id).content.decode("utf-8-sig")

    assert f"P{push.pk}" in body
    assert "停止し" in body
    assert "'=cmd()" in exported


def register(client, **typed):
    facts = {"kind": "scim", "address": 'url = "https://idm.example/scim/v2"', "enabled": "on"}
    return client.post(reverse("accounts:target", args=["takuso"]), facts | typed)


def test_a_target_is_registered_and_reads_back_as_it_was_typed(client):
    SystemFactory()
    sign_in(client, it=True)

    assert register(client).status_code == 302

    target = Target.objects.get()
    assert target.address == {"url": "https://idm.example/scim/v2"}
    assert "https://idm.example/scim/v2" in text(page(client, "target", "takuso"))
    assert "一覧を出す" in text(page(client, "targets"))


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        pytest.param({"address": "url = x"}, "名前 = 値", id="形が違う"),
        pytest.param({"address": ""}, "「url」がありません", id="宛先がない"),
        pytest.param({"address": 'url = "http://idm.example/"'}, "暗号化されていません", id="平文"),
        pytest.param(
            {"address": 'url = "https://idm.example/"\nsecret = "x"'}, "知らない設定", id="秘密"
        ),
        pytest.param({"kind": "telepathy"}, "選", id="知らない方式"),
    ],
)
def test_a_target_that_could_not_be_reached_is_not_registered(client, typed, says):
    SystemFactory()
    sign_in(client, it=True)

    response = register(client, **typed)

    assert response.status_code == 422
    assert says in text(response)
    assert not Target.objects.exists()


def test_the_kind_does_not_change_under_what_is_on_its_way(client):
    now_push()
    sign_in(client, it=True)

    response = register(client, kind="by_hand", address="")

    assert response.status_code == 422
    assert "終わっていない反映" in text(response)


def test_a_system_of_another_company_has_no_form_here(client):
    SystemFactory(key="theirs", owner=CompanyFactory(rival=True))
    sign_in(client, it=True)

    assert page(client, "target", "theirs").status_code == 404


def test_a_comparison_is_asked_for_and_waits(client):
    target = TargetFactory()
    sign_in(client, it=True)

    client.post(reverse("accounts:reconcile", args=[target.pk]))

    assert Reconciliation.objects.get().asked_by is not None
    assert "待っています" in text(page(client, "reconciliations"))


def orphaned():
    return Reconciliation.objects.create(
        target=TargetFactory(), began_at=NOON, ended_at=NOON, read=2, ours=1, is_readable=True,
        differences=[
            {"class": "orphan", "ext_id": "<u9>", "account": None, "says": "使える状態",
             "push": False},
        ],
    )  # fmt: skip


def test_a_run_says_what_differs_and_escapes_what_the_target_wrote(client):
    run = orphaned()
    sign_in(client, it=True)

    body = text(page(client, "reconciliation", run.pk))

    assert "&lt;u9&gt;" in body
    assert "孤児 1" in body
    assert "結び付ける</a>" not in body


def test_an_officer_links_an_orphan_with_a_reason(client):
    run, account = orphaned(), living()
    officer = OfficerFactory()
    sign_in(client, officer.appointment.person)
    typed = {"ext_id": "<u9>", "code": account.code, "reason": "本人に会って確かめた"}
    url = reverse("accounts:adopt", args=[run.pk])

    wrong = client.post(url, typed | {"code": "NOBODY"})
    assert wrong.status_code == 422
    assert "台帳にありません" in text(wrong)
    assert client.post(url, typed).status_code == 302

    account.refresh_from_db()
    assert account.ext_id == "<u9>"


def test_who_answers_for_nothing_links_nothing(client):
    run = orphaned()
    sign_in(client, it=True)

    assert client.post(reverse("accounts:adopt", args=[run.pk]), {}).status_code == 403
