"""Numbers as people read them."""

from collections.abc import Iterator

from django import template
from django.core.paginator import Page
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sekisho.policy.treatment import Treatment
from sekisho.reports.grid import Cell
from sekisho.reports.shapes import counted as with_commas

register = template.Library()


@register.filter
def counted(number: int | None) -> str:
    """Return a number with its commas; where there is none, a dash."""
    return "－" if number is None else with_commas(int(number))


@register.filter
def signed(treatment: Treatment) -> str:
    """Return a treatment as grids print it: ○ 表示."""
    return f"{treatment.sign} {treatment.word}"


@register.simple_tag
def grid_cell(cell: Cell, *, url: str) -> SafeString:
    """Return one cell of a grid. A page has five hundred: written here, each is one short line."""
    before = format_html("<small>変更前 {}</small>", cell.before.word if cell.before else "")
    return format_html(
        '<td class="t t-{}{}"><a href="{}">{}{}</a></td>',
        cell.treatment.name.lower(),
        " is-laxer" if cell.laxer else "",
        url,
        signed(cell.treatment),
        before if cell.laxer else "",
    )


@register.filter
def numbers(page: "Page[object]") -> Iterator[str | int]:
    """Return the numbers of the pages around `page`, with … where some are left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
