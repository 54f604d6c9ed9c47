"""The shape of what is asked of the ledger."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from sekisho_web.ledger import words
from sekisho_web.ledger.queries import Filter

JST = ZoneInfo("Asia/Tokyo")
OUTCOMES = [
    ("", "すべて"),
    ("shown", "表示した閲覧"),
    ("none", "該当のない照会"),
    ("refused", "拒否と失敗"),
    ("sign_in", "サインイン"),
    ("reading", "台帳の閲覧"),
    ("change", "変更"),
]
LAST_NUMBER = 2**63
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2200, 12, 31)
OF_OUR_TIME = (
    MinValueValidator(FIRST_DAY, "2000年1月1日より後の日を入れてください。"),
    MaxValueValidator(LAST_DAY, "2200年12月31日より前の日を入れてください。"),
)
DAYS = 7  # shown where no day is asked for


class Ask(forms.Form):
    """Checks the shape of what was typed. An unknown person or number simply has no records."""

    login = forms.CharField(label="利用者ID", required=False, max_length=64)
    system = forms.ChoiceField(label="システム", required=False)
    outcome = forms.ChoiceField(label="結果", required=False, choices=OUTCOMES)
    record = forms.CharField(
        label="記録の番号",
        required=False,
        max_length=64,
        help_text="お客さまの記録の内部番号。システムと合わせて指定します",
    )
    since = forms.DateField(
        label="この日から",
        required=False,
        help_text="例 2026-11-20",
        error_messages={"invalid": "日付は 2026-11-20 のように書いてください。"},
        validators=OF_OUR_TIME,
    )
    until = forms.DateField(
        label="この日まで",
        required=False,
        help_text="この日を含みます",
        error_messages={"invalid": "日付は 2026-11-20 のように書いてください。"},
        validators=OF_OUR_TIME,
    )
    before = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choices = [("", "すべて"), *words.systems().items(), ("house", "関所")]
        self.fields["system"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "終わりの日は、始まりの日より後にしてください。")
        return cleaned

    def asked(self, *, today: date) -> Filter:
        """Return what was asked for, with the last seven days where no day was."""
        given = self.cleaned_data
        until = given["until"] or max(today, given["since"] or today)
        since = given["since"] or until - timedelta(days=DAYS - 1)
        return Filter(
            since=_begin(since),
            until=_begin(until + timedelta(days=1)),
            login=given["login"],
            system=given["system"],
            outcome=given["outcome"],
            record=given["record"],
            before=_place(given["before"]),
        )


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), JST)


def _place(text: str) -> tuple[datetime, int] | None:
    at, _, number = text.partition("_")
    try:
        place = datetime.fromisoformat(at), int(number)
    except ValueError:
        return None
    return place if place[0].tzinfo and 0 < place[1] < LAST_NUMBER else None
