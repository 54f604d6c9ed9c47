"""People walk where the screens let them: every step is in 画面.csv and 画面遷移.csv."""

from itertools import pairwise

import pytest

from sekisho.world.paths import WALKS, mean_length, screen_name, steps, walks_of
from sekisho.world.profiles import PROFILES
from sekisho.world.systems import BY_CODE, CODES, SYSTEMS
from sekisho_links.policy.folders import shipped_policy

POLICY = shipped_policy()
SCREENS = {
    screen.id: screen for system in POLICY.systems.values() for screen in system.screens.values()
}
MOVES = {
    (move.source, move.target) for system in POLICY.systems.values() for move in system.transitions
}
# What opens a screen without a screen before it
OUTSIDE = ("入口", "直接URL", "通知リンク")
WHO = {name: profile.viewer_class for name, profile in PROFILES.items()} | {
    "relief": "災害応援",
    "export": "送配電託送",
    "switching": "関係小売営業",
    "rival": "関係小売営業",
    "office": "配電現場",
}
# The walks of the incidents: what was wrong with the old systems is what these do
WRONG = {"gap", "lent", "borrowed", "afterwards", "misplaced", "state"}
ALL = [
    pytest.param(profile, code, walk, id=f"{profile}-{code}-{n}")
    for profile, systems in WALKS.items()
    for code, walks in systems.items()
    for n, (_, walk) in enumerate(walks)
]


def screens(code: str, walk: str) -> list[str]:
    return [f"{code}-{step[:3]}" for step in walk.split()]


@pytest.mark.parametrize(("profile", "code", "walk"), ALL)
def test_every_step_is_a_transition_of_the_sheet(profile, code, walk):
    walked = screens(code, walk)

    for here, there in pairwise(walked):
        assert (here, there) in MOVES
    if profile not in WRONG:
        first = walked[0]
        assert any((start, first) in MOVES for start in (f"{code}-000", *OUTSIDE))


@pytest.mark.parametrize(("profile", "code", "walk"), ALL)
def test_every_screen_is_meant_for_the_viewer(profile, code, walk):
    if profile in WRONG:
        return

    for screen in screens(code, walk):
        assert WHO[profile] in SCREENS[screen].viewers


@pytest.mark.parametrize(("profile", "code", "walk"), ALL)
def test_an_act_fits_the_kind_of_its_screen(profile, code, walk):
    kinds = {"s": {"検索"}, "v": {"一覧", "詳細", "要配慮"}, "p": {"帳票"}, "e": {"CSV", "連携"}}

    for screen, step in zip(screens(code, walk), walk.split(), strict=True):
        assert SCREENS[screen].kind in kinds[step[3]]


def test_the_paths_of_web_logs_are_those_of_the_sheet():
    for screen in SCREENS.values():
        number = BY_CODE[screen.id[:2]] * 1000 + int(screen.id[3:])
        assert screen_name(number) == screen.id
        assert screen.path == f"/{screen.id[:2].lower()}/{screen.id[3:]}"


def test_every_profile_has_walks_in_each_of_its_systems():
    for profile in PROFILES.values():
        for key in profile.systems:
            numbers, weights = walks_of(profile.name, SYSTEMS.index(key))
            assert len(numbers) == len(weights) > 0
            assert 0 < mean_length(profile.name, SYSTEMS.index(key), seen=True) <= 8


def test_the_book_of_steps_says_the_walks():
    book, at = steps(), 0
    for systems in WALKS.values():
        for code, walks in systems.items():
            for _, walk in walks:
                first, length = int(book.first[at]), int(book.length[at])
                names = [screen_name(int(s)) for s in book.screen[first : first + length]]
                assert names == screens(code, walk)
                at += 1
    assert at == len(book.first)
    assert set(CODES) == set(BY_CODE)
