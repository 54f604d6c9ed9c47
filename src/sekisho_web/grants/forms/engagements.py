"""What is typed about engagements (委託). Rules decide; forms read."""

from collections.abc import Sequence
from typing import Any

from django import forms

from sekisho_web.frame.sentences import Sentences
from sekisho_web.grants.models import EngagementAnswer

Choices = Sequence[tuple[str, str]]


def day(label: str, help_text: str = "") -> forms.DateField:
    """Return a field for a day."""
    return forms.DateField(
        label=label,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "年月日を 2027-04-01 の形で入れてください。"},
    )


class Engagement(Sentences):
    contractor = forms.ChoiceField(label="委託先")
    parent = forms.ChoiceField(
        label="再委託の元",
        required=False,
        help_text="再委託のときだけ選びます。承認した人として残ります",
    )
    work = forms.CharField(label="業務", max_length=200)
    basis = forms.CharField(
        label="委託する理由",
        max_length=2_000,
        help_text="なぜ自社でできないか。関係小売やその子会社には委託できません",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    item_classes = forms.MultipleChoiceField(
        label="渡す項目", widget=forms.CheckboxSelectMultiple, help_text="要るものだけ"
    )
    systems = forms.MultipleChoiceField(label="システム", widget=forms.CheckboxSelectMultiple)
    sites = forms.CharField(
        label="作業の場所",
        required=False,
        max_length=400,
        help_text="一行に一つ",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    serves_both = forms.BooleanField(
        label="小売からも受託している",
        required=False,
        help_text="人、端末、IDを分けることが条件です",
    )
    starts = day("始まりの日")
    last_day = day("終わりの日", "この日まで")

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        contractors: Choices,
        systems: Choices,
        parents: Choices,
        item_classes: Choices,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        choose = {
            "contractor": contractors,
            "systems": systems,
            "parent": [("", "再委託ではない"), *parents],
            "item_classes": item_classes,
        }
        for name, choices in choose.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_sites(self) -> list[str]:
        """Return the places, one a line."""
        return [
            line.strip()[:40] for line in self.cleaned_data["sites"].splitlines() if line.strip()
        ]


class Answer(Sentences):
    verdict = forms.ChoiceField(
        label="答え", choices=EngagementAnswer.Verdict.choices, widget=forms.RadioSelect
    )
    evidence = forms.CharField(
        label="証拠",
        required=False,
        max_length=200,
        help_text="「はい」には文書の番号か置き場所が要ります",
    )


class Worker(Sentences):
    worker = forms.ChoiceField(
        label="作業者", help_text="この委託元の業務の発令がある人だけが出ます"
    )
    last_day = day("終わりの日", "委託の期間の中")

    def __init__(self, *args: Any, workers: Choices, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["worker"].choices = workers  # type: ignore[attr-defined]


class Reason(Sentences):
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
