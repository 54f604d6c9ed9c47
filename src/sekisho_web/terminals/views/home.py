"""端末: where the work on terminals begins, with what should have come back in red."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import resolve, reverse
from django.utils import timezone

from sekisho_web.frame.doors import reads
from sekisho_web.frame.follows import every
from sekisho_web.terminals.queries import loans
from sekisho_web.terminals.queries.home import standing
from sekisho_web.terminals.views.around import worn


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    words: str
    name: str  # of the URL
    line: str


PLACES: Sequence[tuple[str, Sequence[Place]]] = (
    (
        "台帳",
        (
            Place(words="端末台帳", name="terminals:devices", line="どの端末が、どこに、だれと"),
            Place(words="設置場所", name="terminals:sites", line="だれの働く場所か、網の範囲"),
            Place(words="札の印刷", name="terminals:labels", line="QRの札をA4の紙に"),
            Place(words="台帳の取込", name="terminals:take_over", line="ExcelかCSVから"),
        ),
    ),
    (
        "貸す・返す・動かす",
        (
            Place(words="貸与", name="terminals:loans", line="貸与中、返却遅れ、消去待ち"),
            Place(words="端末を貸す", name="terminals:lend", line="二人が署名して渡します"),
            Place(
                words="届いた端末を受け取る", name="terminals:receive", line="札を読むと使えます"
            ),
        ),
    ),
    (
        "確かめる",
        (
            Place(words="現品照合", name="terminals:countings", line="台帳と現物を突き合わせる"),
            Place(words="紛失", name="terminals:losses", line="届出、発見、点検"),
            Place(
                words="紛失を届け出る", name="terminals:report", line="押せば、その端末は止まります"
            ),
        ),
    ),
)


@reads(may="grants.use")
def home(request: HttpRequest) -> HttpResponse:
    hat, now = worn(request), timezone.now()
    told = {
        "standing": standing(hat, now=now),
        "groups": list(_open(request)),
        "overdue": loans.overdue_seen_by(hat, now=now),
        "exceptions": every("exceptions", company=hat.company_code, now=now),
    }
    return render(request, "terminals/home.html", told)


def _open(request: HttpRequest) -> list[tuple[str, list[tuple[Place, str]]]]:
    """Return the places whose doors would open, group by group."""
    groups = []
    for words, places in PLACES:
        urls = [(place, reverse(place.name)) for place in places]
        mine = [
            (place, url)
            for place, url in urls
            if not (may := getattr(resolve(url).func, "may", "")) or request.user.has_perm(may)
        ]
        if mine:
            groups.append((words, mine))
    return groups
