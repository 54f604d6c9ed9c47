"""Months and a person's day: every number in words, and nothing outside the axis."""

from datetime import datetime
from xml.etree import ElementTree as ET

from sekisho.reports.pictures import months, timeline
from sekisho.reports.pictures.timeline import JST, Span, Tick

SVG = "{http://www.w3.org/2000/svg}"
AXIS = ["2025-11", "2025-12", "2026-01"]


def at(hour, minute=0):
    return datetime(2026, 2, 3, hour, minute, tzinfo=JST)


def described(text):
    return ET.fromstring(text).find(f"{SVG}desc").text


def test_every_month_with_a_number_has_a_bar_that_says_it():
    line = months.Line(name="抜け<&", counts={"2025-11": 1200, "2026-01": 3})

    text = months.drawn([line], months=AXIS, of="閲覧")

    bars = [one.find(f"{SVG}title").text for one in ET.fromstring(text).iter(f"{SVG}rect")]
    assert bars == ["抜け<& 2025年11月 1,200", "抜け<& 2026年1月 3"]
    assert "2025年11月 1,200、2026年1月 3" in described(text)


def test_a_class_without_accesses_says_so():
    text = months.drawn([months.Line(name="抜け", counts={})], months=AXIS, of="閲覧")

    assert "抜けは、どの月もありません" in described(text)


def test_the_year_is_said_once_and_again_in_january():
    text = months.drawn([], months=AXIS, of="閲覧")

    heads = [one.text for one in ET.fromstring(text).iter(f"{SVG}text")]
    assert heads == ["2025年11月", "12月", "2026年1月"]


def test_an_access_outside_of_what_was_granted_is_long_red_and_labelled():
    text = timeline.drawn(
        starts=at(8),
        ends=at(20),
        lanes=["託送"],
        spans=[Span(words="都度承認", starts=at(10), ends=at(11), lane="託送")],
        ticks=[
            Tick(lane="託送", at=at(10, 30), words="詳細"),
            Tick(lane="託送", at=at(11), words="詳細", outside=True),
        ],
        words="架空 花子さんの閲覧",
    )

    tree = ET.fromstring(text)
    assert len([one for one in tree.iter() if one.get("class") == "time-outside"]) == 1
    assert "許可の外" in {one.text for one in tree.iter(f"{SVG}text")}
    assert "閲覧 2件、うち許可の外 1件" in described(text)


def test_the_period_of_a_timeline_is_half_open():
    text = timeline.drawn(
        starts=at(8),
        ends=at(9),
        lanes=["託送"],
        spans=[],
        ticks=[
            Tick(lane="託送", at=at(8), words="はじめ"),
            Tick(lane="託送", at=at(9), words="おわり"),
            Tick(lane="ほか", at=at(8), words="別の列"),
        ],
        words="架空 花子さんの閲覧",
    )

    assert "はじめ" in text
    assert "おわり" not in text
    assert "別の列" not in text
