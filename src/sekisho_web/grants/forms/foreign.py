"""What is typed about records of foreign systems."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sekisho.terms.days import JST
from sekisho_links.grants.foreign_logs import CP932, UTF8
from sekisho_web.accounts.models import Account
from sekisho_web.frame.sentences import Sentences
from sekisho_web.grants.models import ForeignLog

MEGA = 1024 * 1024
LARGEST = 256 * MEGA  # bytes
LARGEST_LIST = 1024 * 1024


class Receive(Sentences):
    """A file, and of which days it speaks."""

    kind = forms.ChoiceField(
        label="何の記録か",
        choices=ForeignLog.Kind.choices,
        widget=forms.RadioSelect,
        initial=ForeignLog.Kind.LOG,
    )
    file = forms.FileField(
        label="記録のファイル",
        help_text="持ち主から届いたまま（Excel か CSV）。開いて保存し直さないでください",
        allow_empty_file=True,
    )
    encoding = forms.ChoiceField(
        label="文字の種類（CSV のとき）",
        choices=[(UTF8, "UTF-8"), (CP932, "Shift_JIS（Windows）")],
        widget=forms.RadioSelect,
        initial=UTF8,
    )
    first_on = forms.DateField(
        label="はじめの日", widget=forms.DateInput(attrs={"type": "date"}),
        help_text="記録が覆う最初の日。行のない日も含みます",
        error_messages={"invalid": "「はじめの日」は、2026-04-01 のように入れてください。"},
    )  # fmt: skip
    last_on = forms.DateField(
        label="終わりの日", widget=forms.DateInput(attrs={"type": "date"}),
        help_text="記録が覆う最後の日",
        error_messages={"invalid": "「終わりの日」は、2026-04-30 のように入れてください。"},
    )  # fmt: skip
    said_lines = forms.IntegerField(
        label="持ち主の言う行数", required=False, min_value=0,
        help_text="送り状などにあれば。読んだ行数と違えば指摘になります",
    )  # fmt: skip

    def clean_file(self) -> Any:  # noqa: ANN401
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise ValidationError(
                f"ファイルが大きすぎます（{LARGEST // MEGA} MB まで）。月ごとに分けてください。"
            )
        return file


class ByHand(Sentences):
    """One use, as it was noted."""

    account = forms.ModelChoiceField(
        label="ID", queryset=Account.objects.none(), empty_label="選んでください"
    )
    day = forms.DateField(
        label="利用日", widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "「利用日」は、2026-04-01 のように入れてください。"},
    )  # fmt: skip
    begins = forms.TimeField(
        label="開始", widget=forms.TimeInput(attrs={"type": "time"}),
        error_messages={"invalid": "「開始」は、10:05 のように入れてください。"},
    )  # fmt: skip
    until = forms.TimeField(
        label="終了", widget=forms.TimeInput(attrs={"type": "time"}),
        help_text="開始より前の時刻は、次の日と読みます",
        error_messages={"invalid": "「終了」は、10:25 のように入れてください。"},
    )  # fmt: skip
    action = forms.CharField(label="操作", max_length=40, help_text="例：認定情報の照会")
    thing = forms.CharField(label="設備ID", max_length=80, required=False)
    application_no = forms.CharField(
        label="外の申請の番号", max_length=60, required=False,
        help_text="持ち主の窓口に出した申請の番号があれば",
    )  # fmt: skip

    def __init__(self, *args: Any, accounts: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = accounts  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if {"day", "begins", "until"} <= said.keys():
            starts = datetime.combine(said["day"], said["begins"], tzinfo=JST)
            ends = datetime.combine(said["day"], said["until"], tzinfo=JST)
            said["starts_at"] = starts
            said["ends_at"] = ends if ends > starts else ends + timedelta(days=1)
        return said


class ProxyList(Sentences):
    """The list as the proxy has it."""

    text = forms.CharField(
        label="プロキシの許可リスト",
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "class": "is-code"}),
        max_length=LARGEST_LIST,
        help_text="一行に一人。プロキシから書き出したまま貼り付けてください",
    )


class Inspect(Sentences):
    """The answers of a yearly inspection: one field for each item, and one for what to say."""

    def __init__(self, *args: Any, items: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        for item in items:
            self.fields[item.code] = forms.ChoiceField(
                label=item.question,
                choices=[("yes", "はい"), ("no", "いいえ"), ("none", "該当なし")],
                widget=forms.RadioSelect,
                error_messages={"required": f"「{item.question}」に答えてください。"},
            )
            self.fields[f"{item.code}_note"] = forms.CharField(
                label=f"{item.code} の所見",
                required=False,
                max_length=400,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
