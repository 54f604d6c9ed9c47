from collections.abc import Sequence
from typing import Any

from django import forms

from sekisho_web.frame.sentences import Sentences
from sekisho_web.grants.queries.hats import HatChoice


class Start(Sentences):
    """Checks that hat and purpose were chosen from what is offered, and that they fit."""

    hat = forms.ChoiceField(
        label="業務", widget=forms.RadioSelect, help_text="いま就く業務を一つ選びます。"
    )
    purpose = forms.ChoiceField(
        label="利用目的",
        widget=forms.RadioSelect,
        help_text="この目的で見ることだけができます。選んだ目的は、閲覧の記録に残ります。",
    )

    def __init__(self, *args: Any, hats: Sequence[HatChoice], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.hats = {hat.key: hat for hat in hats}
        every = dict.fromkeys(purpose for hat in hats for purpose in hat.purposes)
        self.fields["hat"].choices = [  # type: ignore[attr-defined]
            (hat.key, f"{hat.words}　{hat.viewer_class}") for hat in hats
        ]
        self.fields["purpose"].choices = [(purpose, purpose) for purpose in every]  # type: ignore[attr-defined]
        if hats:
            self.initial.setdefault("hat", hats[0].key)
            self.initial.setdefault("purpose", hats[0].purposes[0])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        hat, purpose = self.hats.get(cleaned.get("hat", "")), cleaned.get("purpose")
        if hat and purpose and purpose not in hat.purposes:
            self.add_error(
                "purpose",
                f"「{hat.viewer_class}」の業務では「{purpose}」を選べません。"
                f"{'、'.join(hat.purposes)}から選んでください。",
            )
        return cleaned

    def chosen(self) -> tuple[HatChoice, str]:
        """Return the hat and the purpose of a valid form."""
        return self.hats[self.cleaned_data["hat"]], self.cleaned_data["purpose"]
