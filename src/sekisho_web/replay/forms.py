"""What is typed about a trial of a version."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms

from sekisho_web.frame.days import Day
from sekisho_web.frame.sentences import Sentences
from sekisho_web.trace.models import Investigation


class TrialForm(Sentences):
    """Chooses what a version is tried on: one investigation, and days of it."""

    investigation = forms.ChoiceField(label="試す記録（調査）")
    first = Day(label="はじめの日", required=False, help_text="空欄なら、記録のある全期間")
    last = Day(label="おわりの日", required=False, help_text="この日も含みます")

    def __init__(self, *args: Any, shelf: Sequence[Investigation], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self._shelf = {str(one.pk): one for one in shelf}
        if shelf:
            self.fields["investigation"].choices = [  # type: ignore[attr-defined]
                (key, f"{one.created_at:%Y-%m-%d} {one.question}")
                for key, one in self._shelf.items()
            ]
        else:
            del self.fields["investigation"]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        first, last = typed.get("first"), typed.get("last")
        if first and last and last < first:
            self.add_error("last", "おわりの日は、はじめの日と同じか、より後にしてください。")
        return typed

    @property
    def chosen(self) -> Investigation | None:
        """The investigation that was chosen; None where there is none to choose."""
        return self._shelf.get(self.cleaned_data.get("investigation", ""))

    @property
    def days(self) -> tuple[date | None, date | None]:
        """The first day, and the day after the last."""
        last = self.cleaned_data["last"]
        return self.cleaned_data["first"], last + timedelta(days=1) if last else None
