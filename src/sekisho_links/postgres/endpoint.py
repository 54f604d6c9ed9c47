"""How the other processes of one home find its server."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from sekisho_links.postgres.processes import started_at

CONNINFO = "conninfo.json"
DATABASE = "sekisho"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A running server: its socket, and a password for each role. Never printed."""

    supervisor: int
    started: int  # with the pid, the name of one process: pids come again
    sockets: str
    port: int
    passwords: dict[str, str]

    def url(self, role: str, *, database: str = DATABASE) -> str:
        """Return the address for `role` (dba, owner, app or sealer)."""
        return (
            f"postgres://sekisho_{role}:{quote(self.passwords[role])}@/{database}"
            f"?host={quote(self.sockets, safe='')}&port={self.port}"
        )

    def __repr__(self) -> str:
        return f"Endpoint({self.sockets})"

    def write(self, home: Path) -> None:
        """Tell it to the other processes, at once and to nobody else."""
        private(home / CONNINFO, json.dumps(asdict(self)))


def running(home: Path) -> Endpoint | None:
    """Return the endpoint of the live supervisor of `home`, or None where there is none."""
    try:
        found = Endpoint(**json.loads((home / CONNINFO).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return found if started_at(found.supervisor) == found.started else None


def private(path: Path, text: str) -> None:
    """Put `text` at `path` in one step, readable by this user only."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
