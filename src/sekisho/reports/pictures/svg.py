"""The few words of SVG that the pictures are written in."""

import re
from unicodedata import east_asian_width
from xml.sax.saxutils import escape, quoteattr

# what XML 1.0 cannot carry, not even escaped
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def safe(text: str) -> str:
    """Return `text` as it may stand inside an element: escaped, and without what XML refuses."""
    return escape(_NOT_XML.sub("\ufffd", text))


def number(value: float) -> str:
    """Return a coordinate with at most one decimal, so that a picture stays small and stable."""
    return f"{value:.1f}".removesuffix(".0").replace("-0.0", "0") if value else "0"


def element(name: str, *inside: str, **attributes: str | float | None) -> str:
    """Return one element; what stands inside is already text of XML.

    attributes: `class_` is class, an underscore is a hyphen; None leaves the attribute out.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}="
        + quoteattr(_NOT_XML.sub("\ufffd", value) if isinstance(value, str) else number(value))
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(inside)}</{name}>" if inside else f"<{name}{written}/>"


def text(words: str, *, x: float, y: float, class_: str, **more: str | float | None) -> str:
    return element("text", safe(words), x=x, y=y, class_=class_, **more)


def title(words: str) -> str:
    return element("title", safe(words))


def picture(
    *inside: str,
    name: str,
    words: str,
    described: str,
    width: float,
    height: float,
    class_: str,
    size: bool = False,
) -> str:
    """Return a whole picture that a screen reader can read.

    name:      unique on the page; the ids of title and description are made of it.
    described: every number of the picture in words.
    size:      whether it says how large it is, for one that scrolls and does not shrink.
    """
    return element(
        "svg",
        element("title", safe(words), id=f"{name}-title"),
        element("desc", safe(described), id=f"{name}-desc"),
        *inside,
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=width if size else None,
        height=height if size else None,
        class_=class_,
    )


def shortened(words: str, *, width: float) -> str:
    """Return `words` cut to `width` full-width characters; a half-width one counts a half."""
    used = 0.0
    for position, sign in enumerate(words):
        used += 1.0 if east_asian_width(sign) in "WFA" else 0.55
        if used > width:
            return words[: max(position - 1, 1)] + "…"
    return words
