"""What is typed about a change to the tables."""

from datetime import date
from typing import Any

from django import forms

from sekisho.policy.system import Policy
from sekisho_web.frame.days import Day
from sekisho_web.frame.sentences import Sentences

LARGEST = 8 * 1024 * 1024  # bytes of an uploaded workbook or archive


class NewChange(Sentences):
    """Opens a change: about what, why, on what basis, from when until when."""

    system = forms.ChoiceField(label="対象システム", required=False)
    title = forms.CharField(label="題", max_length=100, help_text="例：帳票の氏名を伏せる")
    reason = forms.CharField(
        label="理由", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    basis = forms.CharField(
        label="根拠", max_length=200, help_text="法令の条、指示の日付と番号、社内の決定など"
    )
    starts_on = Day(
        label="適用開始", required=False, help_text="空欄なら、承認の後いつでも公開できます"
    )
    ends_on = Day(
        label="適用終了",
        required=False,
        help_text="この日の0時に終わります。過ぎると照会は閉じるので、後の版を用意してください",
    )

    def __init__(self, *args: Any, policy: Policy, today: date, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self._today = today
        systems = [(one.key, one.name) for one in policy.systems.values()]
        self.fields["system"].choices = [*systems, ("", "共通の表（属性、不変条件など）")]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        starts, ends = typed.get("starts_on"), typed.get("ends_on")
        if starts and starts < self._today:
            self.add_error("starts_on", "適用開始は、今日か、今日より後の日にしてください。")
        if ends and ends <= (starts or self._today):
            self.add_error("ends_on", "適用終了は、適用開始より後の日にしてください。")
        return typed


class Upload(Sentences):
    """A workbook, or an archive of CSV files."""

    file = forms.FileField(
        label="Excel ブックまたは CSV の ZIP",
        help_text="この画面の「Excel で書き出す」で出したブックを直したもの（.xlsx、.zip）",
    )

    def clean_file(self) -> Any:  # noqa: ANN401
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError(
                f"ファイルが大きすぎます（{file.size / 1024 / 1024:.0f} MB、8 MB まで）。"
                "判定表だけを入れたブックにしてください。"
            )
        return file


class Withdrawal(Sentences):
    """Why a change is given up."""

    reason = forms.CharField(label="取り下げる理由", max_length=300)
