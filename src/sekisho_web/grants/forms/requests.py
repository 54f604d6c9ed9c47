"""What is typed into a request, and into the answer to it. Rules decide; forms read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms

from sekisho.grants.decisions import Bounds
from sekisho.grants.references import WORDS, Reference, normal
from sekisho_web.frame.sentences import Sentences

LONG = forms.Textarea(attrs={"rows": 4})
MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
UNITS = {"minutes": (1, "分"), "hours": (60, "時間"), "days": (24 * 60, "日")}
Choices = Sequence[tuple[str, str]]
OCCASIONAL = ("role", "areas", "starts_at", "witness")
NUMBERS = {"invalid": "数字で入れてください。"}


def moment(label: str, *, help_text: str) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        input_formats=MOMENTS,
        error_messages={"invalid": "日時を 2027-04-01 09:30 の形で入れてください。"},
    )


class Ask(Sentences):
    """One form, the purpose first. What does not fit a policy is refused by the rule, in words."""

    purpose = forms.ChoiceField(
        label="利用目的", widget=forms.RadioSelect, help_text="この目的で見ることだけができます"
    )
    system = forms.ChoiceField(label="対象システム")
    role = forms.CharField(
        label="役割", required=False, max_length=32, help_text="ふだんの役割は空欄"
    )
    mode = forms.ChoiceField(
        label="方式",
        help_text="都度は、一回ごとの利用。下の「申請できる場合」に、使える方式があります",
    )
    kind = forms.ChoiceField(
        label="番号の種類", required=False, choices=[("", "なし"), *WORDS.items()]
    )
    number = forms.CharField(
        label="番号", required=False, max_length=64,
        help_text="どの受付・契約・設備のための利用かを示す番号",
    )  # fmt: skip
    reason = forms.CharField(
        label="理由", max_length=400, widget=LONG,
        help_text="何の業務で、何を確かめるために使うのか。お客さまの氏名や住所は書きません",
    )  # fmt: skip
    areas = forms.CharField(
        label="地区",
        required=False,
        max_length=200,
        help_text="地区に限るときだけ、「、」で区切ります",
    )
    starts_at = moment("利用の開始", help_text="空欄は、承認された時から")
    length = forms.IntegerField(
        label="期間の長さ", min_value=1, max_value=300_000, error_messages=NUMBERS
    )
    unit = forms.ChoiceField(
        label="長さの単位", choices=[(key, word) for key, (_, word) in UNITS.items()]
    )
    use_minutes = forms.IntegerField(
        label="一回の利用（分）", min_value=1, max_value=1440, error_messages=NUMBERS
    )
    uses = forms.IntegerField(
        label="回数", required=False, min_value=1, max_value=100, help_text="方式が都度のときだけ",
        error_messages=NUMBERS,
    )  # fmt: skip
    emergency = forms.ChoiceField(label="非常災害・暫定利用", required=False)
    witness = forms.CharField(
        label="立ち会う人の個人番号", required=False, max_length=24,
        help_text="実データに触れる保守のときだけ",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,  # noqa: ANN401
        purposes: Choices,
        systems: Choices,
        modes: Choices,
        emergencies: Choices,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("purpose", purposes), ("system", systems), ("mode", modes)):
            self.fields[name].choices = list(choices)  # type: ignore[attr-defined]
        self.fields["emergency"].choices = [("", "平常の利用"), *emergencies]  # type: ignore[attr-defined]
        if not emergencies:
            del self.fields["emergency"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("kind")) != bool(cleaned.get("number", "").strip()):
            self.add_error("number", "番号は、種類と番号の両方を入れるか、両方を空けてください。")
        return cleaned

    @property
    def ordinary(self) -> list[forms.BoundField]:
        """The fields that every request fills, in their order."""
        return [field for field in self if field.name not in OCCASIONAL]

    @property
    def occasional(self) -> list[forms.BoundField]:
        """The fields that few requests need: folded away until they do."""
        return [self[name] for name in OCCASIONAL]

    @property
    def minutes(self) -> int:
        """The length of the window in minutes."""
        return int(self.cleaned_data["length"]) * UNITS[self.cleaned_data["unit"]][0]

    @property
    def references(self) -> tuple[Reference, ...]:
        said = self.cleaned_data
        return (normal(said["kind"], said["number"]),) if said["kind"] else ()

    @property
    def districts(self) -> tuple[str, ...]:
        words = self.cleaned_data["areas"].replace(",", "、").replace(" ", "、").split("、")
        return tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


class Nothing(Sentences):
    """Nothing is typed: the press of the button is the whole answer."""


def in_units(minutes: int) -> Mapping[str, object]:
    """Return a length as the form asks for it: in its largest whole unit."""
    for unit in ("days", "hours", "minutes"):
        size = UNITS[unit][0]
        if minutes % size == 0:
            return {"length": minutes // size, "unit": unit}
    return {"length": minutes, "unit": "minutes"}


class Answer(Sentences):
    """The window that an approver fixes, or why they deny. Approving never widens what is asked."""

    starts = moment("許可の開始", help_text="空欄は、署名の時（申請が先の開始なら、その時）から")
    minutes = forms.IntegerField(label="許可の長さ（分）", required=False, error_messages=NUMBERS)
    use_minutes = forms.IntegerField(
        label="一回の利用（分）", required=False, error_messages=NUMBERS
    )
    uses = forms.IntegerField(label="回数", required=False, error_messages=NUMBERS)
    reason = forms.CharField(
        label="却下の理由", required=False, max_length=200, widget=LONG,
        help_text="却下するときだけ、10字より長く。申請した人に見えます",
    )  # fmt: skip

    def __init__(self, *args: Any, bounds: Bounds | None, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        if bounds is None:  # no time is left of what was asked: it can only be denied
            for name in ("starts", "minutes", "use_minutes", "uses"):
                del self.fields[name]
            return
        for name, most in (
            ("minutes", bounds.minutes),
            ("use_minutes", bounds.use_minutes),
            ("uses", bounds.uses),
        ):
            if most is None:
                del self.fields[name]
                continue
            field = self.fields[name]
            field.initial = most
            field.help_text = f"{most} まで。短くはできますが、長くはできません"

    @property
    def starts_at(self) -> datetime | None:
        found: datetime | None = self.cleaned_data.get("starts")
        return found
