"""The log of a system in the store of investigations: `system=…/month=YYYY-MM/*.parquet`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.dataset as ds
from pyarrow import ArrowException

from sekisho.terms.days import JST
from sekisho_links.accounts.targets.target import TargetUnreachable


class StoredLog:
    """What was imported of one system's log, as it is when it is asked.

    It is whole until its last line, whoever made that: later ones may still be on their way.
    """

    def __init__(self, folder: Path, system: str, *, place: str) -> None:
        self._folder = folder / f"system={system}"
        self._place = place

    def whole_until(self) -> datetime | None:
        months = sorted(self._folder.glob("month=*"))
        return self._latest(months[-1], None) if months else None

    def last_line(self, ext_id: str) -> datetime | None:
        return self._latest(self._folder, _is(ext_id))

    def lines_since(self, ext_id: str, since: datetime) -> int:
        # months are those of Japan, and a folder says which it holds
        month = f"month={since.astimezone(JST):%Y-%m}"
        places = [place for place in self._folder.glob("month=*") if place.name >= month]
        which = _is(ext_id) & (ds.field("at") >= since)
        with self._reading():
            return sum(int(_log(place).count_rows(filter=which)) for place in places)

    def last_lines(self) -> Iterator[tuple[str, datetime]]:
        with self._reading():
            table = _log(self._folder).to_table(columns=["account", "at"])
            rows = table.group_by("account").aggregate([("at", "max")]).to_pylist()
        return ((row["account"], row["at_max"]) for row in rows if row["account"])

    def _latest(self, place: Path, which: Any) -> datetime | None:  # noqa: ANN401 - of pyarrow
        with self._reading():
            table = _log(place).to_table(columns=["at"], filter=which)
            at: datetime | None = pc.max(table["at"]).as_py()
        return at

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ArrowException):
            raise TargetUnreachable(
                "取り込んだ記録を読めません",
                place=self._place,
                remedy="この系のログを取り込み直してください",
            ) from None


def _log(place: Path) -> Any:  # noqa: ANN401 - of pyarrow
    return ds.dataset(place, format="parquet")


def _is(ext_id: str) -> Any:  # noqa: ANN401 - of pyarrow
    return pc.utf8_lower(ds.field("account")) == ext_id.strip().lower()
