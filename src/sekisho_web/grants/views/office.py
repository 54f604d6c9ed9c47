"""Where the work on approvals, emergencies and uses begins."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from sekisho_web.accounts.views.home import Place, groups_of
from sekisho_web.accounts.views.registers import worn
from sekisho_web.frame.doors import reads
from sekisho_web.grants.queries.emergencies import open_exceptions
from sekisho_web.terminals.queries.loans import overdue_seen_by

PLACES: Sequence[tuple[str, Sequence[Place]]] = (
    (
        "申請と承認",
        (
            Place(words="利用申請", name="grants:requests", line="自分の申請と、その結果"),
            Place(words="承認待ち", name="grants:queue", line="自分の答えを待つ申請"),
            Place(
                words="私の承認", name="grants:my_approvals", line="月ごとの、自分が承認したもの"
            ),
            Place(words="代理", name="grants:delegations", line="留守の間に代わる人"),
            Place(words="求めの記録", name="grants:askings", line="関係小売からの求めと判断"),
            Place(words="承認規程", name="grants:policies", line="だれとだれの承認が要るか"),
        ),
    ),
    (
        "利用",
        (
            Place(words="利用許可", name="grants:grants", line="だれが何をいつまで使えるか"),
            Place(
                words="利用結果の確認", name="grants:look_backs", line="承認した利用で見られたもの"
            ),
            Place(words="使われていない承認", name="grants:unused", line="求め過ぎの承認"),
        ),
    ),
    (
        "非常災害と障害",
        (
            Place(words="非常災害", name="grants:emergencies", line="発動、状況、後始末"),
            Place(words="暫定利用", name="grants:exceptions", line="障害のために開けているもの"),
            Place(words="貸出窓口", name="grants:desk", line="応援者に端末を渡す、受け取る"),
            Place(words="応援者名簿", name="grants:roster", line="平時に備える名簿"),
        ),
    ),
    (
        "人と委託先",
        (
            Place(
                words="異動の事前審査", name="grants:conflicts", line="兼任と異動の制限に触れる人"
            ),
            Place(
                words="制限の例外", name="grants:conflict_exceptions", line="だれを、いつまで、なぜ"
            ),
            Place(words="誓約", name="campaigns:pledges", line="自分が署名するもの、したもの"),
            Place(
                words="未提出の誓約", name="campaigns:pledges_missing", line="だれの何が足りないか"
            ),
            Place(words="委託", name="grants:engagements", line="委託の点検、作業者、後始末"),
        ),
    ),
    (
        "関門を通らないシステム",
        (Place(words="突合結果", name="grants:foreign", line="記録の一行ずつを許可と照らす"),),
    ),
)


@reads(may="grants.use")
def office(request: HttpRequest) -> HttpResponse:
    hat, now = worn(request), timezone.now()
    told = {
        "groups": groups_of(PLACES, request),
        "exceptions": open_exceptions(company=hat.company_code, now=now),
        "overdue": overdue_seen_by(hat, now=now),
    }
    return render(request, "grants/office.html", told)
