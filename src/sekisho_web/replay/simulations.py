"""What 試算 reads: simulations as they were kept, and the investigations one can be tried on."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.http import Http404

from sekisho.policy.sheets import Unreadable
from sekisho.policy.system import Policy
from sekisho.replay import simulated
from sekisho.reports.pictures.comparison import Bar
from sekisho.reports.simulations import Line, lines, number
from sekisho_web.policy.models import Change, Version
from sekisho_web.policy.versions import policy_of
from sekisho_web.replay.models import Simulation
from sekisho_web.trace import queries as trace
from sekisho_web.trace.models import Investigation

KEPT = 8  # results in memory, while somebody reads one


def simulation_of(version: str) -> Simulation | None:
    """Return the last simulation of the version with this hash, or None (one query)."""
    return Simulation.objects.filter(version_id=version).order_by("-made_at", "-pk").first()


def simulations_of(change: Change) -> Sequence[Simulation]:
    """Return every simulation of `change`, the last one first, without results (one query)."""
    found = Simulation.objects.filter(change=change).defer("result")
    return list(found.select_related("by", "investigation").order_by("-made_at", "-pk")[:20])


def one(pk: int) -> Simulation:
    """Return a simulation with its change and investigation (one query), or 404."""
    found = Simulation.objects.select_related("change", "investigation", "by").filter(pk=pk)
    if (kept := found.first()) is None:
        raise Http404
    return kept


def result(kept: Simulation) -> simulated.Simulation:
    """Return the result of a simulation as values."""
    return simulated.simulation_of(kept.result)


def investigations() -> list[Investigation]:
    """Return the investigations that kept what a simulation needs, the last first (one query)."""
    from sekisho_links.trace.simulate import has_looks  # noqa: PLC0415 - an extra, not needed to start

    return [one for one in trace.on_the_shelf() if has_looks(Path(one.folder))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A simulation as a page shows it."""

    kept: Simulation
    result: simulated.Simulation
    lines: Sequence[Line]

    def line(self, number: int) -> Line:
        """Return the cell with this number, or 404."""
        for line in self.lines:
            if line.number == number:
                return line
        raise Http404

    def bars(self, *, whole: bool) -> list[Bar]:
        """Return the bars of the picture. A count below three has the length of three."""
        return [
            Bar(
                name=f"{line.viewer} × {line.relation}・{line.output} {line.before} → {line.after}",
                where=f"{line.system} {line.kind}",
                looser=line.met.cell.looser,
                count=_length(line.met.shown.accesses, whole=whole),
                words=number(line.met.shown.accesses, whole=whole),
            )
            for line in self.lines
        ]


def reading(kept: Simulation) -> Reading:
    """Return what a page shows of a simulation; the words are those of its two versions."""
    found = _result(kept.pk)
    old, new = readable(kept.base_id), readable(kept.version_id)
    return Reading(kept=kept, result=found, lines=lines(found, old=old, new=new))


@lru_cache(maxsize=KEPT)
def _result(pk: int) -> simulated.Simulation:
    return result(Simulation.objects.get(pk=pk))  # a row of it never changes


def readable(version: str) -> Policy | None:
    """Return the policy of a version, or None where it can no longer be read."""
    try:
        return policy_of(version)
    except (Unreadable, Version.DoesNotExist):
        return None


def _length(count: int, *, whole: bool) -> int:
    return simulated.FEWEST if not whole and 0 < count < simulated.FEWEST else count
