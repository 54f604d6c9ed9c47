"""One person on one axis: what lies inside is drawn and said in words, and nothing else."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

from sekisho.reports.pictures.person import Bar, Tick, drawn, in_words

NOON = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
SVG = "{http://www.w3.org/2000/svg}"


def picture(bars, ticks=(), marks=()):
    return drawn(
        starts=NOON - YEAR,
        ends=NOON + YEAR,
        groups=("発令", "ID", "停止"),
        bars=bars,
        ticks=ticks,
        marks=marks,
        words="山野 みどり",
    )


def bars_of(svg):
    return list(ET.fromstring(svg).iter(f"{SVG}rect"))


def test_what_lies_inside_is_drawn_and_the_rest_is_not():
    inside = Bar(group="発令", words="契約課", starts=NOON - 2 * YEAR)
    over = Bar(group="発令", words="昔の課", starts=NOON - 3 * YEAR, ends=NOON - YEAR)
    coming = Bar(group="ID", words="これから", starts=NOON + YEAR)

    svg = picture([inside, over, coming])

    (box,) = bars_of(svg)
    assert "契約課" in box.find(f"{SVG}title").text
    assert "昔の課" not in svg
    assert "これから" not in svg


def test_a_stop_stands_out_and_a_group_without_bars_is_left_out():
    svg = picture([Bar(group="停止", words="調査", starts=NOON, ends=NOON + timedelta(days=1))])

    (box,) = bars_of(svg)
    assert "is-loud" in box.get("class")
    heads = [
        t.text for t in ET.fromstring(svg).iter(f"{SVG}text") if t.get("class") == "life-group"
    ]
    assert heads == ["停止"]


def test_everything_is_said_in_words_and_nothing_is_run():
    bar = Bar(group="ID", words='<script>"託送"', starts=NOON, ends=NOON + timedelta(days=2))
    tick = Tick(words="takuso TK-1", at=NOON, count=1200)

    svg = picture([bar], [tick], [(NOON, "今日")])

    assert "<script>" not in svg
    root = ET.fromstring(svg)
    assert root.find(f"{SVG}desc").text == in_words(bars=[bar], ticks=[tick])
    assert "2026-06-01から2026-06-03の前まで" in root.find(f"{SVG}desc").text
    assert "閲覧 1,200件" in root.find(f"{SVG}desc").text


def test_bars_lie_within_the_axis_whatever_their_period():
    bars = [
        Bar(group="発令", words=str(n), starts=NOON + n * YEAR / 3, ends=NOON + (n + 1) * YEAR / 3)
        for n in range(-4, 4)
    ]

    for box in bars_of(picture(bars)):
        assert float(box.get("x")) >= 300
        assert float(box.get("x")) + float(box.get("width")) <= 1072
