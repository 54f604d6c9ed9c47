"""Cells and bars of the pages of the proofs."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from sekisho.proof.coverage import Measure
from sekisho.proof.seen import Cell
from sekisho.reports.pictures import svg
from sekisho_web.policy.templatetags.counting import signed

register = template.Library()

_LONG, _TALL = 160.0, 12.0
_NAMED = 3  # invariants that a cell names
_SHUT = SafeString('<td class="is-shut">－<span class="visually-hidden">{}</span></td>')


@register.simple_tag
def screen_cell(cell: Cell, *, url: str) -> SafeString:
    """Return one cell of the grid of screens: sign, word, and whether it is proved or broken."""
    if cell.treatment is None:
        return format_html(_SHUT, "項目がない")
    if not cell.intended:
        return format_html(_SHUT, "想定利用者でない")
    more = f" ほか {len(cell.broken) - _NAMED}" if len(cell.broken) > _NAMED else ""
    broken = f"反例 {'、'.join(cell.broken[:_NAMED])}{more}" if cell.broken else "証明済"
    return format_html(
        '<td class="t t-{}{}"><a href="{}">{}<small>{}</small></a></td>',
        cell.treatment.name.lower(),
        " is-leak" if cell.broken else "",
        url,
        signed(cell.treatment),
        broken,
    )


@register.simple_tag
def bar(measure: Measure) -> SafeString:
    """Return how much is covered as a bar; its numbers stand beside it."""
    held = _LONG * measure.held / measure.whole if measure.whole else _LONG
    drawn = svg.element(
        "svg",
        svg.element("rect", x=0.5, y=0.5, width=_LONG - 1, height=_TALL - 1, class_="bar-whole"),
        svg.element("rect", x=0, y=0, width=held, height=_TALL, class_="bar-held"),
        viewBox=f"0 0 {svg.number(_LONG)} {svg.number(_TALL)}",
        class_="bar",
        aria_hidden="true",
    )
    return mark_safe(drawn)  # noqa: S308 - numbers only
