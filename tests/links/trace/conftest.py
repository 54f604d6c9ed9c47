"""One tiny invented world, drawn once and investigated once."""

import pytest

from sekisho_links.world.write import write_world
from tests.links.trace.worlds import nothing, run


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trace") / "tiny"
    write_world(folder, size="tiny", seed=1, report=nothing)
    return folder


@pytest.fixture(scope="session")
def out(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trace") / "out"
    run(world, folder)
    return folder
