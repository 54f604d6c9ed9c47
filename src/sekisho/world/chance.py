"""Chance that can be called up again: every subject draws from its own stream of one seed."""

from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Chance = np.random.Generator


def stream(seed: int, *names: str | int) -> Chance:
    """Return the stream of `names` under `seed`; what another subject draws never moves it."""
    words = [name if isinstance(name, int) else crc32(name.encode()) for name in names]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


def pick(chance: Chance, weights: Array, size: int) -> Array:
    """Return `size` positions drawn by `weights`."""
    edges = np.cumsum(weights, dtype=np.float64)
    drawn = np.searchsorted(edges, chance.random(size) * edges[-1], side="right")
    positions: Array = np.minimum(drawn, len(edges) - 1)
    return positions


def whole(chance: Chance, low: Array | int, high: Array | int, size: int) -> Array:
    """Return `size` whole numbers in [low, high); either bound may be an array."""
    if size == 0:
        return np.zeros(0, np.int64)
    return chance.integers(low, high, size)


def zipf(count: int, slope: float = 0.9) -> Array:
    """Return falling weights: the first is heard most."""
    return 1.0 / np.arange(1, count + 1, dtype=np.float64) ** slope
