"""The number that makes a browser a terminal of the register."""

from django import forms

from sekisho_web.frame.sentences import Sentences


class Number(Sentences):
    number = forms.CharField(
        label="端末登録番号",
        help_text="システム管理責任者から受け取った12桁の数字",
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_number(self) -> str:
        """Return the digits alone: people type them in groups."""
        return "".join(c for c in self.cleaned_data["number"] if c.isdigit())
