"""What is typed about somebody's sign-on at their company."""

from collections.abc import Sequence

from django import forms

from sekisho.accounts.sign_on import LONGEST_SUBJECT, Provider
from sekisho_web.frame.sentences import Sentences


class Identity(Sentences):
    """Checks the shape of what was typed. Whose it may be is a rule, not a form."""

    provider = forms.ChoiceField(label="会社のサインオン", choices=(), widget=forms.RadioSelect)
    subject = forms.CharField(
        label="その人の符号",
        help_text="サインオンの担当が示す、変わらない符号（sub）。電子メールではありません",
        max_length=LONGEST_SUBJECT,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: object, providers: Sequence[Provider]) -> None:
        super().__init__(*args)
        known = [(provider.key, provider.name) for provider in providers]
        self.fields["provider"].choices = known  # type: ignore[attr-defined]  # of a choice
