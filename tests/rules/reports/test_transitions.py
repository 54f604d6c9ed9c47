"""The picture of the screens: whole, the same every time, legible, and told in words."""

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.reports.pictures import transitions
from sekisho.reports.pictures.transitions import ENTRANCE, Place, Way, drawn, in_words
from sekisho.reports.walks import map_of, told
from sekisho_links.policy.folders import shipped_policy

POLICY = shipped_policy()
SVG = "{http://www.w3.org/2000/svg}"


def parsed(found, **more):
    return ET.fromstring(drawn(found.places, found.ways, words="画面の遷移", **more))


def boxes(tree):
    """Return the rectangles of the places: left, top, width, height."""
    return [
        tuple(float(one.get(name)) for name in ("x", "y", "width", "height"))
        for one in tree.iter(f"{SVG}rect")
    ]


@pytest.mark.parametrize("key", POLICY.systems)
def test_every_screen_and_every_way_is_drawn(key):
    system = POLICY.systems[key]
    tree = parsed(map_of(POLICY, system))

    titles = [one.findtext(f"{SVG}title") for one in tree.iter(f"{SVG}rect")]
    for screen in system.screens.values():
        assert any(title.startswith(f"{screen.id} {screen.name}") for title in titles)
    lines = [one.findtext(f"{SVG}title") for one in tree.iter(f"{SVG}path")]
    for way in system.transitions:
        if way.source == ENTRANCE or way.source in system.screens:
            words = f"{way.source} → {way.target} {way.action}（引継ぎ {way.carries}）"
            assert words in lines


@pytest.mark.parametrize("key", POLICY.systems)
def test_no_two_screens_overlap_and_all_lie_in_the_picture(key):
    tree = parsed(map_of(POLICY, POLICY.systems[key]))

    _, _, width, height = map(float, tree.get("viewBox").split())
    found = boxes(tree)
    for x, y, wide, tall in found:
        assert x >= 0
        assert y >= 0
        assert x + wide <= width
        assert y + tall <= height
    for n, (x, y, wide, tall) in enumerate(found):
        for left, top, _, _ in found[n + 1 :]:
            assert abs(x - left) >= wide or abs(y - top) >= tall
    assert (tree.get("width"), tree.get("height")) == tuple(tree.get("viewBox").split()[2:])


@pytest.mark.parametrize("key", POLICY.systems)
def test_no_letter_is_cut_from_what_is_carried(key):
    system = POLICY.systems[key]
    tree = parsed(map_of(POLICY, system))

    carried = {one.carries for one in system.transitions}
    words = {one.text for one in tree.iter(f"{SVG}text") if "ways-carries" in one.get("class")}
    assert carried <= words


def test_the_same_tables_give_the_same_bytes_whatever_their_order():
    found = map_of(POLICY, POLICY.systems["takuso"], field="customer_name")

    one = drawn(found.places, found.ways, words="x")

    assert drawn(found.places, found.ways, words="x") == one
    tree = ET.fromstring(drawn(found.places[::-1], found.ways, words="x"))
    assert sorted(boxes(tree)) == sorted(boxes(ET.fromstring(one)))


def test_few_ways_cross():
    """Never more than in the order of the sheet."""
    for system in POLICY.systems.values():
        found = map_of(POLICY, system)
        plain = transitions._columns(found.places, found.ways)
        ordered = transitions._ordered(plain, found.ways)
        assert [sorted(column) for column in ordered] == [sorted(column) for column in plain]
        before, after = (crossings(columns, found.ways) for columns in (plain, ordered))
        assert after <= before


def crossings(columns, ways):
    at = {one: (n, m) for n, column in enumerate(columns) for m, one in enumerate(column)}
    ties = {
        tuple(sorted((at[way.source], at[way.target])))
        for way in ways
        if way.source in at and way.target in at and abs(at[way.source][0] - at[way.target][0]) == 1
    }
    ordered = sorted(ties)
    return sum(
        a[0] == b[0] and (a[1] - b[1]) * (c[1] - d[1]) < 0
        for n, (a, c) in enumerate(ordered)
        for b, d in ordered[n + 1 :]
    )


def test_the_paths_to_a_field_are_emphasised_and_only_they():
    system = POLICY.systems["takuso"]
    found = map_of(POLICY, system, field="customer_name")
    tree = parsed(found, field="契約者名（漢字）")

    emphasised = [
        one.findtext(f"{SVG}title").split(" ")[0:3:2]
        for one in tree.iter(f"{SVG}path")
        if "ways-line" in one.get("class") and "is-path" in one.get("class")
    ]
    walked = {(way.source, way.target) for way in found.ways if way.on_path}
    assert {tuple(pair) for pair in emphasised} == walked
    assert ("TK-210", "TK-310") in walked
    assert ("TK-225", "TK-375") not in walked
    assert {place.id for place in found.places if place.shows} == {
        item.screen
        for item in system.screen_items
        if item.field == "customer_name" and item.use != "検索条件"
    }


def test_the_description_holds_the_numbers():
    found = map_of(POLICY, POLICY.systems["takuso"], field="customer_name")

    words = in_words(found.places, found.ways, field="契約者名（漢字）")

    assert "画面 29、" in words
    assert "1 歩の画面が 3" in words
    assert "検索条件 7" in words
    assert "契約者名（漢字）が出る画面は 11（" in words


def test_a_walk_names_who_can_walk_it_to_the_end():
    walks = told(POLICY, POLICY.systems["takuso"], targets=("TK-370",))

    first = next(one for one in walks if one.entrance == ENTRANCE)
    (walk,) = first.walks
    assert walk.words == (
        "入口 → 業務の選択 → 自社客の検索（小売） → 自社客一覧（小売） → 自社客詳細（小売）"
    )
    assert walk.viewers == ("関係小売営業", "関係小売委託", "新電力")
    by_notice = next(one for one in walks if one.entrance == "通知リンク")
    assert all(walk.viewers == () for walk in by_notice.walks)


def test_a_walk_of_one_viewer_class_steps_only_on_its_screens():
    walks = told(POLICY, POLICY.systems["takuso"], targets=("TK-370",), viewer="新電力")

    assert {one.entrance for one in walks} == {"入口", "直接URL"}
    assert all("新電力" in walk.viewers for one in walks for walk in one.walks)


names = st.text(min_size=1, max_size=30)
graphs = st.integers(1, 40).flatmap(
    lambda size: st.tuples(
        st.lists(names, min_size=size, max_size=size),
        st.lists(st.one_of(st.none(), st.integers(1, 6)), min_size=size, max_size=size),
        st.lists(st.tuples(st.integers(-1, size - 1), st.integers(0, size - 1)), max_size=60),
    )
)


@given(graph=graphs)
def test_any_screens_and_ways_can_be_drawn(graph):
    """Also what no sheet should say: ways to oneself, screens that nothing leads to, any text."""
    words, depths, pairs = graph
    places = [
        Place(id=f"X-{n:03}", name=name, depth=depth, arrivals=(("直接URL", "内部ID"),) * (n % 2))
        for n, (name, depth) in enumerate(zip(words, depths, strict=True))
    ]
    ways = [
        Way(
            source=ENTRANCE if source < 0 else places[source].id,
            target=places[target].id,
            carries=("なし", "検索条件", "内部ID")[(source + target) % 3],
            action=words[target],
        )
        for source, target in pairs
    ]

    tree = ET.fromstring(drawn(places, ways, words="画面の遷移"))

    assert len(list(tree.iter(f"{SVG}rect"))) == len(places) + any(s < 0 for s, _ in pairs)
    found = sorted(boxes(tree))
    assert all(one != other for one, other in pairwise(found))


def test_a_long_name_is_told_whole_where_it_is_pointed_at():
    name = "とても長い名前の画面（括弧の中もとても長い説明の文）"
    place = Place(id="X-001", name=name, depth=1)

    tree = ET.fromstring(drawn([place], [], words="x"))

    assert f"X-001 {name}" in [one.findtext(f"{SVG}title") for one in tree.iter(f"{SVG}rect")]
    shown = [one.text for one in tree.iter(f"{SVG}text") if one.get("class") == "ways-name"]
    assert len(shown) == 2
    assert shown[1].endswith("…")


def test_an_empty_system_is_an_empty_picture():
    assert ET.fromstring(drawn([], [], words="x")).tag == f"{SVG}svg"


def test_a_screen_of_another_system_is_marked():
    found = map_of(POLICY, POLICY.systems["takuso"])

    assert {place.id for place in found.places if place.foreign} == {"NO-310", "NS-310"}
