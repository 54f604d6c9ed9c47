"""The gate flow loses no access, says every number, and escapes every name."""

import itertools
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from sekisho.reports.pictures.flow import Flow, Kind, Link, Mode, flow_of, in_words, kind_of
from sekisho.reports.pictures.flow_drawing import drawn

SVG = "{http://www.w3.org/2000/svg}"

names = st.text(alphabet="東西南北AB<>&\"' ", min_size=1, max_size=6)
links = st.lists(
    st.builds(
        Link,
        viewer=names,
        gate=st.sampled_from(("託送", "受付", "設定")),
        owner=names,
        kind=st.sampled_from(Kind),
        count=st.integers(0, 10**7),
    ),
    max_size=40,
)


def link(viewer="関係小売営業", gate="託送", owner="A新電力", kind=Kind.SHOW, count=1):
    return Link(viewer=viewer, gate=gate, owner=owner, kind=kind, count=count)


def shapes(flow: Flow, mode: Mode, css: str):
    tree = ET.fromstring(drawn(flow, mode=mode))
    return [one for one in tree.iter() if css in (one.get("class") or "").split()]


@given(links)
def test_no_access_is_lost_between_links_columns_and_bands(given_links):
    flow = flow_of(given_links)

    total = sum(one.count for one in given_links)
    assert flow.total == total
    for column in (flow.viewers, flow.gates, flow.owners):
        assert sum(bar.total for bar in column) == total
        assert sum(bar.stopped for bar in column) == flow.of_kind(Kind.STOP)
        assert len(column) <= 12


@given(links)
def test_the_numbers_on_the_bands_sum_to_all_accesses_on_both_sides(given_links):
    flow = flow_of(given_links)

    tree = ET.fromstring(drawn(flow))
    bands = [
        one.find(f"{SVG}title").text
        for one in tree.iter(f"{SVG}path")
        if "flow-band" in one.get("class").split()
    ]
    counted = sum(int(words.rsplit(" ", 1)[1].rstrip("件").replace(",", "")) for words in bands)
    assert counted == 2 * flow.total  # once before the gate, once behind it


@given(links)
def test_every_number_stands_in_words_in_the_description(given_links):
    flow = flow_of(given_links)

    said = ET.fromstring(drawn(flow)).find(f"{SVG}desc").text
    numbers = [count for half in flow.halves for count in half.values()]
    for column in (flow.viewers, flow.gates, flow.owners):
        numbers += [bar.total for bar in column]
    if flow.links:
        assert all(f"{number:,}件" in said for number in numbers)
    else:
        assert said == "記録がありません。"


@given(links, st.sampled_from(Mode))
def test_any_name_gives_a_picture_that_parses_and_has_no_style_of_its_own(given_links, mode):
    text = drawn(flow_of(given_links), mode=mode)

    ET.fromstring(text)
    assert " style=" not in text
    assert "<style" not in text


def test_a_name_with_signs_of_markup_stays_a_name():
    wicked = '<script>alert("1")</script>\x00'

    text = drawn(flow_of([link(viewer=wicked, owner=wicked)]))

    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_beyond_twelve_names_the_smallest_are_drawn_together_as_the_rest():
    flow = flow_of(link(owner=f"小売{n:02}", count=100 - n) for n in range(20))

    assert [bar.name for bar in flow.owners][-1] == "ほか 9"
    assert flow.owners[-1].total == sum(100 - n for n in range(11, 20))
    assert len(flow.owners) == 12


def test_twelve_names_need_no_rest():
    flow = flow_of(link(owner=f"小売{n:02}") for n in range(12))

    assert not any(bar.name.startswith("ほか") for bar in flow.owners)


def test_with_the_checkpoint_what_is_stopped_ends_at_the_gate():
    flow = flow_of([link(count=5), link(kind=Kind.STOP, count=7), link(kind=Kind.PART, count=2)])

    actual, checked = (len(shapes(flow, mode, "flow-stop")) for mode in Mode)

    assert (actual, checked) == (2, 1)
    assert "7件（−7）" in drawn(flow, mode=Mode.CHECKED)
    assert "7件" in in_words(flow, mode=Mode.CHECKED)
    assert "A新電力 7件（止めた 7件）" in in_words(flow, mode=Mode.CHECKED)


def test_the_bars_stand_in_the_same_place_in_both_modes():
    flow = flow_of([link(count=50), link(kind=Kind.STOP, count=70), link(owner="B", count=20)])

    actual, checked = (
        [(one.get("x"), one.get("y"), one.get("height")) for one in shapes(flow, mode, "flow-gate")]
        for mode in Mode
    )

    assert actual == checked


def test_labels_of_a_column_never_lie_on_one_another():
    flow = flow_of(
        link(viewer=f"区分{n}", owner=f"小売{n}", count=10**n % 9999 + 1) for n in range(12)
    )

    tree = ET.fromstring(drawn(flow))
    for x in {one.get("x") for one in tree.iter() if one.get("class") == "flow-name"}:
        at = sorted(
            float(one.get("y"))
            for one in tree.iter()
            if one.get("class") == "flow-name" and one.get("x") == x
        )
        assert all(below - above >= 38 for above, below in itertools.pairwise(at))


def test_gate_labels_have_forty_pixels_between_bars():
    flow = flow_of(link(gate=f"関{n}", count=1 + n) for n in range(7))

    bars = sorted(
        (float(one.get("y")), float(one.get("height")))
        for one in shapes(flow, Mode.ACTUAL, "flow-gate")
    )

    assert all(y2 - (y1 + h1) >= 40 for (y1, h1), (y2, _) in itertools.pairwise(bars))


def test_the_five_treatments_fall_into_three_kinds():
    assert [kind_of(treatment) for treatment in range(5)] == [
        Kind.SHOW,
        Kind.PART,
        Kind.PART,
        Kind.STOP,
        Kind.STOP,
    ]
