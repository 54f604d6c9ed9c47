"""The picture says every lag, in words too, and what waits is told apart without a colour."""

from datetime import timedelta
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from sekisho.reports.pictures import lags
from sekisho.reports.pictures.lags import Line, drawn, in_words, place

SVG = "{http://www.w3.org/2000/svg}"
LAGS = st.lists(st.timedeltas(timedelta(0), timedelta(days=4000)), max_size=40)
LINES = st.lists(
    st.builds(
        Line, name=st.text(max_size=40), done=LAGS, waiting=LAGS,
        median=st.timedeltas(timedelta(0), timedelta(days=400)),
        worst=st.timedeltas(timedelta(0), timedelta(days=4000)),
    ),
    max_size=6,
)  # fmt: skip


@given(LINES)
def test_whatever_the_lags_are_the_picture_is_whole_and_nothing_leaves_it(lines):
    picture = ET.fromstring(drawn(lines))
    width = float(picture.get("viewBox").split()[2])

    for spot in picture.iter(f"{SVG}circle"):
        assert 0 <= float(spot.get("cx")) <= width
    drawn_spots = [spot.get("class") for spot in picture.iter(f"{SVG}circle")]
    assert ("lags-done" in drawn_spots) == any(line.done for line in lines)
    assert ("lags-waiting" in drawn_spots) == any(line.waiting for line in lines)


@given(LAGS)
def test_a_longer_lag_never_stands_before_a_shorter_one(found):
    places = [place(late) for late in sorted(found)]

    assert places == sorted(places)


def test_every_number_is_said_in_words():
    line = Line(
        name="託送業務システム", done=[timedelta(seconds=9)] * 1200, waiting=[timedelta(days=4)],
        median=timedelta(seconds=9), worst=timedelta(days=4),
    )  # fmt: skip

    assert in_words([line]) == (
        "託送業務システム、確認済 1,200 件、まだ 1 件、中央の値 9 秒、もっとも遅い 4 日。"
    )
    assert "<desc" in drawn([line])
    assert lags.in_words([]) == "異動はありません。"


def test_a_name_is_text_and_no_mark_up():
    line = Line(name="<script>", done=[], waiting=[], median=timedelta(0), worst=timedelta(0))

    assert "<script>" not in drawn([line])
