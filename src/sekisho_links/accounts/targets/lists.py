"""Lists that somebody else hands over as CSV: read strictly, by the columns that are named."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime

from sekisho.terms.days import JST
from sekisho_links.accounts.targets.address import Address, AddressUnusable
from sekisho_links.accounts.targets.target import TargetUnreachable

ENCODINGS = ("utf-8-sig", "cp932")


class Table:
    """A CSV file whose columns the settings name; every row is a mapping of our names.

    It is opened anew by every call, since the next list is put in the same place.
    """

    def __init__(
        self, address: Address, name: str, *, needs: tuple[str, ...], may: tuple[str, ...] = ()
    ) -> None:
        self.place = address.place
        self._path = address.text(name)
        self._encoding = address.text("encoding", "utf-8-sig")
        self._columns = {one: one for one in needs} | address.table("columns")
        if self._encoding not in ENCODINGS or not set(self._columns) <= {*needs, *may}:
            raise AddressUnusable(
                "一覧の文字コードか列の名が違います",
                place=self.place,
                remedy=f"文字コードは {'、'.join(ENCODINGS)}、"
                f"列は {'、'.join((*needs, *may))} から選んでください",
            )

    def rows(self) -> Iterator[dict[str, str]]:
        """Yield the rows. Raise TargetUnreachable where the file, a column or a field lacks."""
        try:
            with open(self._path, encoding=self._encoding, newline="") as file:  # noqa: PTH123 - a path of the settings
                reader = csv.DictReader(file, strict=True)
                if lacking := set(self._columns.values()) - set(reader.fieldnames or ()):
                    raise self.unreadable(f"列がありません: {'、'.join(sorted(lacking))}")
                for row in reader:
                    fields = {ours: row[theirs] for ours, theirs in self._columns.items()}
                    if None in row or None in fields.values():
                        raise self.unreadable(f"{reader.line_num} 行の項目の数が違います")
                    yield fields
        except (OSError, UnicodeError, csv.Error):
            raise self.unreadable("一覧を読めません") from None

    def moment(self, row: Mapping[str, str], name: str) -> datetime | None:
        return moment(row.get(name, ""), place=self.place)

    def unreadable(self, problem: str) -> TargetUnreachable:
        return TargetUnreachable(
            problem, place=self.place, remedy="一覧をもう一度もらい、置き直してください"
        )


def moment(text: str, *, place: str) -> datetime | None:
    """Return a time as lists write it, aware; without a zone it is Japan's. None for an empty one.

    Raise TargetUnreachable where it cannot be read: a time that is guessed is worse than none.
    """
    if not text.strip():
        return None
    try:
        at = datetime.fromisoformat(text.strip().replace("/", "-"))
    except ValueError:
        raise TargetUnreachable(
            "時刻を読めません", place=place, remedy="2027-04-01 09:00 の形で書いてください"
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=JST)
