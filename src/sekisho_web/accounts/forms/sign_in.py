"""What is typed, and what the card says, to prove who one is."""

from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.base.internal.flows import check_rate_limit
from django import forms
from django.utils import timezone

from sekisho.terms.refusals import Refusal
from sekisho_web.accounts import ceremonies
from sekisho_web.accounts.models import Authenticator, Person
from sekisho_web.accounts.operations import authenticators as operations
from sekisho_web.frame.sentences import Sentences, ask_for

UNREADABLE = "認証器の答えを読めません。もう一度お試しください。"


class SignIn(LoginForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        _plain(self.fields["login"], label="利用者ID", autocomplete="username")
        _plain(self.fields["password"], label="パスワード", autocomplete="current-password")
        self.fields.pop("remember", None)
        self.fields["login"].widget.attrs["autofocus"] = True


class _Prove(Sentences):
    """A form that yields the authenticator with which `person` proved who they are."""

    used: Authenticator

    def __init__(self, *args: Any, request: Any, person: Person, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.request, self.person = request, person

    def _believed(self, used: Authenticator | Refusal, *, forget: Any) -> None:  # noqa: ANN401
        if isinstance(used, Refusal):
            raise forms.ValidationError(f"確かめられませんでした。{used}。")
        forget()
        self.used = used


class Proof(_Prove):
    """The answer of the passkey to what was asked in this session."""

    credential = forms.JSONField(
        label="認証器の答え",
        widget=forms.HiddenInput,
        error_messages={"invalid": UNREADABLE},
    )

    def clean(self) -> dict[str, Any]:
        forget = check_rate_limit(self.person)  # a wrong answer counts as a wrong password does
        answer = self.cleaned_data.get("credential")
        used = operations.prove(
            person=self.person,
            answer=answer if isinstance(answer, dict) else {},
            state=ceremonies.asked(self.request, ceremonies.PROOF),
            site=ceremonies.site_of(self.request),
            now=timezone.now(),
        )
        self._believed(used, forget=forget)
        return self.cleaned_data


class CardProof(_Prove):
    """The certificate of the card that is in the reader now; nothing is typed."""

    def clean(self) -> dict[str, Any]:
        forget = check_rate_limit(self.person)
        now = timezone.now()
        card = ceremonies.card_of(self.request, now=now)
        if not isinstance(card, Refusal):
            self._believed(
                operations.prove_by_card(person=self.person, card=card, now=now), forget=forget
            )
            return self.cleaned_data
        raise forms.ValidationError(f"確かめられませんでした。{card}。")


class PasswordAndCard(CardProof):
    """Both factors again: a card that was left in the reader proves nothing by itself."""

    password = forms.CharField(
        label="パスワード",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean(self) -> dict[str, Any]:
        if not self.person.check_password(self.cleaned_data.get("password", "")):
            check_rate_limit(self.person)
            raise forms.ValidationError("パスワードが違います。入れ直してください。")
        return super().clean()


def is_tried_too_often(form: forms.BaseForm) -> bool:
    """Return whether the person has failed so often that nothing is checked any more."""
    return form.has_error("__all__", "too_many_login_attempts")


def _plain(field: forms.Field, *, label: str, **attributes: str) -> None:
    """Label in words above the field, and nothing inside it."""
    field.label = label
    ask_for(field)
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attributes)
