"""What is typed and scanned at the desk (貸出窓口)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from sekisho_web.frame.sentences import Sentences, ask_for

MOST_CHOSEN = 1_000
NOW = {"type": "datetime-local"}
SCANNED = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "data-scan": ""}


class Chosen(Sentences):
    """Whom somebody chose in a list of people."""

    people = forms.TypedMultipleChoiceField(
        label="人", coerce=int, required=False, widget=forms.MultipleHiddenInput
    )
    everybody = forms.BooleanField(label="選べる人を全員選ぶ", required=False)

    def __init__(self, *args: Any, people: Sequence[int], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = [(one, one) for one in people]  # type: ignore[attr-defined]
        self.fields["people"].error_messages["invalid_choice"] = (
            "一覧にない人が選ばれています。開き直してください。"
        )


class CallOut(Chosen):
    """Whom to call, and where they help."""

    unit = forms.TypedChoiceField(label="応援を受ける組織", coerce=int)

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        units: Sequence[tuple[int, str]],
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [("", "選んでください"), *units]  # type: ignore[attr-defined]


class Shift(Chosen):
    """Who is at work when. Times are of Japan."""

    starts = forms.DateTimeField(
        label="勤務の始まり",
        required=False,
        widget=forms.DateTimeInput(attrs=NOW),
        help_text="空欄は、承認されたときから",
    )
    ends = forms.DateTimeField(
        label="勤務の終わり",
        widget=forms.DateTimeInput(attrs=NOW),
        help_text="12時間まで。発動の終わりまで",
    )
    reason = forms.CharField(
        label="理由",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="どの受付で、何を確かめるか（10字以上）",
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        starts, ends = found.get("starts"), found.get("ends")
        if isinstance(starts, datetime) and isinstance(ends, datetime) and ends <= starts:
            self.add_error("ends", "勤務の終わりは、始まりより後にしてください。")
        return found


class Scan(Sentences):
    """One reading of a scanner, which types like a keyboard."""

    read = forms.CharField(
        label="読み取り",
        max_length=200,
        widget=forms.TextInput(attrs={**SCANNED, "autofocus": True}),
    )

    def __init__(self, *args: Any, label: str, hint: str, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["read"].label, self.fields["read"].help_text = label, hint
        ask_for(self.fields["read"])


class Return(Scan):
    """A terminal that comes back, and how it looks."""

    condition = forms.CharField(
        label="状態",
        max_length=200,
        initial="異常なし",
        help_text="傷、付属品の不足、動かないところ",
    )
