"""The logs of the seven systems, one file per system and month, and the truth about them."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sekisho.world import calendar
from sekisho.world.accesses import Accesses
from sekisho.world.chance import Array, stream
from sekisho.world.pools import Scene
from sekisho.world.predicates import CLASSES
from sekisho.world.systems import SYSTEMS
from sekisho_links.world import damage
from sekisho_links.world.lines import FORMATS, SUFFIX, Scribe, head

# One system fell silent for four hours; its log holds nothing of them.
GAPS = (("nwonline", "2025-09-17T10:00", "2025-09-17T14:00"),)
RATE = {"tiny": 0.0015, "small": 0.0004}


@dataclass(slots=True)
class Truth:
    """What the investigation never reads: the planted accesses and the damaged lines."""

    system: list[str] = field(default_factory=list)
    file: list[str] = field(default_factory=list)
    line: list[Array] = field(default_factory=list)
    label: list[Array] = field(default_factory=list)
    evident: list[Array] = field(default_factory=list)
    bad_file: list[str] = field(default_factory=list)
    bad_line: list[int] = field(default_factory=list)
    bad_reason: list[str] = field(default_factory=list)
    accesses: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SYSTEMS, 0))
    lines: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SYSTEMS, 0))

    def mark(self, system: str, file: str, line: Array, accesses: Accesses) -> None:
        """Keep which lines of `file` are planted. line: the physical line of each access."""
        planted = np.flatnonzero(accesses.label > 0)
        self.system.append(system)
        self.file.append(file)
        self.line.append(line[planted])
        self.label.append(accesses.label[planted])
        self.evident.append(accesses.evident[planted])

    def spoil(self, file: str, line: int, reason: str) -> None:
        self.bad_file.append(file)
        self.bad_line.append(line)
        self.bad_reason.append(reason)

    def planted(self) -> dict[str, int]:
        every = np.concatenate(self.label) if self.label else np.zeros(0, np.int8)
        return {name: int((every == n).sum()) for n, name in enumerate(CLASSES, start=1)}

    def unseen(self) -> dict[str, int]:
        every = np.concatenate(self.label) if self.label else np.zeros(0, np.int8)
        evident = np.concatenate(self.evident) if self.evident else np.zeros(0, bool)
        hidden = every[~evident]
        return {name: int((hidden == n).sum()) for n, name in enumerate(CLASSES, start=1)}

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        sizes = [len(line) for line in self.line]
        names = np.array(CLASSES)
        planted = pa.table(
            {
                "system": pa.array(np.repeat(self.system, sizes), pa.string()),
                "file": pa.array(np.repeat(self.file, sizes), pa.string()),
                "line": pa.array(np.concatenate(self.line), pa.int32()),
                "class": pa.array(names[np.concatenate(self.label) - 1], pa.string()),
                "evident": pa.array(np.concatenate(self.evident), pa.bool_()),
            }
        )
        pq.write_table(planted, folder / "accesses.parquet", compression="zstd")
        bad = pa.table(
            {
                "file": pa.array(self.bad_file, pa.string()),
                "line": pa.array(self.bad_line, pa.int32()),
                "reason": pa.array(self.bad_reason, pa.string()),
            }
        )
        pq.write_table(bad, folder / "bad_lines.parquet", compression="zstd")


def outside_gaps(accesses: Accesses) -> Accesses:
    """Return the accesses without those of the hours that a log has lost."""
    kept = np.ones(len(accesses), bool)
    for key, since, until in GAPS:
        kept &= ~(
            (accesses.system == SYSTEMS.index(key))
            & (accesses.at >= calendar.at(since))
            & (accesses.at < calendar.at(until))
        )
    return accesses.take(kept)


def write_month(
    folder: Path, scribe: Scribe, scene: Scene, *, accesses: Accesses, truth: Truth
) -> None:
    """Write the files of one month and keep their truth. `accesses` come in any order."""
    world, month = scene.world, scene.month
    for number, key in enumerate(SYSTEMS):
        mine = accesses.take(accesses.system == number)
        mine = mine.take(np.argsort(mine.at, kind="stable"))
        name = f"{key}/{key}-{calendar.MONTHS[month]}.{SUFFIX[FORMATS[key]]}"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        top = head(key, calendar.MONTHS[month])
        chance = stream(world.seed, "damage", key, month)
        repaired, copies = damage.plan(
            chance, key, month, accesses=mine, rate=RATE[world.size.name]
        )
        written = scribe.lines(number, mine)
        # each piece: whole runs of good lines, the repaired ones and the added bad ones
        changes = sorted(
            [(int(row), 0, damage.REPAIRED) for row in repaired]
            + [(row, 1, reason) for row, reason in copies if reason != "file_truncated"]
            + [(row, 2, reason) for row, reason in copies if reason == "file_truncated"]
        )
        line_of = np.arange(len(mine)) + top.count(b"\n") + 1
        pieces, done, added = [top], 0, 0
        for row, order, reason in changes:
            upto = row if order == 0 else row + 1
            if upto > done:
                pieces.append(written.text[written.edges[done] : written.edges[upto]])
                done = upto
            pieces.append(damage.damaged(written.line(row), reason, key))
            if order == 0:
                truth.spoil(name, int(line_of[row]) + added, reason)
                done = row + 1
            else:
                added += 1
                truth.spoil(name, int(line_of[row]) + added, reason)
        pieces.append(written.text[written.edges[done] :])
        path.write_bytes(b"".join(pieces))
        extra = np.zeros(len(mine), np.int64)
        for row, reason in copies:
            if row + 1 < len(mine):
                extra[row + 1] += 1
            del reason
        truth.mark(key, name, line_of + np.cumsum(extra), mine)
        truth.accesses[key] += len(mine)
        truth.lines[key] += len(mine) + len(copies)
