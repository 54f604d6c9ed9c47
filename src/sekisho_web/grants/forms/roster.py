"""What is typed about helpers: the list of a company, whom to call, what is scanned at the desk."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sekisho_links.workbooks.rows import CP932, LARGEST, UTF8
from sekisho_web.frame.sentences import Sentences

MEGA = 1024 * 1024


class RosterFile(Sentences):
    """The list of one company, as it sent it."""

    company = forms.ChoiceField(label="応援者の会社")
    file = forms.FileField(
        label="名簿のファイル",
        help_text="Excel（.xlsx）か CSV。見出しは下に書いてあります",
        allow_empty_file=True,
    )
    encoding = forms.ChoiceField(
        label="CSV の文字の種類",
        choices=[(UTF8, "UTF-8"), (CP932, "Shift_JIS")],
        initial=UTF8,
        help_text="Excel のときは、どちらでもかまいません",
    )

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        companies: Sequence[tuple[str, str]],
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["company"].choices = [("", "選んでください"), *companies]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:  # noqa: ANN401
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise ValidationError(
                f"ファイルが大きすぎます（{LARGEST // MEGA} MB まで）。会社ごとに分けてください。"
            )
        return file


class Seen(Sentences):
    """The list that was looked at, sealed by the server."""

    sealed = forms.CharField(widget=forms.HiddenInput, max_length=2_000_000)
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
