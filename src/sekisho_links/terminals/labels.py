"""Draws the label of a terminal as a QR code."""

import segno

BORDER = 4  # modules of white around it, as the standard asks


def svg_of(text: str) -> str:
    """Return the QR code of `text` as SVG for a page; a quarter of it may be scratched off."""
    code = segno.make(text, error="q", micro=False)
    return code.svg_inline(omitsize=True, border=BORDER, svgclass="code")
