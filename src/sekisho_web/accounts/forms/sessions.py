"""What is typed when somebody ends the session of another, or lets them try again."""

from django import forms

from sekisho_web.frame.sentences import Sentences


class Reason(Sentences):
    """Checks the shape of what was typed. Who may do it, and with what reason, is a rule."""

    note = forms.CharField(
        label="理由",
        help_text="なぜそうするのか。台帳に残ります",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
