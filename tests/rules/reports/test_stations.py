"""The way of one request: every station is said in words too, and told apart without a colour."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from sekisho.reports.pictures.stations import Mark, Station, drawn, in_words, lasting

SVG = "{http://www.w3.org/2000/svg}"
NOON = datetime(2027, 1, 12, 3, 0, tzinfo=UTC)
EARLY, LATE = datetime(1990, 1, 1), datetime(9000, 1, 1)  # noqa: DTZ001  # Hypothesis asks so
MOMENTS = st.datetimes(EARLY, LATE, timezones=st.just(UTC))
STATIONS = st.lists(
    st.builds(
        Station, words=st.text(max_size=40), mark=st.sampled_from(Mark), note=st.text(max_size=40),
        at=st.none() | MOMENTS,
    ),
    max_size=9,
)  # fmt: skip


@given(STATIONS)
def test_whatever_the_way_is_the_picture_is_whole_and_nothing_leaves_it(stations):
    picture = ET.fromstring(drawn(stations, words="申請の経過"))
    width = float(picture.get("viewBox").split()[2])

    boxes = list(picture.iter(f"{SVG}rect"))
    assert [box.get("class") for box in boxes] == [f"station-{one.mark}" for one in stations]
    for box in boxes:
        assert 0 <= float(box.get("x")) <= width - float(box.get("width"))


def test_the_words_say_every_station_and_its_moment():
    way = [
        Station(words="申請", mark=Mark.DONE, at=NOON),
        Station(words="所属長", mark=Mark.DONE, at=NOON + timedelta(minutes=4), note="承認"),
        Station(words="システム管理責任者", mark=Mark.OPEN, note="承認待ち"),
        Station(words="利用", mark=Mark.AHEAD),
    ]

    assert in_words(way) == (
        "申請、済、2027年01月12日 12:00。所属長、済、2027年01月12日 12:04、承認。"
        "システム管理責任者、待ち、承認待ち。利用、これから。"
    )
    assert ">4分<" in drawn(way, words="経過")
    assert in_words([]) == "まだ何も起きていません。"


@given(st.timedeltas(timedelta(0), timedelta(days=9000)))
def test_a_length_is_said_in_two_units_at_most(length):
    assert 1 <= sum(unit in lasting(length) for unit in ("日", "時間", "分", "秒")) <= 2


def test_lengths_in_words():
    assert [lasting(timedelta(seconds=one)) for one in (0, 9, 61, 599, 660, 3600, 3660, 90061)] == [
        "0秒", "9秒", "1分1秒", "9分59秒", "11分", "1時間", "1時間1分", "1日1時間",
    ]  # fmt: skip
    assert lasting(timedelta(seconds=-5)) == "0秒"


def test_a_name_is_text_and_no_mark_up():
    assert "<script>" not in drawn([Station(words="<script>", mark=Mark.DONE)], words="<b>")
