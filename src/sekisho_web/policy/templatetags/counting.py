"""Numbers as people read them."""

from collections.abc import Iterator

from django import template
from django.core.paginator import Page

from sekisho.policy.treatment import Treatment
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


@register.filter
def numbers(page: "Page[object]") -> Iterator[str | int]:
    """Return the numbers of the pages around `page`, with … where some are left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
