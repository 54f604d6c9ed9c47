"""Which processes live, told from /proc: a pid alone proves nothing, for pids come again."""

import os
from pathlib import Path


def _stat(pid: int) -> list[str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()  # the name before it may hold spaces and brackets


def started_at(pid: int) -> int | None:
    """Return when `pid` started (ticks since boot), or None where it is not, or is a zombie."""
    fields = _stat(pid)
    return None if fields is None or fields[0] == "Z" else int(fields[19])


def living_postmaster(data: Path) -> int | None:
    """Return the pid of the server that really runs on `data`, or None.

    postmaster.pid may be left over, and its pid may by now be another program, or a zombie
    in a container whose first process reaps nobody.
    """
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None
    if started_at(pid) is None:
        return None
    try:
        program = str(Path(f"/proc/{pid}/exe").readlink()).removesuffix(" (deleted)")
        folder = str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:  # gone meanwhile, or another user's: then it is not our server
        return None
    return pid if program.endswith("/postgres") and folder == os.path.realpath(data) else None
