"""What is typed about emergencies. Whether it may be declared is a rule, not a form."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from sekisho.grants.closing import Item
from sekisho.grants.emergencies import KIND_WORDS
from sekisho_web.frame.sentences import Sentences

LONG = forms.Textarea(attrs={"rows": 4})
MOST_HOURS = 72
Choices = Sequence[tuple[str, str]]


def hours(label: str, *, initial: int | None = None) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=MOST_HOURS,
        initial=initial,
        help_text="72時間まで。終わりの時刻に、ひとりでに終わります",
        error_messages={
            "min_value": "1から72の時間で入れてください。",
            "max_value": "一度に72時間より長くはできません。1から72で入れてください。",
        },
    )


class Prepare(Sentences):
    """districts: that records stand in; where none are known, their codes are typed."""

    kind = forms.ChoiceField(
        label="種類", choices=list(KIND_WORDS.items()), widget=forms.RadioSelect
    )
    cause = forms.CharField(label="事由", max_length=100, help_text="例：台風第14号による停電")
    reason = forms.CharField(
        label="利用が要る理由", widget=LONG, max_length=1000,
        help_text="何が起き、なぜ要るのかを書きます。お客さまの名前や番号は書きません",
    )  # fmt: skip
    areas = forms.MultipleChoiceField(
        label="地区", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="応援者に見えるのは、この地区の記録だけです。暫定利用では、なくてもよい",
    )  # fmt: skip
    systems = forms.MultipleChoiceField(label="対象システム", widget=forms.CheckboxSelectMultiple)
    commander = forms.ChoiceField(
        label="責任者", help_text="災害対策責任者。暫定利用では、終わらせることに責任を持つ人"
    )
    conduct_officer = forms.ChoiceField(
        label="行為規制担当", help_text="第2線の人。責任者とは別の人です"
    )
    starts_at = forms.DateTimeField(
        label="始まり", required=False, help_text="空欄は、確認を受けた時刻から",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        error_messages={"invalid": "日時を 2027-09-03 09:10 の形で入れてください。"},
    )  # fmt: skip
    hours = hours("長さ（時間）", initial=MOST_HOURS)

    def __init__(
        self,
        *args: object,
        districts: Choices,
        systems: Choices,
        commanders: Choices,
        conduct_officers: Choices,
        **kwargs: object,
    ) -> None:
        super().__init__(*args, **kwargs)
        if districts:
            self.fields["areas"].choices = districts  # type: ignore[attr-defined]
        else:
            self.fields["areas"] = forms.CharField(
                label="地区", required=False,
                help_text="地区の符号を「、」で区切って入れます（例：0901、0902）",
                validators=[
                    RegexValidator(
                        r"^\d{4}([、,\s]+\d{4})*$",
                        "地区は4桁の符号を「、」で区切って入れてください。",
                    )
                ],
            )  # fmt: skip
        self.fields["systems"].choices = systems  # type: ignore[attr-defined]
        empty = [("", "選んでください")]
        self.fields["commander"].choices = [*empty, *commanders]  # type: ignore[attr-defined]
        self.fields["conduct_officer"].choices = [  # type: ignore[attr-defined]
            *empty, *conduct_officers
        ]  # fmt: skip

    def asked(self, *, now: datetime) -> dict[str, Any]:
        """Return what was typed, as it is prepared; without a start it begins now."""
        typed = self.cleaned_data
        areas = typed["areas"]
        starts = typed["starts_at"] or now
        return {
            "kind": typed["kind"],
            "cause": typed["cause"],
            "reason": typed["reason"],
            "areas": areas if isinstance(areas, list) else areas.replace("、", " ").split(),
            "systems": typed["systems"],
            "starts_at": starts,
            "ends_at": starts + timedelta(hours=typed["hours"]),
        }


class Extend(Sentences):
    hours = hours("延ばす時間", initial=24)


class Lift(Sentences):
    reason = forms.CharField(
        label="解除の理由", max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )
    sure = forms.BooleanField(
        label="利用許可、利用、一時ID、応援者のセッションがすぐに終わることを確かめた",
        error_messages={"required": "すぐに終わることを確かめて、印を付けてください。"},
    )


class Attest(Sentences):
    """What somebody says was done. Which fields there are depends on the item."""

    quantity = forms.CharField(
        label="数量", required=False, max_length=200,
        help_text="例：紙 12 枚、CSV 0 件、通話記録 3 件。0 のときは 0 と書きます",
    )  # fmt: skip
    method = forms.CharField(
        label="方法", required=False, max_length=200, help_text="例：裁断、消去して読み返した"
    )
    witness = forms.CharField(
        label="立ち会った人の個人番号", required=False, max_length=24,
        help_text="署名する人とは別の人です",
    )  # fmt: skip
    document = forms.CharField(
        label="文書の番号または所見", required=False, max_length=400, widget=LONG
    )
    none = forms.BooleanField(
        label="対象になるものはなかった", required=False, help_text="非常災害では使えません"
    )

    def __init__(self, *args: object, item: Item, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        unused = ["document"] if item is Item.PAPERS else ["quantity", "method", "witness", "none"]
        for name in unused:
            del self.fields[name]

    def attested(self) -> dict[str, Any]:
        """Return what was typed, with nothing where there is no such field."""
        empty: dict[str, Any] = dict.fromkeys(("quantity", "method", "witness", "document"), "")
        typed = {**empty, "none": False, **self.cleaned_data}
        return {
            name: value.strip() if isinstance(value, str) else value
            for name, value in typed.items()
        }


class Review(Sentences):
    note = forms.CharField(
        label="検証の所見", widget=LONG, max_length=2000, help_text="何を、どの記録で確かめたか"
    )
