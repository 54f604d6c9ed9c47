"""What is typed where a pledge is signed, refused or taken on paper. Rules decide; forms read."""

from hashlib import sha256

from django import forms
from django.core.files.base import File

from sekisho_web.frame.sentences import Sentences

LARGEST_SCAN = 30_000_000  # bytes


class Tick(forms.Form):
    """One box a clause; how many must be ticked is a rule."""

    def __init__(self, *args: object, clauses: tuple[str, ...], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for number, clause in enumerate(clauses, start=1):
            self.fields[f"clause{number}"] = forms.BooleanField(label=clause, required=False)

    @property
    def ticked(self) -> int:
        """How many clauses were ticked, each by its own box."""
        return sum(bool(self.cleaned_data.get(name)) for name in self.fields)


class Refuse(Sentences):
    reason = forms.CharField(
        label="署名しない理由",
        max_length=1_000,
        help_text="第2線だけが読みます。理由だけで不利に扱われることはありません",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class Paper(Sentences):
    scan = forms.FileField(
        label="署名した紙を読み取ったファイル",
        help_text="ファイルは保管しません。要約（sha256）だけを残すので、紙と読み取ったファイルは定めの所に保管してください",
    )

    def clean_scan(self) -> str:
        """Return the SHA-256 of the sheet; the sheet itself is kept elsewhere."""
        file: File[bytes] = self.cleaned_data["scan"]
        if (file.size or 0) > LARGEST_SCAN:
            raise forms.ValidationError("30MBより小さいファイルを選んでください。")
        digest = sha256()
        for chunk in file.chunks():
            digest.update(chunk)
        return digest.hexdigest()


class Number(Sentences):
    number = forms.CharField(label="個人番号", max_length=24)
