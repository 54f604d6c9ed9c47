"""From bytes to text, in the encoding that was declared. Nothing is guessed, nothing is replaced.

In CP932 some characters stand twice, and external characters (外字) stand where each company has
put its own. Both are kept, and told by the cell in which they are.
"""

import re
from dataclasses import dataclass
from functools import cache

UTF8, CP932 = "utf-8-sig", "cp932"
ENCODINGS = (UTF8, CP932)

_MARKS = ((b"\xef\xbb\xbf", "UTF-8"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))
_NO_CHARACTER = re.compile("[\x80\uf8f0-\uf8f3]")  # what the codec makes of 80, A0, FD, FE and FF
_STOOD_IN = 0x100000  # where the second code of a character waits until its cell is known
_WAITING = re.compile("[\U00100000-\U0010fffd]")
_EXTERNAL = re.compile("[\ue000-\uf8ff]")
_PAIRS = {"〜": "～", "～": "〜", "−": "－", "－": "−"}
_ONE_OF_A_PAIR = re.compile("[〜～−－]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd\ufeff]")
_NOTED = re.compile("[〜～−－\ue000-\uf8ff\U00100000-\U0010fffd]")
_ROW, _FIRST_TRAIL = 188, 0x40


class Undecodable(Exception):
    """The bytes are not in the declared encoding. line: from 1; 0: from the beginning."""

    def __init__(self, problem: str, *, line: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Something about the characters of one cell. refused: the cell cannot be used."""

    problem: str
    remedy: str
    refused: bool = False


def decoded(data: bytes, *, encoding: str) -> str:
    """Return the text of `data`. Raise Undecodable where it is in another encoding.

    Second codes of a character are still stand-ins: `cell_of` gives each cell its characters.
    """
    for mark, name in _MARKS:
        if data.startswith(mark) and not (encoding == UTF8 and name == "UTF-8"):
            raise Undecodable(f"{name} のファイルです（宣言は {encoding}）", line=0)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Undecodable(
            f"{encoding} として読めないバイト（{data[error.start]:02X}）があります", line=line
        ) from None
    if encoding == UTF8:
        return text
    if found := _NO_CHARACTER.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise Undecodable("CP932 の文字でないバイトがあります", line=line)
    if text.encode(CP932) == data:
        return text
    return "\n".join(_with_stand_ins(line) for line in data.split(b"\n"))


def cell_of(text: str) -> tuple[str, tuple[Noted, ...]]:
    """Return a cell with its own characters, and what is to be said about them."""
    notes: list[Noted] = []
    if _NOTED.search(text):
        if twice := sorted(set(_WAITING.findall(text))):
            codes = "、".join(f"{_second(one)[0]}（{_second(one)[1]:04X}）" for one in twice)
            notes.append(
                Noted(
                    problem=f"二つの符号をもつ文字があります: {codes}",
                    remedy="書き出すと別の符号になります。直す必要はありません",
                )
            )
            text = _WAITING.sub(lambda found: _second(found[0])[0], text)
        if external := sorted(set(_EXTERNAL.findall(text))):
            codes = "、".join(code_of_external(one) for one in external)
            notes.append(
                Noted(
                    problem=f"外字があります: {codes}",
                    remedy="どの字かを人事に確かめ、氏名を正しい字で登録してください",
                )
            )
        if pairs := sorted(set(_ONE_OF_A_PAIR.findall(text))):
            words = "、".join(f"{one}（{_PAIRS[one]} と同じに扱います）" for one in pairs)
            notes.append(
                Noted(
                    problem=f"形の似た二つの文字のどちらかがあります: {words}",
                    remedy="もとの字のまま残します。直す必要はありません",
                )
            )
    if _UNPRINTABLE.search(text):
        notes.append(
            Noted(
                problem="読めない文字（制御文字など）があります",
                remedy="その文字を消して、送り直してください",
                refused=True,
            )
        )
    return text, tuple(notes)


def code_of_external(character: str) -> str:
    """Return the code in CP932 (F040 to F9FC) of an external character, or that in Unicode."""
    at = ord(character) - 0xE000
    lead, trail = 0xF0 + at // _ROW, at % _ROW + _FIRST_TRAIL
    if lead > 0xF9:
        return f"U+{ord(character):04X}"
    return f"{lead:02X}{trail + (trail >= 0x7F):02X}"


@cache
def second_codes() -> dict[int, str]:
    """Return the codes of CP932 that come back as another code: 398 in all."""
    leads = [*range(0x81, 0xA0), *range(0xE0, 0xFD)]
    found: dict[int, str] = {}
    for lead in leads:
        for trail in range(0x40, 0xFD):
            code = bytes((lead, trail))
            try:
                character = code.decode(CP932)
            except UnicodeDecodeError:
                continue
            if len(character) == 1 and character.encode(CP932) != code:
                found[lead << 8 | trail] = character
    return found


@cache
def _places() -> dict[int, str]:
    return {code: chr(_STOOD_IN + n) for n, code in enumerate(second_codes())}


@cache
def _waiting() -> dict[str, tuple[str, int]]:
    return {_places()[code]: (character, code) for code, character in second_codes().items()}


def _second(waiting: str) -> tuple[str, int]:
    return _waiting().get(waiting, (waiting, ord(waiting)))


def _with_stand_ins(line: bytes) -> str:
    text = line.decode(CP932)
    if text.encode(CP932) == line:
        return text
    places, parts, at = _places(), [], 0
    while at < len(line):
        lead = line[at]
        wide = 0x81 <= lead <= 0x9F or 0xE0 <= lead <= 0xFC
        code = line[at : at + 1 + wide]
        number = int.from_bytes(code)
        parts.append(places[number] if number in places else code.decode(CP932))
        at += len(code)
    return "".join(parts)
