"""The keys of the ledger: made on first use, kept in the home, never in the database.

    K_shard    HMAC: who looked, within one shard
    K_lookup   HMAC: which records are about one customer
    details    AES-256-GCM, one key a customer or person: to destroy the key is to erase

All are durable before they are used. Files are 0600 and belong to who records.
"""

import hmac
import os
import secrets
import sqlite3
import threading
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

SIZE = 32
_TABLE = """
create table if not exists key (
  id integer primary key, name blob not null unique, key blob not null)
"""


class Keys:
    """The keys in one folder. Safe to share between threads; each process opens its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._fixed: dict[str, bytes] = {}
        self._known: dict[bytes, tuple[int, bytes]] = {}
        self._store: sqlite3.Connection | None = None

    def person(self, origin: str, person: str) -> bytes:
        """Return what stands for `person` in the leaves of one shard, and in no other."""
        return hmac.digest(self._key(f"shard-{_name(origin)}"), person.encode(), "sha256")

    def customer(self, key: str) -> bytes:
        """Return the tag under which the records about one customer are found."""
        return hmac.digest(self._key("lookup"), key.encode(), "sha256")[:16]

    def of_details(self, owners: Sequence[str]) -> list[tuple[int, bytes]]:
        """Return number and key for the details of each owner: `person:…` or `customer:…`."""
        names = [hmac.digest(self._key("lookup"), owner.encode(), "sha256") for owner in owners]
        with self._lock:
            if any(name not in self._known for name in names):
                self._make(names)
            return [self._known[name] for name in names]

    def numbered(self, number: int) -> bytes | None:
        """Return the detail key of that number, or None where it was destroyed."""
        with self._lock:
            found = self._open().execute("select key from key where id = ?", [number]).fetchone()
        return bytes(found[0]) if found else None

    def _make(self, names: Sequence[bytes]) -> None:
        store = self._open()
        store.execute("begin immediate")
        try:
            for name in names:
                fresh = secrets.token_bytes(SIZE)
                store.execute("insert or ignore into key (name, key) values (?, ?)", [name, fresh])
            for name in names:
                number, key = store.execute(
                    "select id, key from key where name = ?", [name]
                ).fetchone()
                self._known[name] = (number, bytes(key))
            store.execute("commit")  # durable: synchronous = full
        except BaseException:
            store.execute("rollback")
            for name in names:
                self._known.pop(name, None)
            raise

    def _open(self) -> sqlite3.Connection:
        if self._store is None:
            path = self._room() / "details.sqlite"
            path.touch(mode=0o600)
            self._store = sqlite3.connect(
                path, timeout=0.5, isolation_level=None, check_same_thread=False
            )
            self._store.execute("pragma journal_mode = wal")
            self._store.execute("pragma synchronous = full")
            self._store.execute("pragma secure_delete = on")  # a destroyed key leaves no trace
            self._store.execute(_TABLE)
        return self._store

    def _key(self, name: str) -> bytes:
        """Return a key that never changes, made at its first use by whoever comes first."""
        if name in self._fixed:
            return self._fixed[name]
        path = self._room() / f"{name}.key"
        if not path.exists():
            part = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(secrets.token_bytes(SIZE))
                out.flush()
                os.fsync(out.fileno())
            try:
                os.link(part, path)  # whole, or not at all; the first one stays
            except FileExistsError:
                pass
            finally:
                part.unlink()
            _sync(path.parent)
        key = path.read_bytes()
        if len(key) != SIZE:
            raise ValueError(f"{path} holds {len(key)} bytes, not {SIZE}")
        self._fixed[name] = key
        return key

    def _room(self) -> Path:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._folder


def _name(origin: str) -> str:
    return sha256(origin.encode()).hexdigest()[:16]


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
