"""The screens as pages: generated from 画面, 画面項目, 画面遷移 and 整理表, none by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from django.urls import reverse

from sekisho.gate.views import finders
from sekisho.gate.views.finders import Finder, KeyKind
from sekisho.policy.masking import Field
from sekisho.policy.screens import INTERNAL_ID, KEY, NOTHING, SEARCH_KEYS, Screen, Transition
from sekisho.policy.system import Policy, System

SEARCH, LIST, DETAIL, SENSITIVE = "検索", "一覧", "詳細", "要配慮"
REPORT, CSV, FEED = "帳票", "CSV", "連携"
OF_ONE_RECORD = (DETAIL, SENSITIVE, REPORT)
EXPORTS = (CSV, FEED)
OF_A_FRESH_PROOF = (SENSITIVE, REPORT, *EXPORTS)  # what leaves, and what is most delicate
ENTRANCE = "入口"
_SHOWN_AS = {REPORT: "帳票", CSV: "CSV", FEED: "連携"}  # 用途 of the fields; else 表示


@dataclass(frozen=True, kw_only=True)
class Link:
    """One transition as it stands on a page: what it is called, and where it leads."""

    transition: Transition
    page: "Page"

    @property
    def words(self) -> str:
        return self.transition.action


@dataclass(frozen=True, kw_only=True)
class Page:
    """One screen of one system."""

    policy: Policy
    system: System
    screen: Screen

    @property
    def kind(self) -> str:
        return self.screen.kind

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The fields that stand on the screen, in its order."""
        return self._items(_SHOWN_AS.get(self.kind, "表示"))

    @cached_property
    def keys(self) -> tuple[Field, ...]:
        """The search keys of the screen, in its order."""
        return self._items(KEY)

    @cached_property
    def finders(self) -> dict[str, Finder]:
        """Search key -> how it is searched by; a name only where the address stands beside it."""
        keys = {field.id for field in self.keys}
        return {
            finder.field: finder
            for finder in finders(self.system)
            if finder.field in keys and (finder.second is None or finder.second in keys)
        }

    @cached_property
    def is_extraction(self) -> bool:
        """Whether the list is opened by the scope that the grant writes (抽出)."""
        return any(
            link.carries == INTERNAL_ID and source.kind == SEARCH
            for link, source in self._incoming()
        )

    @cached_property
    def is_direct(self) -> bool:
        """Whether the screen is reached without a search."""
        return any(link.carries == NOTHING for link, _ in self._incoming()) or any(
            link.carries == NOTHING and link.target == self.screen.id
            for link in self.system.transitions
        )

    def links(self, viewer: str, *, carrying: str) -> list[Link]:
        """Return the transitions from here for a viewer class: no other link leads anywhere."""
        return [
            Link(transition=link, page=target)
            for link in self.system.transitions
            if link.source == self.screen.id
            and link.carries == carrying
            and (target := page_of(self.policy, link.target)) is not None
            and viewer in target.screen.viewers
        ]

    def lists(self, viewer: str) -> "Page | None":
        """Return the list that a search from here leads to."""
        return next((link.page for link in self.links(viewer, carrying=SEARCH_KEYS)), None)

    def searched_from(self, viewer: str) -> "Page | None":
        """Return the search screen that leads a viewer class to this list."""
        for screen in self.system.screens.values():
            source = Page(policy=self.policy, system=self.system, screen=screen)
            found = source.lists(viewer) if viewer in screen.viewers else None
            if screen.kind == SEARCH and found and found.screen.id == self.screen.id:
                return source
        return None

    def address(self, *handle: str) -> str:
        """Return the address of the page, or of one record on it."""
        _, code, number = self.screen.path.split("/")
        name = "gate:record" if handle else "gate:screen"
        return reverse(name, args=[code, number, *handle])

    def _items(self, use: str) -> tuple[Field, ...]:
        items = [
            item
            for item in self.system.screen_items
            if item.screen == self.screen.id and item.use == use
        ]
        return tuple(
            self.system.fields[item.field] for item in sorted(items, key=lambda item: item.order)
        )

    def _incoming(self) -> Iterator[tuple[Transition, Screen]]:
        for link in self.system.transitions:
            source = self.system.screens.get(link.source)
            if link.target == self.screen.id and source is not None:
                yield link, source


def page_of(policy: Policy, screen: str) -> Page | None:
    """Return the page of a 画面ID of any system."""
    for system in policy.systems.values():
        if screen in system.screens:
            return Page(policy=policy, system=system, screen=system.screens[screen])
    return None


def page_at(policy: Policy, code: str, number: str) -> Page | None:
    """Return the page at `/look/<code>/<number>`; what is in no 画面.csv does not exist."""
    path = f"/{code}/{number}"
    for system in policy.systems.values():
        for screen in system.screens.values():
            if screen.path == path:
                return Page(policy=policy, system=system, screen=screen)
    return None


def entrances(policy: Policy, viewer: str) -> dict[str, list[Page]]:
    """Return, per system, the screens at which a viewer class begins its work."""
    found: dict[str, list[Page]] = {}
    for system in policy.systems.values():
        starts = {link.target for link in system.transitions if link.source == ENTRANCE}
        for link in system.transitions:
            page = page_of(policy, link.target) if link.source in {*starts, ENTRANCE} else None
            if page and viewer in page.screen.viewers and _can_begin(page):
                pages = found.setdefault(system.key, [])
                if page.screen.id not in {one.screen.id for one in pages}:
                    pages.append(page)
    return found


def _can_begin(page: Page) -> bool:
    if page.kind == SEARCH:
        return bool(page.keys) or any(
            link.source == page.screen.id and link.carries == INTERNAL_ID
            for link in page.system.transitions
        )
    return page.kind in (LIST, *EXPORTS)


def needs_second(finder: Finder) -> bool:
    """Return whether one searches by it only together with an address."""
    return finder.kind in (KeyKind.NAME, KeyKind.READING)
