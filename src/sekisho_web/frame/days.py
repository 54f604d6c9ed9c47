"""A day as people write it: one field for all forms."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from sekisho.terms.written import written

FIRST_YEAR, LAST_YEAR = 2000, 2200


class Day(forms.Field):
    """One day of Japan, as people write it: 2026-11-20, 2026/11/20, 令和8年11月20日, R8.11.20."""

    def to_python(self, value: object) -> date | None:
        text = str(value or "").strip()
        if not text:
            return None
        found = written(text)
        if found is None or found.outlived:
            raise ValidationError("日付を「2026-11-20」か「令和8年11月20日」の形で書いてください。")
        if not FIRST_YEAR <= found.day.year <= LAST_YEAR:
            raise ValidationError(f"{FIRST_YEAR}年から{LAST_YEAR}年までの日付を書いてください。")
        return found.day
