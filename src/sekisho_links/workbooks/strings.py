"""What cells share in a workbook: their texts, and what their styles say that matters here."""

import re
from dataclasses import dataclass

from sekisho_links.workbooks.streams import Attributes, parse

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
# Numbers of formats that are days or times without saying how: as the standard lists them.
_DAYS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_OF_DAYS = re.compile("[dmyhsegDMYHSEG]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What a style makes of a cell."""

    day: bool = False  # a number is shown as a day or a time
    struck: bool = False  # the text is struck through
    unseen: bool = False  # the format shows nothing at all (;;;)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text that cells share. struck: a part of it is struck through."""

    value: str
    struck: bool = False


def unescaped(text: str) -> str:
    """Return `text` with _xHHHH_ read as the character it stands for.

    Two that are halves of one character become that character; a half alone stays a half, and
    is refused where the cell is read.
    """
    if "_x" not in text:
        return text
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def texts_in(data: bytes) -> list[Text]:
    """Return the shared texts. Readings (ふりがな) are not part of a text."""
    texts: list[Text] = []
    parts: list[str] = []
    struck = reading = inside = False

    def start(name: str, attributes: Attributes) -> None:
        nonlocal struck, reading, inside
        if name == "t":
            inside = not reading
        elif name == "si":
            parts.clear()
            struck = False
        elif name == "rPh":
            reading = True
        elif name == "strike":
            struck = struck or _on(attributes)

    def end(name: str) -> None:
        nonlocal reading, inside
        if name == "t":
            inside = False
        elif name == "rPh":
            reading = False
        elif name == "si":
            texts.append(Text(value=unescaped("".join(parts)), struck=struck))

    def text(said: str) -> None:
        if inside:
            parts.append(said)

    parse(data, start=start, end=end, text=text)
    return texts


def styles_in(data: bytes) -> list[Style]:
    """Return the styles that cells name by number."""
    formats: dict[str, str] = {}
    fonts: list[bool] = []  # struck through
    styles: list[Style] = []
    within = ""

    def start(name: str, attributes: Attributes) -> None:
        nonlocal within
        match name:
            case "fonts" | "cellXfs" | "cellStyleXfs" | "dxfs":
                within = name
            case "numFmt" if within != "dxfs":
                formats[attributes["numFmtId"]] = attributes["formatCode"]
            case "font" if within == "fonts":
                fonts.append(False)
            case "strike" if within == "fonts":
                fonts[-1] = _on(attributes)
            case "xf" if within == "cellXfs":
                kind = attributes.get("numFmtId", "0")
                font = int(attributes.get("fontId", "0"))
                code = formats.get(kind, "")
                styles.append(
                    Style(
                        day=_shows_days(code) if code else int(kind) in _DAYS,
                        struck=font < len(fonts) and fonts[font],
                        unseen=_shows_nothing(code),
                    )
                )
            case _:
                pass

    def end(name: str) -> None:
        nonlocal within
        if name == within:
            within = ""

    parse(data, start=start, end=end)
    return styles


def _on(attributes: Attributes) -> bool:
    return attributes.get("val", "1") not in ("0", "false")


def _shows_days(code: str) -> bool:
    kept = _NOT_FORMAT.sub("", code.partition(";")[0]).replace("General", "").replace("標準", "")
    return bool(_OF_DAYS.search(kept.replace("G/", "").replace("E+", "").replace("E-", "")))


def _shows_nothing(code: str) -> bool:
    """Return whether a format leaves texts out: its fourth part, which is theirs, is empty."""
    parts = _NOT_FORMAT.sub(lambda found: "x" * (found[0][0] == '"'), code).split(";")
    return len(parts) == 4 and not parts[3].strip()
