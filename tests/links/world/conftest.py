"""One tiny world, written once for all tests that read it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sekisho_links.world.write import write_world
from tests.links.world.reading import Facts, Logs, read_logs


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    folder: Path
    answer: dict[str, Any]
    facts: Facts
    logs: Logs


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("worlds") / "tiny"
    answer = write_world(folder, size="tiny", seed=7)
    return Written(
        folder=folder,
        answer=answer,
        facts=Facts(folder / "facts"),
        logs=read_logs(folder / "logs"),
    )
