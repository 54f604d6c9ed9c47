"""Where the work on people and IDs begins."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import timezone

from sekisho_web.accounts.queries.home import standing
from sekisho_web.accounts.signed_in import hat_of
from sekisho_web.frame.doors import reads
from sekisho_web.frame.follows import every


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    words: str
    name: str  # of the URL
    line: str


PLACES: Sequence[tuple[str, Sequence[Place]]] = (
    (
        "台帳",
        (
            Place(words="対象システム", name="accounts:systems", line="持ち主、責任者、台帳の不備"),
            Place(words="アカウント台帳", name="accounts:ids", line="どのIDが、なぜ使えるか"),
            Place(words="人", name="accounts:people", line="発令、ID、認証器、閲覧を一つの軸で"),
            Place(words="共有ID", name="accounts:shared", line="持出、返却、秘密の交換"),
        ),
    ),
    (
        "人の動き",
        (
            Place(words="人事連携", name="accounts:feeds", line="受信、差分の確認、適用"),
            Place(words="これからの異動", name="accounts:coming", line="その日に終わるものの予告"),
            Place(words="発令日からの遅れ", name="reports:lag", line="発令から確認までの日数"),
        ),
    ),
    (
        "止める・確かめる",
        (
            Place(words="停止", name="accounts:holds", line="止まっているものと、解ける人"),
            Place(words="登録票", name="accounts:tickets", line="認証器を登録するための票"),
            Place(words="権限棚卸", name="accounts:reviews", line="黙っていれば期限で止まる"),
            Place(words="セッション", name="accounts:sessions", line="いま入っている人"),
        ),
    ),
    (
        "ほかのシステム",
        (
            Place(words="反映状況", name="accounts:pushes", line="止めたことを相手で確かめたか"),
            Place(words="突合", name="accounts:reconciliations", line="相手にあるIDとの違い"),
        ),
    ),
)


@reads(may="accounts.read")
def home(request: HttpRequest) -> HttpResponse:
    hat = hat_of(request)
    if hat is None:
        raise LookupError("this door needs a hat")
    now = timezone.now()
    context = {
        "standing": standing(hat, now=now),
        "groups": groups_of(PLACES, request),
        "exceptions": every("exceptions", company=hat.company_code, now=now),
    }
    return render(request, "accounts/home.html", context)


def groups_of(
    listed: Sequence[tuple[str, Sequence[Place]]], request: HttpRequest
) -> Sequence[tuple[str, Sequence[tuple[Place, str]]]]:
    """Return the places whose doors open to who asks, with their addresses, by group."""
    found = []
    for words, places in listed:
        there = [(place, url) for place in places if (url := address(place.name, request))]
        if there:
            found.append((words, there))
    return found


def address(name: str, request: HttpRequest) -> str | None:
    """Return where a place is, or None where it does not exist or its door stays shut."""
    try:
        url = reverse(name)
    except NoReverseMatch:
        return None
    may = getattr(resolve(url).func, "may", "")
    return url if not may or request.user.has_perm(may) else None
