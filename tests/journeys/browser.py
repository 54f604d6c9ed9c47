"""The browser of the journeys: Chromium of the system, watched."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CHROMIUM = "/usr/bin/chromium"
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
OUT = Path(__file__).parents[2] / ".ci" / "out" / "screens"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW = (390, 320)
TALK = """
document.addEventListener("securitypolicyviolation", (e) =>
  console.error("CSP " + e.violatedDirective + " " + e.blockedURI));
"""


@dataclass
class Watched:
    page: object = None
    problems: list = field(default_factory=list)


@contextmanager
def launched() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    flags = ["--disable-dev-shm-usage"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@contextmanager
def watched_page(browser, origin, *, width=1280):
    """Yield a page of a fresh profile, with a virtual passkey, and collect what goes wrong."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, locale="ja-JP", timezone_id="Asia/Tokyo"
    )
    context.add_init_script(TALK)
    page = context.new_page()
    watched = Watched(page=page)
    page.on("console", lambda said: said.type == "error" and _note(watched, said.text))
    page.on("pageerror", lambda error: _note(watched, str(error)))
    page.on("request", lambda asked: _elsewhere(watched, asked.url, origin))
    page.set_default_timeout(15_000)
    try:
        yield watched
    finally:
        context.close()


def keep_picture(page, name):
    """Keep what the page of a failed journey shows, for a person to look at."""
    OUT.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=OUT / f"{name}.png", full_page=True)


def _note(watched, text):
    # what a refused page is: Chromium writes each 4xx answer on the console
    if "Failed to load resource" in text and any(f"status of {n}" in text for n in (403, 404, 422)):
        return
    watched.problems.append(text)


def _elsewhere(watched, url, origin):
    if not url.startswith((origin, "data:", "blob:")):
        watched.problems.append(f"another origin: {url}")


def passkey(page, *, verified=True):
    """Plug a virtual passkey into `page`: CTAP 2, resident keys; `verified`: it knows its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "automaticPresenceSimulation": True,
    }
    answer = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, answer["authenticatorId"]


def checked(page):
    """Assert that the page is accessible and fits narrow screens, and return it."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    broken = [
        f"{violation['id']}: {violation['help']} {[node['target'] for node in violation['nodes']]}"
        for violation in found["violations"]
    ]
    assert broken == [], f"{page.url}: {broken}"
    size = page.viewport_size
    for width in (size["width"], *NARROW):
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{page.url} is {wide}px too wide at {width}"
    page.set_viewport_size(size)
    return page
