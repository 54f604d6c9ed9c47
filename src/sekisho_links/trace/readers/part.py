"""A stretch of whole lines of one file, as bytes, and how its bad lines are named."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sekisho.trace.refusals import BadLine, Reason
from sekisho_links.trace.files import Block, LogFile


@dataclass(frozen=True, slots=True)
class Part:
    """Whole lines of `file`; line, offset: of the first of them."""

    file: LogFile
    data: bytes
    line: int
    offset: int

    def raws(self) -> Iterator[tuple[int, int, bytes]]:
        """Yield number, offset and bytes (without its end) of each line."""
        offset = self.offset
        lines = self.data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        for number, raw in enumerate(lines, self.line):
            yield number, offset, raw.removesuffix(b"\r")
            offset += len(raw) + 1

    def bad(self, why: dict[int, tuple[Reason, str]]) -> list[BadLine]:
        """Return the lines whose numbers are in `why`, with their reasons and details."""
        found: list[BadLine] = []
        position, number = 0, self.line
        for wanted in sorted(why):
            while number < wanted:
                position = self.data.index(b"\n", position) + 1
                number += 1
            end = self.data.find(b"\n", position)
            raw = self.data[position : end if end >= 0 else None].removesuffix(b"\r")
            found.append(self._named(number, self.offset + position, raw, *why[wanted]))
        return found

    def all_bad(self, reason: Reason, detail: str) -> list[BadLine]:
        """Return every line, bad for one reason."""
        return [
            self._named(number, offset, raw, reason, detail) for number, offset, raw in self.raws()
        ]

    def cut(self, position: int) -> tuple["Part", "Part"]:
        """Return what stands before `position` and what stands from there, which begins a line."""
        before, after = self.data[:position], self.data[position:]
        lines = self.line + before.count(b"\n")
        return (
            Part(self.file, before, self.line, self.offset),
            Part(self.file, after, lines, self.offset + position),
        )

    def whole(self, block: Block) -> tuple["Part", list[BadLine]]:
        """Return the lines that can be read, and the others of `block` as bad.

        The last line is bad where the file ends inside it, and a line that is too long.
        """
        if block.long:
            nothing = Part(self.file, b"", self.line, self.offset)
            return nothing, self.all_bad(Reason.LONG, f"{block.long:,} バイト")
        if not block.cut or self.data.endswith(b"\n") or not self.data:
            return self, []
        if self.offset + len(self.data) < block.offset + len(block.data):
            return self, []
        ended, torn = self.cut(self.data.rfind(b"\n") + 1)
        return ended, torn.all_bad(Reason.TRUNCATED, "")

    def _named(
        self,
        number: int,
        offset: int,
        raw: bytes,
        *why: Reason | str,
    ) -> BadLine:
        reason, detail = why
        return BadLine(
            file=self.file.name,
            line=number,
            offset=offset,
            raw=raw,
            reason=Reason(reason),
            detail=detail,
        )


@dataclass(slots=True)
class Lines:
    """Lines in UTF-8 with their ends, and the physical number of each."""

    data: bytes
    numbers: "range | list[int]"

    def without(self, places: list[int]) -> "Lines":
        """Return these lines but for those at `places` (from 0)."""
        lines, numbers = self.data.split(b"\n"), list(self.numbers)
        for place in reversed(places):
            del lines[place], numbers[place]
        return Lines(b"\n".join(lines), numbers)

    def pairs(self) -> list[tuple[int, bytes]]:
        """Return number and bytes (without its end) of each line."""
        lines = self.data.split(b"\n")
        lines.pop()
        return [
            (number, line.removesuffix(b"\r"))
            for number, line in zip(self.numbers, lines, strict=True)
        ]


def joined(pairs: Iterable[tuple[int, bytes]]) -> Lines:
    """Return lines of these numbers and bytes."""
    pairs = list(pairs)
    return Lines(b"".join(line + b"\n" for _, line in pairs), [number for number, _ in pairs])


def decoded(part: Part) -> tuple[Lines, list[BadLine]]:
    """Return the lines in UTF-8, and those that the declared encoding does not have.

    The whole part is decoded at once; where that fails, the line is taken out and the rest goes
    on. No byte is replaced.
    """
    encoding = part.file.source.encoding
    data, begin, line = part.data, 0, part.line
    good: list[bytes] = []
    numbers: list[range] = []
    why: dict[int, tuple[Reason, str]] = {}
    while begin < len(data):
        rest = data[begin:] if begin else data
        try:
            text = rest.decode(encoding)
        except UnicodeDecodeError as error:
            start = rest.rfind(b"\n", 0, error.start) + 1
            end = rest.find(b"\n", error.start) + 1 or len(rest)
            before = rest[:start]
            good.append(before if encoding == "utf-8" else before.decode(encoding).encode())
            broken = line + before.count(b"\n")
            numbers.append(range(line, broken))
            why[broken] = (Reason.ENCODING, encoding.upper())
            begin, line = begin + end, broken + 1
        else:
            good.append(rest if encoding == "utf-8" else text.encode())
            numbers.append(range(line, line + rest.count(b"\n")))
            break
    if not why:
        return Lines(b"".join(good), numbers[0] if numbers else range(0)), []
    return Lines(b"".join(good), [n for numbers_ in numbers for n in numbers_]), part.bad(why)
