"""Numbers as people read them."""

from django import template

from sekisho.reports.shapes import counted as with_commas

register = template.Library()


@register.filter
def counted(number: int | None) -> str:
    """Return a number with its commas; where there is none, a dash."""
    return "－" if number is None else with_commas(int(number))
