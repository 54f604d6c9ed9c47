"""One tiny group and its year of traffic, drawn once for the tests that look at it."""

import pytest

from sekisho.world.accesses import Accesses, together
from sekisho.world.group import World, draw_world
from sekisho.world.incidents import planted
from sekisho.world.pools import scenes
from sekisho.world.sizes import SIZES
from sekisho.world.traffic import lawful


@pytest.fixture(scope="session")
def group() -> World:
    return draw_world(3, SIZES["tiny"])


@pytest.fixture(scope="session")
def background(group) -> Accesses:
    return together([part for scene in scenes(group) for part in lawful(scene)])


@pytest.fixture(scope="session")
def wrongs(group) -> Accesses:
    return together([planted(scene) for scene in scenes(group)])
