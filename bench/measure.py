"""One way to measure for every bench: candidates take turns, the median counts, a line is JSON.

A ratio is only worth something when both sides ran in the same minutes on the same machine, so
the rounds are interleaved: a, b, c, a, b, c …
"""

import argparse
import gc
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The seconds of one candidate, a round each."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def best(self) -> float:
        return min(self.seconds)


def short() -> bool:
    """Return whether the bench was started with --short: smaller sizes, the same ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true", help="smaller sizes")
    return bool(parser.parse_args().short)


def interleaved(
    candidates: Mapping[str, Callable[[], object]], *, rounds: int = 7, warm: int = 1
) -> dict[str, Timing]:
    """Run every candidate once a round, in turn, and return their seconds by name.

    warm: rounds before that do not count. Garbage is collected between, never within.
    """
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(-warm, rounds):
        for name, run in candidates.items():
            gc.collect()
            gc.disable()
            started = perf_counter()
            try:
                run()
            finally:
                taken = perf_counter() - started
                gc.enable()
            if number >= 0:
                seconds[name].append(taken)
    return {name: Timing(seconds=tuple(of)) for name, of in seconds.items()}


def report(
    *,
    bench: str,
    subject: str,
    value: float,
    floor: float,
    ratio: float,
    bar: float,
    at_most: bool = False,
    rounds: int,
    **more: object,
) -> bool:
    """Print one measured ratio as a line of JSON, and return whether the run may go on.

    It may where the bar is met; in the short form, which runs on shared machines, where it is
    missed by less than a factor of two. `holds` in the line says whether the bar itself is met.

    value, floor: what was measured of ours and of what it is compared with, in seconds.
    bar:          the number to reach; at_most: the ratio must not be above it, else not below.
    """
    holds = ratio <= bar if at_most else ratio >= bar
    line = {
        "bench": bench,
        "subject": subject,
        "value": round(value, 9),
        "floor": round(floor, 9),
        "ratio": round(ratio, 3),
        "bar": bar,
        "holds": holds,
        "rounds": rounds,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        **more,
    }
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    slack = 2 if short() else 1
    return ratio <= bar * slack if at_most else ratio >= bar / slack


def finish(*, held: bool) -> None:
    """End the bench: exit status 1 where `report` said that the run may not go on."""
    sys.exit(0 if held else 1)
