"""What is typed about deliveries of personnel."""

import tomllib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sekisho_web.accounts.models import Company, Unit
from sekisho_web.accounts.queries.duties import WORDS
from sekisho_web.frame.sentences import Sentences

LARGEST = 32 * 1024 * 1024  # bytes
MEGA = 1024 * 1024


class NewFeed(Sentences):
    company = forms.ModelChoiceField(
        label="事業者", queryset=Company.objects.none(), empty_label="選んでください"
    )
    name = forms.CharField(label="名称", max_length=60, help_text="例：発令簿（日次）")
    rhythm_hours = forms.IntegerField(
        label="届く間隔（時間）",
        min_value=1,
        max_value=24 * 31,
        initial=24,
        help_text="この1.5倍のあいだ届かないと、指摘になります",
    )
    mapping = forms.CharField(
        label="列の対応（TOML）",
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "is-code"}),
        help_text="文字の種類、見出し、言葉の意味を宣言します。見本を直して使ってください",
        max_length=20_000,
    )

    def __init__(self, *args: Any, companies: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["company"].queryset = companies  # type: ignore[attr-defined]

    def clean_mapping(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.cleaned_data["mapping"])
        except tomllib.TOMLDecodeError as error:
            raise ValidationError(f"TOML として読めません。直してください（{error}）。") from error


class Delivery(Sentences):
    file = forms.FileField(
        label="人事のファイル",
        help_text="人事の書き出しのまま（CSV か Excel）。開いて保存し直さないでください",
        allow_empty_file=True,
    )

    def clean_file(self) -> Any:  # noqa: ANN401
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise ValidationError(
                f"ファイルが大きすぎます（{file.size / MEGA:.0f} MB、{LARGEST // MEGA} MB まで）。"
                "期間か組織で分けてください。"
            )
        return file


class Seen(Sentences):
    """That somebody has looked at this very difference."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)


class Confirm(Seen):
    expected = forms.IntegerField(
        label="人事が知らせた退職と異動の人数",
        required=False,
        min_value=0,
        help_text="ファイルとは別に、人事から聞いた人数。4月1日と7月1日の発令では必ず入れます",
    )


class SendBack(Sentences):
    reason = forms.CharField(
        label="差し戻す理由", max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )


class Duties(Sentences):
    unit = forms.ModelChoiceField(
        label="組織",
        queryset=Unit.objects.none(),
        to_field_name="code",
        empty_label="選んでください",
    )
    title = forms.CharField(
        label="役職", max_length=60, required=False, help_text="空欄は、この組織のすべての役職"
    )
    flags = forms.MultipleChoiceField(
        label="職務の印",
        choices=list(WORDS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="どれにも当たらないときは、何も選ばずに決めます",
    )

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
