"""Where a home lies, what is in it, and who can reach it."""

import os
import pwd
import shutil
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sekisho_links.postgres.errors import CannotStart

PORT = 5432
LONGEST_SOCKET = 107  # bytes; a longer path is cut by the kernel, silently
SOCKET = f".s.PGSQL.{PORT}"


def default_home() -> Path:
    """Return the state directory of Sekisho on this machine, where no other is given."""
    if os.geteuid() == 0:
        return Path("/var/lib/sekisho")
    return Path(pwd.getpwuid(os.geteuid()).pw_dir) / ".local" / "state" / "sekisho"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The paths of one home, and the user as whom its server runs."""

    path: Path
    uid: int
    gid: int

    @property
    def room(self) -> Path:
        return self.path / "postgres"

    @property
    def data(self) -> Path:
        return self.room / "data"

    @property
    def lock(self) -> Path:
        return self.room / "lock"

    @property
    def passwords(self) -> Path:
        return self.room / "passwords.json"

    @property
    def early_log(self) -> Path:
        """What the server says before its own log is open."""
        return self.room / "start.log"

    @property
    def sockets(self) -> Path:
        """Return the folder of the socket: in the home, or a short one for a long home."""
        here = self.room / "run"
        if len(os.fsencode(here / SOCKET)) <= LONGEST_SOCKET:
            return here
        name = sha256(os.fsencode(self.path)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"sekisho-{self.uid}-{name}"

    def prepare(self) -> None:
        """Make the folders, each as narrow as its use allows. No folder above is touched."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.room.mkdir(exist_ok=True)
        if self.uid != os.geteuid():
            self.room.chmod(0o711)
        else:
            self.room.chmod(0o700)
        if blocked := blocked_at(self.room, uid=self.uid):
            raise CannotStart(
                f"利用者 {pwd.getpwuid(self.uid).pw_name} が {blocked} に入れません",
                place=str(self.path),
                remedy="誰でも通れるフォルダー（/var/lib/sekisho など）を使ってください",
            )
        self.own_folder(self.sockets)

    def own_folder(self, folder: Path) -> None:
        """Make `folder` the server's own, 0700; raise CannotStart where it is another's."""
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid not in {self.uid, os.geteuid()}:
            raise CannotStart(
                f"{folder} は別の利用者のものです",
                place=str(self.path),
                remedy="そのフォルダーを調べて取り除いてから、もう一度起動してください",
            )
        if self.uid != os.geteuid():
            shutil.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


def home_of(path: Path, *, run_as: str) -> Home:
    """Return the home at `path`; root runs its server as `run_as`, anybody else as themselves."""
    path = Path(os.path.abspath(path))  # noqa: PTH100  # resolve() would follow links that may move
    if os.geteuid() != 0:
        return Home(path=path, uid=os.geteuid(), gid=os.getegid())
    try:
        entry = pwd.getpwnam(run_as)
    except KeyError:
        entry = None
    if entry is None or entry.pw_uid == 0:
        raise CannotStart(
            f"利用者 {run_as} ではPostgreSQLを動かせません",
            place=str(path),
            remedy="root でない、この計算機にいる利用者を指定してください",
        )
    return Home(path=path, uid=entry.pw_uid, gid=entry.pw_gid)


def blocked_at(folder: Path, *, uid: int) -> Path | None:
    """Return the first folder on the way to `folder` that `uid` may not pass, or None."""
    if uid == 0:
        return None
    gids = set(os.getgrouplist(pwd.getpwuid(uid).pw_name, pwd.getpwuid(uid).pw_gid))
    for step in (*reversed(folder.parents), folder):
        found = step.stat()
        bit = 0o100 if found.st_uid == uid else 0o010 if found.st_gid in gids else 0o001
        if not found.st_mode & bit:
            return step
    return None
