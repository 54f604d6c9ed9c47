"""A day as people write it: one field for all forms."""

import re
import unicodedata
from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from sekisho.trace.dates import TimeForm, day_of

FIRST_YEAR, LAST_YEAR = 2000, 2200
_WRITTEN_OUT = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")


class Day(forms.Field):
    """One day of Japan, as people write it: 2026-11-20, 2026/11/20, 令和8年11月20日, R8.11.20."""

    def to_python(self, value: object) -> date | None:
        text = unicodedata.normalize("NFKC", str(value or "")).strip()
        if not text:
            return None
        text = _WRITTEN_OUT.sub(r"\1-\2-\3", text)
        found = day_of(text, TimeForm.ISO) or day_of(text, TimeForm.WAREKI)
        if found is None:
            raise ValidationError("日付を「2026-11-20」か「令和8年11月20日」の形で書いてください。")
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise ValidationError(f"{FIRST_YEAR}年から{LAST_YEAR}年までの日付を書いてください。")
        return found
