"""Where a page leads: the transitions of 画面遷移.csv, and no other link."""

from typing import Any

from django.http import HttpRequest

from sekisho.policy.screens import INTERNAL_ID, NOTHING, SEARCH_KEYS
from sekisho_web.gate import handles, looking
from sekisho_web.gate.pages import LIST, OF_ONE_RECORD, SEARCH, Page
from sekisho_web.gate.visits import Visit


def links_of(visit: Visit, handle: str | None, *, token: str = "") -> list[dict[str, Any]]:
    """Return the transitions from here. Each carries an internal id or a search, or nothing."""
    links: list[dict[str, Any]] = []
    page, viewer = visit.page, visit.viewer
    if handle is not None:
        links += [
            {
                "words": link.words,
                "page": link.page,
                "url": link.page.address(handle) + (f"?c={token}" if token else ""),
                "one": True,
            }
            for link in page.links(viewer, carrying=INTERNAL_ID)
            if link.page.kind in OF_ONE_RECORD
        ]
    elif page.kind == SEARCH:
        links += [
            {"words": link.words, "page": link.page, "url": link.page.address(), "one": False}
            for link in page.links(viewer, carrying=INTERNAL_ID)
            if link.page.kind == LIST
        ]
    if token:
        links += [
            {
                "words": link.words,
                "page": link.page,
                "url": f"{link.page.address()}?c={token}",
                "one": False,
            }
            for link in page.links(viewer, carrying=SEARCH_KEYS)
        ]
    links += [
        {"words": link.words, "page": link.page, "url": link.page.address(), "one": False}
        for link in page.links(viewer, carrying=NOTHING)
        if link.page.kind not in OF_ONE_RECORD
    ]
    return links


def token_of(request: HttpRequest) -> str:
    """Return the word of the search in hand, if this session knows it."""
    token = request.GET.get("c", "")
    return token if handles.conditions_of(request, token) is not None else ""


def word_of(request: HttpRequest, page: Page, record_id: int) -> str:
    return handles.handle_of(request, system=page.system.key, record=record_id)


def next_of(request: HttpRequest, page: Page, token: str, found: looking.Found) -> str | None:
    if not found.more or not found.rows:
        return None
    after = word_of(request, page, found.rows[-1].id)
    return f"{page.address()}?{f'c={token}&' if token else ''}after={after}"
