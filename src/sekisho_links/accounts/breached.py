"""Lists of known passwords: the small one that ships, and those that a company puts beside it.

Nothing is sent anywhere. A list is never read whole: it is sorted, and looked up by halving, so
that one of 40 GB takes as many reads (about 36) as it has halvings.

*.bin   sorted SHA-1 digests, the first five bytes of each (the list that ships; 0.1 MB)
*.txt   sorted lines `SHA-1 in hexadecimal`, and after a colon anything: the form in which
        "Pwned Passwords" is given out, ordered by hash
"""

import os
from collections.abc import Iterable, Sequence
from hashlib import sha1
from io import BufferedReader
from pathlib import Path

from sekisho.errors import SekishoError
from sekisho_links import shipped

PREFIX = 5  # bytes: of 20,000 words one stranger in 55 million is refused by chance
HEX = 40  # digits of a SHA-1
LINE = 256  # bytes; a longer line is no line of such a list
SHIPPED = ("content", "passwords", "common.bin")
FOLDER = "passwords"  # in the home


class UnreadableList(SekishoError):
    """A list of known passwords is not in its form. Nothing is concluded from it."""


def lists(home: Path) -> Sequence[Path]:
    """Return the lists to ask: the one that ships, and those in `passwords` of the home."""
    return (shipped(*SHIPPED), *sorted((home / FOLDER).glob("*.txt")))


def is_known(texts: Iterable[str], *, among: Sequence[Path]) -> bool:
    """Return whether one of `texts` stands in one of the lists.

    Raise UnreadableList where a list is missing or not in its form: a password that could not be
    looked up is not one that was not found.
    """
    digests = [_digest(text) for text in texts]
    return any(_stands_in(path, digest) for path in among for digest in digests)


def packed(words: Iterable[str]) -> bytes:
    """Return the bytes of a list `*.bin` of `words`."""
    return b"".join(sorted({_digest(word)[:PREFIX] for word in words}))


def check(path: Path, *, samples: int = 1_000) -> None:
    """Raise UnreadableList where `samples` places of the list, evenly spread, are out of order."""
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        if path.suffix == ".bin":
            _digests_in(path, size)
            return
        before = ""
        for number in range(samples):
            line = _line_from(file, size * number // samples, path)
            if line is None:
                return
            if line < before:
                raise _unreadable(path, "並びが符号の順ではありません")
            before = line


def _digest(text: str) -> bytes:
    return sha1(text.encode(), usedforsecurity=False).digest()


def _stands_in(path: Path, digest: bytes) -> bool:
    with _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        if path.suffix == ".bin":
            return _among_digests(file, _digests_in(path, size), digest[:PREFIX])
        return _among_lines(file, size, digest.hex().upper(), path)


def _among_digests(file: BufferedReader, count: int, wanted: bytes) -> bool:
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        file.seek(middle * PREFIX)
        if (found := file.read(PREFIX)) == wanted:
            return True
        low, high = (middle + 1, high) if found < wanted else (low, middle)
    return False


def _among_lines(file: BufferedReader, size: int, wanted: str, path: Path) -> bool:
    """Halve the bytes until the first line at or after `low` is the first not before `wanted`."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        line = _line_from(file, middle, path)
        if line == wanted:
            return True
        low, high = (middle + 1, high) if line is not None and line < wanted else (low, middle)
    return _line_from(file, low, path) == wanted


def _line_from(file: BufferedReader, place: int, path: Path) -> str | None:
    """Return the digest of the first line that begins at `place` or later, or None at the end."""
    file.seek(max(0, place - 1))
    if place and not (cut := file.readline(LINE)).endswith(b"\n") and len(cut) == LINE:
        raise _unreadable(path, "長すぎる行があります")
    line = file.readline(LINE)
    if not line:
        return None
    text = line[:HEX].decode("ascii", errors="replace").upper()
    if len(text) < HEX or not set(text) <= set("0123456789ABCDEF") or line[HEX:][:1].isalnum():
        raise _unreadable(path, "SHA-1 の符号で始まらない行があります")
    return text


def _digests_in(path: Path, size: int) -> int:
    count, rest = divmod(size, PREFIX)
    if rest or not count:
        raise _unreadable(path, "長さが合いません")
    return count


def _opened(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise _unreadable(path, "開けません") from error


def _unreadable(path: Path, problem: str) -> UnreadableList:
    return UnreadableList(
        f"知られたパスワードの一覧が読めません（{problem}）",
        place=path.name,
        remedy="SHA-1 の符号の順に並んだ一覧を置き直すか、取り除いてください",
    )
