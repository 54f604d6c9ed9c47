"""The menu: one list. An entry shows where its door would open, and nowhere else."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    words: str
    name: str  # of the URL
    may: str


ENTRIES = (
    Entry(words="今日の関所", name="reports:today", may="reports.read"),
    Entry(words="照会", name="gate:start", may="gate.look"),
    Entry(words="起動ページ", name="grants:home", may="grants.use"),
    Entry(words="判定表", name="policy:tables", may="policy.read"),
    Entry(words="不変条件", name="proof:invariants", may="proof.read"),
    Entry(words="人とID", name="accounts:home", may="accounts.read"),
    Entry(words="利用と承認", name="grants:office", may="grants.use"),
    Entry(words="端末", name="terminals:home", may="grants.use"),
    Entry(words="閲覧の記録", name="ledger:records", may="ledger.read"),
    Entry(words="調べる", name="trace:incidents", may="trace.investigate"),
    Entry(words="指摘", name="campaigns:findings", may="campaigns.read"),
)
BY_APP = {entry.name.partition(":")[0]: entry.name for entry in ENTRIES}
# Pages that stand under another entry than that of their app.
UNDER = {
    "reports:documents": "policy:tables",
    "reports:lag": "accounts:home",
    "grants:home": "grants:home",
    **dict.fromkeys(
        (
            *("campaigns:pledges", "campaigns:pledge", "campaigns:pledge_read"),
            *("campaigns:pledge_sign", "campaigns:pledge_refuse", "campaigns:pledge_desk"),
            *("campaigns:pledge_paper", "campaigns:pledges_given", "campaigns:pledges_missing"),
        ),
        "grants:office",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    words: str
    url: str
    here: bool


def address(entry: Entry) -> str | None:
    """Return where `entry` leads, or None while its page does not exist."""
    try:
        return reverse(entry.name)
    except NoReverseMatch:
        return None


def lines(request: HttpRequest) -> list[Line]:
    """Return the menu of the person behind `request`, in order (no query)."""
    return list(_open(request))


def home(request: HttpRequest) -> str:
    """Return the address where the work of the person behind `request` begins."""
    return next((line.url for line in _open(request)), reverse("frame:accessibility"))


def _open(request: HttpRequest) -> Iterator[Line]:
    match = request.resolver_match
    here = UNDER.get(match.view_name, BY_APP.get(match.app_name)) if match else None
    for entry in ENTRIES:
        url = address(entry)
        if url and request.user.has_perm(entry.may):
            yield Line(words=entry.words, url=url, here=entry.name == here)
