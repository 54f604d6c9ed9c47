"""Worlds that are drawn wrongly on purpose: each must be caught by the test beside it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sekisho.world import traffic
from sekisho.world.contracts import Contracts
from sekisho.world.sessions import accesses_of


def nothing_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lawful traffic shows whatever a screen was asked for."""

    def clean(scene: Any, chance: Any, looks: Any) -> Any:
        bare = replace(looks, refused=np.zeros(len(looks), bool))
        found = accesses_of(chance, bare, until=scene.until)
        found.result[found.record >= 0] = 0
        return found

    monkeypatch.setattr(traffic, "clean", clean)


def contracts_change_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """The traffic learns of a change of contract only a month later."""
    right = Contracts.period_at

    def late(self: Contracts, point: Any, when: Any) -> Any:
        return np.maximum(right(self, point, when - 30 * 86_400), 0)

    monkeypatch.setattr(Contracts, "period_at", late)


CARELESS = (nothing_is_masked, contracts_change_late)
