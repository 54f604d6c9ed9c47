"""Pages behind the door `shows`, each with one habit, and one with a mistake."""

import csv
import io

from django.db import connection
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.template import engines
from django.urls import path

from sekisho.policy.treatment import Treatment
from sekisho_web.accounts.models import Company, Person
from sekisho_web.ledger.doors import shows
from sekisho_web.ledger.look import look_of
from sekisho_web.project.urls import urlpatterns as ours
from tests.doors.ledger import twins

NAME, KANA, PHONE = "架空花子", "カクウ ハナコ", "092-000-0000"


def text(source, **context):
    return HttpResponse(engines["django"].from_string(source).render(context))


def begin(request, *, act="view"):
    look = look_of(request)
    look.about(
        system="takuso",
        screen="TK-D01",
        act=act,
        purpose="託送供給等",
        table="sha256:00",
        context={"閲覧者区分": "送配電託送"},
        viewer_class="送配電託送",
        grant=7,
    )
    return look


def cells(look, record="0901", owner="rival"):
    row = look.subject(record, owner_class=owner)
    return {
        "name": row.govern("customer_name", "架空＊", Treatment.PART),
        "kana": row.govern("customer_kana", KANA, Treatment.SHOW),
        "phone": row.govern("phone", "＊", Treatment.HIDE),
    }


@shows(may="gate.look")
def detail(request):
    return text("{{ name }} {{ phone }}", **cells(begin(request)))


@shows(may="gate.look")
def listing(request):
    look = begin(request)
    rows = [cells(look, str(n), "own" if n % 2 else "rival") for n in range(5)]
    return text("{% for row in rows %}{{ row.phone }}{% endfor %}{{ rows.0.name }}", rows=rows)


@shows(may="gate.look", posts=True)
def search(request):
    look = begin(request, act="search")
    look.searched(kana=request.POST.get("kana", ""))
    return text("該当する契約はありません")


@shows(may="gate.look")
def record(request, number):
    look = begin(request)
    if number == 1:
        look.refuse("他社の契約")
        raise Http404("rule R01 spoke")
    if number == 2:
        raise Http404("no such row")
    return text("{{ name }}", **cells(look))


@shows(may="gate.look")
def download(request):
    look = begin(request, act="export")
    out = io.StringIO()
    csv.writer(out).writerow([cells(look)["kana"].deliver()])
    return HttpResponse(out.getvalue(), content_type="text/csv", headers={"ETag": '"x"'})


@shows(may="gate.look")
def breaks(request):
    page = text("{{ name }}", **cells(begin(request)))
    raise ValueError(f"customer {NAME} broke the page {page.content!r}")


@shows(may="gate.look")
def streams(request):
    look = begin(request)
    return StreamingHttpResponse(str(value) for value in cells(look).values())


@shows(may="gate.look")
def says_nothing(request):
    look = look_of(request)
    return text("{{ kana }}", **cells(look))


@shows(may="gate.look")
def changes(request):
    begin(request)
    Company.objects.create(code="X", name="X", kind="network")
    return text("")


@shows(may="gate.look")
def stops_the_viewer(request):
    """Another process stops the person between the decision and the record."""
    page = text("{{ kana }}", **cells(begin(request)))
    with connection.cursor() as cursor:  # past the guard of the door, as another process would
        cursor.cursor.execute(
            "update accounts_person set session_epoch = session_epoch + 1 where id = %s",
            [request.user.pk],
        )
    assert Person.objects.get(pk=request.user.pk).session_epoch == 1
    return page


@shows(may="ledger.read")
def not_for_clerks(request):
    return text("{{ kana }}", **cells(begin(request)))


@twins.records_what_was_intended(may="gate.look")
def intended(request):
    return text("{{ name }}", **cells(begin(request)))


urlpatterns = [
    path("x/detail/", detail),
    path("x/listing/", listing),
    path("x/search/", search),
    path("x/record/<int:number>/", record),
    path("x/download/", download),
    path("x/breaks/", breaks),
    path("x/streams/", streams),
    path("x/says-nothing/", says_nothing),
    path("x/changes/", changes),
    path("x/stops-the-viewer/", stops_the_viewer),
    path("x/not-for-clerks/", not_for_clerks),
    path("x/intended/", intended),
    path("x/after/", twins.records_after(may="gate.look")(detail.__wrapped__.__wrapped__)),
    path("x/open/", twins.records_when_it_can(may="gate.look")(detail.__wrapped__.__wrapped__)),
    *ours,
]
handler403 = "sekisho_web.frame.errors.forbidden"
handler404 = "sekisho_web.frame.errors.not_found"
handler500 = "sekisho_web.frame.errors.broken"
