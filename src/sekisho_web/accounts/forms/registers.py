"""What is typed about systems, IDs, stops, shared IDs and reviews. Rules decide; forms read."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms

from sekisho.accounts.reviews import Answer
from sekisho.terms.days import after, jst_day
from sekisho_web.accounts.models import Company, Hold, Officer, System
from sekisho_web.frame.sentences import Sentences

LONG = forms.Textarea(attrs={"rows": 3})


def day(label: str, *, help_text: str = "", required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "年月日を 2027-04-01 の形で入れてください。"},
    )


class Reason(Sentences):
    """A reason or a purpose, and nothing else."""

    note = forms.CharField(label="理由", max_length=200, widget=LONG)

    def __init__(self, *args: Any, label: str = "", hint: str = "", **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        if label:
            self.fields["note"].label = label
            self.fields["note"].error_messages["required"] = f"「{label}」を入れてください。"
        self.fields["note"].help_text = hint


class EditSystem(Sentences):
    name = forms.CharField(label="名称", max_length=100)
    state = forms.ChoiceField(label="状態", choices=System.State.choices)
    controlled_by = forms.MultipleChoiceField(
        label="管理のしかた",
        choices=System.Control.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    data_classes = forms.CharField(
        label="情報の区分", required=False, help_text="「、」で区切ります", widget=LONG
    )
    users = forms.CharField(label="利用する人", required=False, widget=LONG)
    purpose = forms.CharField(label="用途", required=False, widget=LONG)
    log_source = forms.CharField(
        label="記録の出どころ", required=False, max_length=100, help_text="空欄は台帳不備です"
    )
    log_retention_months = forms.IntegerField(
        label="記録の保存（月）", required=False, min_value=1, max_value=600
    )
    dormancy_months = forms.IntegerField(
        label="未使用で止まるまで（月）",
        min_value=1,
        max_value=6,
        help_text="最終利用または発行から数えます",
        error_messages={
            "min_value": "1から6で入れてください。",
            "max_value": "6か月より長くはできません。1から6で入れてください。",
        },
    )
    device_bound = forms.BooleanField(label="貸与端末に限る", required=False)
    opens_by = forms.ChoiceField(label="起動のしかた", required=False, choices=System.Opens.choices)
    address = forms.CharField(
        label="宛先",
        required=False,
        max_length=300,
        help_text="ほかの場所にあるシステムの入口（https:// で始まるアドレス）",
    )
    eligible = forms.CharField(
        label="IDを持てる組織",
        required=False,
        help_text="一行に一つ「会社区分:組織区分」（例：network:service_centre）。空欄は、だれも持てません",
        widget=LONG,
    )

    def clean_eligible(self) -> list[dict[str, str]]:
        """Return who may have an ID; a line of another shape is asked for again."""
        found = []
        for line in self.cleaned_data["eligible"].split():
            company_kind, _, unit_kind = line.partition(":")
            if company_kind not in Company.Kind or not unit_kind:
                raise forms.ValidationError(
                    f"「{line}」は「会社区分:組織区分」ではありません。"
                    f"会社区分は {'、'.join(Company.Kind.values)} から選んでください。"
                )
            found.append({"company_kind": company_kind, "unit_kind": unit_kind})
        return found

    def changes(self) -> dict[str, Any]:
        """Return what was typed, as the columns of the register hold it."""
        found = dict(self.cleaned_data)
        words = found["data_classes"].replace(",", "、").split("、")
        found["data_classes"] = [word.strip() for word in words if word.strip()]
        return found


class NewOfficer(Sentences):
    person = forms.CharField(
        label="個人番号", max_length=24, help_text="発令が有効な人の番号を入れます"
    )
    role = forms.ChoiceField(label="責任", choices=Officer.Role.choices)
    starts = day("始まり")
    last = day("最後の日", required=False, help_text="空欄は、発令の終わりまで")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, last = cleaned.get("starts"), cleaned.get("last")
        if starts and last and last < starts:
            self.add_error("last", "最後の日は、始まりの日以後にしてください。")
        return cleaned

    def period(self, *, now: datetime) -> tuple[datetime, datetime | None]:
        """Return the period: from the day, or from now where that day is today."""
        starts: date = self.cleaned_data["starts"]
        last: date | None = self.cleaned_data["last"]
        begins = jst_day(starts)
        today = begins <= now < begins + timedelta(days=1)
        return (now if today else begins), (after(last) if last else None)


class AskForId(Sentences):
    system = forms.ChoiceField(label="対象システム")
    person = forms.CharField(label="個人番号", max_length=24, help_text="IDを持つ人の番号")
    phone = forms.CharField(label="電話", max_length=40)
    mail = forms.EmailField(
        label="電子メール",
        max_length=254,
        error_messages={"invalid": "電子メールの形で入れてください。"},
    )
    purpose = forms.CharField(label="用途", max_length=200, widget=LONG)
    roles = forms.CharField(
        label="権限", required=False, max_length=400, help_text="「、」で区切ります"
    )

    def __init__(self, *args: Any, systems: list[tuple[str, str]], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["system"].choices = systems  # type: ignore[attr-defined]

    def roles_of(self) -> list[str]:
        return words_of(self.cleaned_data["roles"])


class Decide(Sentences):
    verdict = forms.ChoiceField(
        label="答え",
        choices=[("approve", "承認する"), ("deny", "却下する")],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="理由",
        required=False,
        max_length=200,
        help_text="却下するときに書きます",
        widget=LONG,
    )


class Issue(Sentences):
    code = forms.CharField(
        label="ID", max_length=64, help_text="システムでの名前。前に使われたものは使えません"
    )


class PlaceHold(Sentences):
    reason = forms.ChoiceField(
        label="理由",
        choices=[
            (reason.value, reason.label) for reason in (Hold.Reason.INVESTIGATION, Hold.Reason.LOST)
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="事情", max_length=200, widget=LONG)


class Share(Sentences):
    system = forms.ChoiceField(label="対象システム")
    code = forms.CharField(label="ID", max_length=64)
    custodian = forms.CharField(label="預かる人の個人番号", max_length=24)
    reason = forms.CharField(label="共有を続ける理由", max_length=200, widget=LONG)
    last = day("最後の日", help_text="登録から12か月まで")

    def __init__(self, *args: Any, systems: list[tuple[str, str]], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["system"].choices = systems  # type: ignore[attr-defined]


class CheckOut(Sentences):
    person = forms.CharField(label="持ち出す人の個人番号", max_length=24)
    purpose = forms.CharField(label="用途", max_length=200, widget=LONG)
    hours = forms.IntegerField(
        label="時間",
        min_value=1,
        max_value=12,
        initial=8,
        error_messages={
            "min_value": "1時間から12時間で入れてください。",
            "max_value": "持出しは12時間までです。1から12で入れてください。",
        },
    )


class OpenReviews(Sentences):
    systems = forms.MultipleChoiceField(label="対象システム", widget=forms.CheckboxSelectMultiple)
    last = day("期限", help_text="この日の終わりまで。答えがないIDは、その時に止まります")

    def __init__(self, *args: Any, systems: list[tuple[str, str]], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["systems"].choices = systems  # type: ignore[attr-defined]


class AnswerReview(Sentences):
    answer = forms.ChoiceField(
        label="答え",
        choices=[
            (Answer.KEEP.value, "続ける"),
            (Answer.REDUCE.value, "権限を減らして続ける"),
            (Answer.STOP.value, "止める"),
        ],
        widget=forms.RadioSelect,
    )
    last = day("続ける最後の日", required=False, help_text="6か月まで。止めるときは空欄")
    roles = forms.CharField(
        label="残す権限", required=False, max_length=400, help_text="減らすときに「、」で区切ります"
    )
    note = forms.CharField(label="所見", required=False, max_length=200, widget=LONG)

    def keep_until(self) -> datetime | None:
        last: date | None = self.cleaned_data["last"]
        return after(last) if last else None

    def roles_of(self) -> list[str]:
        return words_of(self.cleaned_data["roles"])


class OnDay(forms.Form):
    """The two clocks of a person's page: a day, and the day of what was known."""

    on = day("この日", required=False)
    known = day("この日の終わりに知っていたこと", required=False)


def words_of(typed: str) -> list[str]:
    """Return the words between 「、」."""
    return [word.strip() for word in typed.replace(",", "、").split("、") if word.strip()]
