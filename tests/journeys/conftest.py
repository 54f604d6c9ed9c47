"""A real browser before the real server: role app, an invented world, nothing faked but people.

The site runs as the demo does: on loopback, with invented people. Each page that a journey opens
is watched: no violation of the content security policy, no error on the console, no request to
another origin; and `checked(page)` adds accessibility and narrow screens.
"""

import os
from pathlib import Path

import pytest

from tests.journeys.browser import CHROMIUM, keep_picture, launched, watched_page
from tests.journeys.site import Site, started

FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def site(server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("journeys")
    for step in (folder, *folder.parents[:2]):
        step.chmod(0o755)
    with started(server, folder) as site:
        yield site


@pytest.fixture(scope="session")
def chromium():
    if not Path(CHROMIUM).exists():
        reason = f"{CHROMIUM} がないため、ブラウザーの試験を行いません（apt install chromium）"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with launched() as browser:
        yield browser


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture
def page(chromium, site: Site, request):
    yield from watched_while(chromium, site, request, width=1280)


@pytest.fixture
def phone(chromium, site: Site, request):
    yield from watched_while(chromium, site, request, width=390)


def watched_while(chromium, site, request, *, width):
    with watched_page(chromium, site.url, width=width) as watched:
        yield watched.page
        if request.node.stash.get(FAILED, False):
            keep_picture(watched.page, request.node.name)
    assert watched.problems == []
