from datetime import date

from django import forms

from sekisho_web.frame.days import Day


class WindowForm(forms.Form):
    """Checks the shape of a period that is counted anew."""

    first = Day(label="はじめの日", help_text="例：2025-10-05、令和7年10月5日")
    last = Day(label="おわりの日", help_text="この日も含みます")

    def clean(self) -> dict[str, date]:
        days: dict[str, date] = super().clean() or {}
        if "first" in days and "last" in days and days["last"] < days["first"]:
            self.add_error("last", "おわりの日は、はじめの日と同じか、より後にしてください。")
        return days
