"""What stands in a workbook or an archive that a table cannot say."""

from sekisho.errors import SekishoError


class NotInATable(SekishoError):
    """Something in a workbook or an archive that a table cannot say."""


TOO_LARGE = "表だけを入れた新しいブックに写し、.xlsx の形式で保存してください"


def unreadable(book: str) -> NotInATable:
    """Return the fault of bytes that are no workbook at all."""
    return NotInATable(
        "Excel のブックとして読めません",
        place=book,
        remedy="途中で切れた可能性があります。.xlsx の形式で保存し直してください",
    )
