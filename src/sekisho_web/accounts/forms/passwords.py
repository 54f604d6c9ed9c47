"""What is typed about passwords. Whether it may be one is a rule, not a form."""

from typing import Any

from django import forms

from sekisho.accounts import passwords as rule
from sekisho_web.frame.sentences import Sentences

DIFFERENT = "2つの欄のパスワードが違います。同じものを入れてください。"


def _secret(label: str, *, autocomplete: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        strip=False,
        max_length=1_000,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class Twice(Sentences):
    """A new password, typed twice: nobody sees what they type."""

    new = _secret(
        "新しいパスワード",
        autocomplete="new-password",
        help_text="12文字以上。いくつかのことばをつなぐと、長くて覚えやすくなります",
    )
    again = _secret("新しいパスワード（もう一度）", autocomplete="new-password")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "again" in cleaned and cleaned.get("new") != cleaned["again"]:
            self.add_error("again", DIFFERENT)
        return cleaned


class Change(Twice):
    old = _secret("いまのパスワード", autocomplete="current-password")
    field_order = ("old", "new", "again")


class First(Twice):
    login = forms.CharField(
        label="利用者ID",
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    code = forms.CharField(
        label="登録票の番号",
        help_text="責任者から受け取った20桁の数字",
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    field_order = ("login", "code", "new", "again")

    def clean_code(self) -> str:
        """Return the digits alone: people type them in groups."""
        return "".join(c for c in self.cleaned_data["code"] if c.isdigit())


class Policy(Sentences):
    """What a company asks. Its limits are the rule's."""

    shortest = forms.IntegerField(
        label="短さの限り（文字）", min_value=rule.SHORTEST, max_value=rule.LONGEST
    )
    remembered = forms.IntegerField(
        label="もう使えない、前の回数", min_value=0, max_value=rule.MOST_REMEMBERED
    )
    rotation = forms.ChoiceField(
        label="変える時期",
        choices=[(rotation.value, word) for rotation, word in rule.WORDS.items()],
        widget=forms.RadioSelect,
    )
    months = forms.IntegerField(
        label="月数",
        help_text="変える時期が「定めた月数ごと」のときに使います",
        min_value=1,
        max_value=rule.MOST_MONTHS,
    )

    def asked(self) -> rule.PasswordPolicy:
        """Return what was typed as the rules see it; the form must be valid."""
        told = self.cleaned_data
        return rule.PasswordPolicy(
            shortest=told["shortest"],
            remembered=told["remembered"],
            rotation=rule.Rotation(told["rotation"]),
            months=told["months"],
        )
