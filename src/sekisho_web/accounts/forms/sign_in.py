"""What is typed to prove who one is."""

from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms

from sekisho_web.frame.sentences import Sentences, ask_for

CODE = "認証アプリの6桁の数字"


class SignIn(LoginForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        _plain(self.fields["login"], label="利用者ID", autocomplete="username")
        _plain(self.fields["password"], label="パスワード", autocomplete="current-password")
        self.fields.pop("remember", None)
        self.fields["login"].widget.attrs["autofocus"] = True


class Code(AuthenticateForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        _plain(self.fields["code"], label=CODE, inputmode="numeric", autocomplete="one-time-code")


class PasswordAndCode(ReauthenticateForm):  # type: ignore[misc]  # the library has no types
    """Both factors again: a code alone proves only that somebody holds the telephone."""

    password = forms.CharField(label="パスワード", widget=forms.PasswordInput)
    field_order = ("password", "code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        _plain(self.fields["password"], label="パスワード", autocomplete="current-password")
        _plain(self.fields["code"], label=CODE, inputmode="numeric", autocomplete="one-time-code")

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            check_rate_limit(self.user)  # a wrong password counts as a wrong code does
            raise forms.ValidationError("パスワードが違います。入れ直してください。")
        return password

    def clean_code(self) -> str:
        """Return the code; it is used up only where the password was right."""
        if "password" not in self.cleaned_data:
            return str(self.cleaned_data["code"])
        return str(super().clean_code())


class BindTotp(ActivateTOTPForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        _plain(self.fields["code"], label=CODE, inputmode="numeric", autocomplete="one-time-code")


class BindKey(AddWebAuthnForm):  # type: ignore[misc]  # the library has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        _plain(self.fields["name"], label="認証器の名前")
        self.fields["name"].help_text = "例：職員証、赤い鍵"


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


def is_tried_too_often(form: forms.BaseForm) -> bool:
    """Return whether the person has failed so often that nothing is checked any more."""
    return any(form.has_error(name, "too_many_login_attempts") for name in form.fields)


def _plain(field: forms.Field, *, label: str, **attributes: str) -> None:
    """Label in words above the field, and nothing inside it."""
    field.label = label
    ask_for(field)
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs.update(attributes)
