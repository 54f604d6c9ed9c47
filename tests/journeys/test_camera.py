"""A phone reads the label of a terminal by its camera, and the terminal is counted."""

from datetime import timedelta

import pytest
import segno
from django.utils import timezone

from sekisho.terminals.labels import text_of
from sekisho.terms.days import JST
from tests.journeys.browser import CHROMIUM, watched_page
from tests.journeys.steps import become

pytestmark = pytest.mark.browser
WIDE, HIGH, MODULE, WHITE, BLACK, GREY = 640, 480, 8, 235, 16, 128


def film_of(text):
    """Return a film in which nothing is seen but the label (YUV4MPEG2)."""
    rows = [
        list(row)
        for row in segno.make(text, error="q", micro=False).matrix_iter(scale=MODULE, border=4)
    ]
    left, top = (WIDE - len(rows)) // 2, (HIGH - len(rows)) // 2
    light = bytearray([WHITE]) * (WIDE * HIGH)
    for y, row in enumerate(rows):
        for x, is_black in enumerate(row):
            if is_black:
                light[(y + top) * WIDE + x + left] = BLACK
    frame = b"FRAME\n" + bytes(light) + bytes([GREY]) * (WIDE * HIGH // 2)
    return f"YUV4MPEG2 W{WIDE} H{HIGH} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 10


@pytest.fixture
def eye(chromium, site, tmp_path):
    """Yield a phone whose camera sees the label of a terminal that stands in its place."""
    [(number, place)] = site.ask(
        "select d.number, s.id from terminals_device d join terminals_site s on s.id = d.site_id"
        " join accounts_company c on c.id = s.staff_id where c.kind = 'network'"
        " order by d.number limit 1"
    )
    film = tmp_path / "label.y4m"
    film.write_bytes(film_of(text_of(number)))
    flags = [
        "--no-sandbox", "--disable-dev-shm-usage", "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}",
    ]  # fmt: skip
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=flags)
    with watched_page(browser, site.url, width=390) as watched:
        yield watched.page, number, place
    browser.close()
    assert watched.problems == []


def test_a_label_is_read_by_the_camera_and_counted(eye, site):
    page, number, place = eye
    become(page, site, "情報システム統括部")
    page.goto(f"{site.url}/terminals/counts/new/")
    page.get_by_label("場所").select_option(str(place))
    due = (timezone.now() + timedelta(days=1)).astimezone(JST)
    page.get_by_label("期限").fill(f"{due:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="始める").click()

    page.get_by_role("button", name="カメラで読む").click()

    page.get_by_text(f"{number} を読みました").wait_for()
    assert page.locator("video").count() == 0
    [(how,)] = site.ask("select how from terminals_count where label = %s", number)
    assert how == "camera"
