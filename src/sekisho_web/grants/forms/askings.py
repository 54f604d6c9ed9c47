"""What is typed about what the affiliate asked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from sekisho.grants.askings import Answer
from sekisho_web.frame.sentences import Sentences
from sekisho_web.grants.models import Asking

LONG = forms.Textarea(attrs={"rows": 4})
NOTED = [Asking.Way.PHONE, Asking.Way.MAIL, Asking.Way.SPOKEN]


class NoteAsking(Sentences):
    """The short form of whoever was asked."""

    way = forms.ChoiceField(
        label="手段", choices=[(one.value, one.label) for one in NOTED], widget=forms.RadioSelect
    )
    company = forms.ChoiceField(label="求めた会社")
    asker = forms.CharField(
        label="求めた人", max_length=100, required=False,
        help_text="名乗ったとおりに。分からなければ空欄",
    )  # fmt: skip
    system = forms.ChoiceField(label="対象システム", required=False)
    what = forms.CharField(
        label="求められたこと", max_length=1000, widget=LONG,
        help_text="お客さまの氏名や番号は書かず、どんな情報を、何のためと言って求めたかを書きます",
    )  # fmt: skip
    asked_at = forms.DateTimeField(
        label="求められた時刻", required=False, help_text="空欄は、いま",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        error_messages={"invalid": "日時を 2027-04-01 09:30 の形で入れてください。"},
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        companies: Sequence[tuple[str, str]],
        systems: Sequence[tuple[str, str]],
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["company"].choices = list(companies)  # type: ignore[attr-defined]
        self.fields["system"].choices = [("", "分からない"), *systems]  # type: ignore[attr-defined]

    def clean_asked_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["asked_at"]
        if at and at > timezone.now():
            raise forms.ValidationError("求められた時刻は、いまより前にしてください。")
        return at


class JudgeAsking(Sentences):
    """What the second line says to it."""

    answer = forms.ChoiceField(
        label="判断",
        choices=[
            (Answer.REFUSED.value, "断った：見せてはならない求め。繰り返されてはいない"),
            (Answer.ALLOWED.value, "許される求めだった：求めた人は、30日の間に申請できる"),
            (Answer.PROHIBITED.value, "禁じられた求めだった：指摘になる"),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="所見", max_length=400, widget=LONG, help_text="何を根拠に、どう判断したか"
    )
