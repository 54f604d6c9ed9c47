"""端末台帳: which terminals a company sees, and what is known of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import Http404

from sekisho.terminals import labels
from sekisho.terminals.places import is_wrong_place
from sekisho.terminals.states import WORDS, State
from sekisho_web.accounts.models import in_force
from sekisho_web.accounts.signed_in import Hat
from sekisho_web.terminals.models import Device, Loan, Site
from sekisho_web.terminals.queries.standing import last_loans, states_of

PAGE = 50
BAD = frozenset({State.OVERDUE, State.LOST, State.FOUND})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One terminal. loan: only where it is out or waits to be wiped."""

    device: Device
    state: State
    loan: Loan | None
    is_misplaced: bool

    @property
    def words(self) -> str:
        return WORDS[self.state]

    @property
    def is_bad(self) -> bool:
        return self.state in BAD

    @property
    def place(self) -> str:
        """Where it stands: its place, else the company in whose place it is, else the stock."""
        stands = self.device.site or self.device.site_company
        return stands.name if stands else "在庫"

    @property
    def label(self) -> str:
        return labels.text_of(self.device.number)


def owned_by(company: str, *, whole: bool) -> Q:
    """Return the condition of the terminals of a company.

    company: 事業者符号. whole: its contractors' too, and what stands in its places.
    """
    mine = Q(owner__code=company)
    if whole:
        mine |= Q(owner__principal__code=company) | Q(site_company__code=company)
    return mine


def seen_by(hat: Hat) -> QuerySet[Device]:
    """Return the terminals that `hat` sees: those of its company.

    The network company sees those of its contractors too, and whatever stands in its places.
    """
    return Device.objects.filter(owned_by(hat.company_code, whole=hat.company_kind == "network"))


def listed(hat: Hat, *, words: str, kind: str, site: str, now: datetime) -> QuerySet[Device]:
    """Return the terminals in the register now that `hat` sees, by number.

    words: part of a number, of the maker's serial or of the keeper's name.
    """
    found = seen_by(hat).filter(in_force(now))
    if words:
        read = labels.read(words).number
        found = found.filter(
            Q(number__icontains=read)
            | Q(maker_serial__icontains=words)
            | Q(keeper__name__icontains=words)
        )
    if kind:
        found = found.filter(kind=kind)
    if site:
        found = found.filter(site__code=site)
    return found.select_related("owner", "site", "site_company", "keeper").order_by("number")


def lines(found: Sequence[Device], *, now: datetime) -> list[Line]:
    """Return each terminal with how it stands (four queries)."""
    standing, loans = states_of(found, now=now), last_loans(found, now=now)
    return [_line(device, standing[device.pk], loans.get(device.pk)) for device in found]


def _line(device: Device, state: State, loan: Loan | None) -> Line:
    is_about = state in (State.LENT, State.OVERDUE, State.RETURNED)
    return Line(
        device=device,
        state=state,
        loan=loan if is_about else None,
        is_misplaced=device.site_company is not None
        and is_wrong_place(owner=device.owner.kind, staff=device.site_company.kind),
    )


def one(hat: Hat, number: str) -> Device:
    """Return a terminal that `hat` sees. Raise 404 for any other."""
    found = (
        seen_by(hat)
        .select_related("owner", "site__staff", "site_company", "keeper")
        .filter(number=number)
        .first()
    )
    if found is None:
        raise Http404
    return found


def sites_seen_by(hat: Hat, *, now: datetime) -> QuerySet[Site]:
    """Return the open sites of the company of `hat`; the network company's, its contractors' too.

    To the network company the sites of the others are known as well: a terminal may not stand
    there, and where it does, that must be told.
    """
    found = Site.objects.filter(in_force(now)).select_related("company", "staff")
    if hat.company_kind != "network":
        found = found.filter(Q(company__code=hat.company_code) | Q(staff__code=hat.company_code))
    return found.order_by("code")


def own_sites(hat: Hat, *, now: datetime) -> QuerySet[Site]:
    """Return the open sites whose terminals `hat` may have counted.

    Its company's; the network company's contractors' too, and never those of the other side.
    """
    mine = Q(staff__code=hat.company_code)
    if hat.company_kind == "network":
        mine |= Q(staff__principal__code=hat.company_code)
    found = Site.objects.filter(in_force(now)).filter(mine)
    return found.select_related("company", "staff").order_by("code")
