"""What is typed about other systems: where they are, and what was done in them by hand."""

import base64
import tomllib
from hashlib import sha256
from typing import Any

from django import forms

from sekisho_web.accounts.models import Account, Target
from sekisho_web.frame.sentences import Sentences

LARGEST = 500 * 1024  # bytes of a proof
KINDS_OF_FILE = {
    "image/png": b"\x89PNG",
    "image/jpeg": b"\xff\xd8\xff",
    "application/pdf": b"%PDF-",
    "text/csv": b"",
}


class Evidence(Sentences):
    """Says what was seen in the target, perhaps with a file. Who may say it is a rule."""

    says = forms.CharField(
        label="確かめたこと",
        help_text="いつ、どの画面や一覧で、何を見たか。例：4月1日 9:10、一覧で停止を見た",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    file = forms.FileField(
        label="証拠のファイル",
        required=False,
        help_text="画面の写し（PNG、JPEG）、PDF、CSV。500 KB まで",
    )

    def clean_file(self) -> dict[str, Any] | None:
        file = self.cleaned_data.get("file")
        if not file:
            return None
        if file.size > LARGEST:
            raise forms.ValidationError("500 KB までのファイルにしてください。")
        data = file.read()
        kind = next(
            (
                kind
                for kind, magic in KINDS_OF_FILE.items()
                if data.startswith(magic) and (magic or str(file.name).lower().endswith(".csv"))
            ),
            None,
        )
        if kind is None:
            raise forms.ValidationError("PNG、JPEG、PDF、CSV のどれかにしてください。")
        return {
            "name": str(file.name)[-100:],
            "kind": kind,
            "sha256": sha256(data).hexdigest(),
            "data": base64.b64encode(data).decode("ascii"),
        }

    @property
    def evidence(self) -> dict[str, Any]:
        """What is kept of it."""
        found: dict[str, Any] = {"says": self.cleaned_data["says"].strip()}
        if self.cleaned_data.get("file"):
            found["file"] = self.cleaned_data["file"]
        return found


class TargetForm(Sentences):
    """Says how a system is reached. The secret is not typed here: it never enters the database."""

    kind = forms.ChoiceField(label="方式", choices=Target.Kind.choices)
    address = forms.CharField(
        label="宛先",
        required=False,
        help_text='一行に一つ、名前 = 値。例：url = "https://idm.example/scim/v2"',
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )
    probes = forms.BooleanField(
        label="入れないことを試す",
        required=False,
        help_text="止めた後、そのIDで入れないことを実際に試します。外すと、確認は縮退になります",
    )
    enabled = forms.BooleanField(
        label="この反映先を使う",
        required=False,
        help_text="外すと、反映も突合も止まります。予定は残ります",
    )

    def clean_address(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.cleaned_data["address"].replace("\r\n", "\n"))
        except tomllib.TOMLDecodeError:
            raise forms.ValidationError(
                '一行に一つ、名前 = 値 の形で書いてください。文字は " で囲みます。'
            ) from None


class Adopt(Sentences):
    """Says whose account an orphan is, and how that was found out."""

    ext_id = forms.CharField(label="孤児のID", max_length=200, widget=forms.HiddenInput)
    code = forms.CharField(label="台帳のID", max_length=64)
    reason = forms.CharField(
        label="理由",
        max_length=200,
        help_text="だれのIDであると、どのように確かめたか",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def account(self, *, system: str) -> Account | None:
        """Return the ID of the register that was named, or None where there is none."""
        return Account.objects.filter(
            system__key=system, code=self.cleaned_data["code"].strip()
        ).first()


def as_text(address: dict[str, Any]) -> str:
    """Return an address as it is typed: what `TargetForm` reads back to the same."""
    lines = [f"{key} = {_value(value)}" for key, value in address.items()]
    return "\n".join(lines)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{_text(key)} = {_value(one)}" for key, one in value.items()) + " }"
        )
    return str(value) if isinstance(value, int | float) else _text(str(value))


def _text(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return (
        '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'
    )
