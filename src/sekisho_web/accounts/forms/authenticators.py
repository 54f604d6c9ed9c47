"""What is typed to bind an authenticator, to revoke one, and to issue the ticket for one."""

from django import forms

from sekisho_web.accounts.models import Ticket
from sekisho_web.frame.sentences import Sentences

CARD_NUMBER = "職員証などの番号"


class TicketNumber(Sentences):
    code = forms.CharField(
        label="登録票の番号",
        help_text="責任者から受け取った20桁の数字",
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        """Return the digits alone: people type them in groups."""
        return "".join(c for c in self.cleaned_data["code"] if c.isdigit())


class _Named(Sentences):
    name = forms.CharField(label="認証器の名前", help_text="例：職員証、赤い鍵", max_length=100)
    card_number = forms.CharField(
        label=CARD_NUMBER,
        help_text="券面に番号があるときだけ入れます",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_card_number(self) -> str:
        """Return the number as it is compared: without spaces, in capitals."""
        return "".join(self.cleaned_data["card_number"].split()).upper()


class BindKey(_Named):
    credential = forms.JSONField(
        label="認証器の答え",
        widget=forms.HiddenInput,
        error_messages={"invalid": "認証器の答えを読めません。もう一度お試しください。"},
    )


class BindCard(_Named):
    pass


class Revoke(Sentences):
    because = forms.ChoiceField(
        label="理由",
        widget=forms.RadioSelect,
        choices=[
            ("lost", "なくした、または取られた"),
            ("broken", "壊れた"),
            ("returned", "返した、または使わなくなった"),
        ],
    )


class Issue(Sentences):
    person = forms.CharField(
        label="登録する人",
        help_text="個人番号、社員番号、または利用者ID",
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(label="種類", widget=forms.RadioSelect, choices=Ticket.Kind.choices)
    checked = forms.CharField(
        label="本人をどう確かめたか",
        help_text="対面で確かめたもの。例：社員証と顔",
        max_length=100,
    )
