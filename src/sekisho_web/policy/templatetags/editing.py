"""Cells of the editor. A sheet has two thousand: written here, each is one short line."""

from urllib.parse import urlencode

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sekisho_web.policy.queries.editing import Cell

register = template.Library()


@register.simple_tag
def editor_cell(cell: Cell, *, editable: bool = True) -> SafeString:
    """Return one cell: what is typed, what stood there before, and why it cannot be read.

    The first text of the link is the cell as it was typed, behind the sign of a treatment.
    """
    treatment = cell.treatment
    classes = [f"t t-{treatment.name.lower()}"] if treatment is not None else []
    classes += ["is-changed"] if cell.was is not None else []
    classes += ["is-wrong"] if cell.problem else []
    inside = format_html(
        "{}{}{}",
        _typed(cell),
        format_html("<small>前 {}</small>", cell.was or "空欄") if cell.was is not None else "",
        format_html(
            '<small class="error">{}。{}</small>', cell.problem.problem, cell.problem.remedy
        )
        if cell.problem
        else "",
    )
    if editable:
        asked = urlencode({"id": cell.row, "at": cell.at})
        blank = "" if cell.text else format_html(' class="{}"', "blank")
        inside = format_html('<a href="row/?{}"{}>{}</a>', asked, blank, inside)
    return format_html(
        "<td{}{}>{}</td>",
        format_html(' id="{}.{}"', cell.row, cell.at) if cell.problem else "",
        format_html(' class="{}"', " ".join(classes)) if classes else "",
        inside,
    )


def _typed(cell: Cell) -> str:
    if cell.treatment is not None:
        return f"{cell.treatment.sign} {cell.text}"
    return cell.text or "空欄"
