"""What 指摘 reads: the open ones first, then what was closed last."""

from collections.abc import Mapping

from django.db.models import Count, F, QuerySet
from django.http import Http404

from sekisho.campaigns.findings import WORDS, Kind
from sekisho_web.campaigns.models import Finding

PAGE = 50


def listed(*, kind: str = "", closed: bool = False) -> QuerySet[Finding]:
    """Return the open findings, the last seen first; or the closed ones, the last closed first."""
    found = Finding.objects.filter(closed_at__isnull=not closed)
    if kind:
        found = found.filter(kind=kind)
    if closed:
        return found.select_related("closed_by").order_by(F("closed_at").desc(), "-pk")
    return found.order_by("-last_seen_at", "-pk")


def one(pk: int) -> Finding:
    """Return the finding, with who closed it (one query)."""
    found = Finding.objects.select_related("closed_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def open_count() -> int:
    """Return how many findings are open (one query)."""
    return Finding.objects.filter(closed_at=None).count()


def open_kinds() -> Mapping[str, int]:
    """Return how many findings of each kind are open; kinds without any are left out."""
    counted = (
        Finding.objects.filter(closed_at=None).order_by().values_list("kind").annotate(Count("pk"))
    )
    by_kind = dict(counted)
    return {kind.value: by_kind[kind.value] for kind in Kind if by_kind.get(kind.value)}


def kind_word(kind: str) -> str:
    """Return the words of a kind, or nothing where it is not one."""
    return WORDS[Kind(kind)] if kind in set(Kind) else ""


def seen(*, kind: Kind, prefix: str) -> list[Finding]:
    """Return the findings of a kind whose key begins with `prefix`, the last seen first."""
    return list(
        Finding.objects.filter(kind=kind.value, key__startswith=prefix).order_by(
            "-last_seen_at", "-pk"
        )
    )
