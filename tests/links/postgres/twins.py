"""Supervisors with one mistake each. The tests beside this file must catch them."""

import os


def trusts_the_pid_file(data):
    """Believes that whoever has the pid of the file is the server."""
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, IndexError, ProcessLookupError):
        return None
    return pid
