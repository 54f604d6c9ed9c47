from django import forms
from django.utils.translation import gettext_lazy as _


class Close(forms.Form):
    """Checks that a reason was typed. Who may close a finding is a rule, not a form."""

    reason = forms.CharField(
        label=_("閉じる理由"),
        max_length=1_000,
        help_text=_("何を直したか、または差し支えない理由。台帳に残ります"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("閉じる理由を書いてください。")},
    )
