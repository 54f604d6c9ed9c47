"""What is typed into a proposal of a policy (承認規程), and into a delegation (代理)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms

from sekisho.grants import policies as rules
from sekisho.grants.policies import Party, Policy
from sekisho.grants.references import ANY, KINDS, NONE, WORDS
from sekisho.terms.days import after, jst_day
from sekisho_web.frame.sentences import Sentences

SEATS = 4  # parties that one policy may name
SHORT = {"invalid": "数字で入れてください。"}
Choices = Sequence[tuple[str, str]]


def words(found: Mapping[str, str]) -> list[tuple[str, str]]:
    return list(found.items())


def number(label: str, *, help_text: str = "", required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=help_text, required=required, min_value=1, error_messages=SHORT
    )


PARTIES: list[tuple[str, str]] = [
    (f"{role}:{side}", Party(role=role, side=side).words)
    for role in rules.ROLE_WORDS
    for side in rules.SIDE_WORDS
]
REFERENCES: list[tuple[str, str]] = [
    (NONE, "要らない"), (ANY, "利用目的による番号"), *WORDS.items(),
]  # fmt: skip


class ProposePolicy(Sentences):
    """One version of one policy. What is wrong with it, the rule says."""

    code = forms.RegexField(
        label="符号", regex=r"^[A-Z0-9-]{2,40}$", help_text="英大文字、数字、ハイフン（例：AP-20）",
        error_messages={"invalid": "英大文字、数字、ハイフンで入れてください。"},
    )  # fmt: skip
    asker_class = forms.ChoiceField(label="申請者の区分", choices=words(rules.ASKER_WORDS))
    circumstance = forms.ChoiceField(label="状況", choices=words(rules.CIRCUMSTANCE_WORDS))
    system = forms.ChoiceField(label="対象システム", required=False)
    role = forms.CharField(
        label="役割", required=False, max_length=32, help_text="空欄は、すべての役割"
    )
    purposes = forms.MultipleChoiceField(
        label="利用目的", choices=[(one, one) for one in KINDS], widget=forms.CheckboxSelectMultiple
    )
    mode = forms.ChoiceField(label="方式", choices=words(rules.MODE_WORDS))
    in_order = forms.BooleanField(label="上から順に答える", required=False)
    max_window_minutes = number("期間の上限（分）", help_text="1日は 1440 分")
    max_use_minutes = number("一回の上限（分）", help_text="8時間（480分）まで")
    uses_max = number("回数の上限", help_text="方式が都度のときだけ", required=False)
    pending_minutes = number("承認を待つ時間（分）", help_text="過ぎると失効します")
    fresh_seconds = number("本人認証の新しさ（秒）", help_text="300秒まで")
    reference_kind = forms.CharField(
        label="番号の種類", required=False, max_length=24,
        help_text=f"空欄は要らない、{ANY} は利用目的による番号。複数は | で区切ります",
    )  # fmt: skip
    look_back = forms.ChoiceField(
        label="利用結果を確かめる人", choices=words(rules.LOOK_BACK_WORDS)
    )
    look_back_days = number("確かめる期限（営業日）")

    def __init__(self, *args: Any, systems: Choices, fixed: bool = False, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["system"].choices = [("", "すべて"), *systems]  # type: ignore[attr-defined]
        self.fields["code"].disabled = fixed
        for at in range(1, SEATS + 1):
            self.fields[f"party_{at}"] = forms.ChoiceField(
                label=f"承認者{at}",
                required=at == 1,
                choices=[("", "なし" if at > 1 else "選んでください"), *PARTIES],
                error_messages={"required": "「承認者1」を選んでください。"},
            )
        names = list(self.fields)
        self.order_fields([*names[:7], *(f"party_{at}" for at in range(1, SEATS + 1)), *names[7:]])

    def policy(self) -> Policy:
        """Return what was typed as a policy; its version is given when it is proposed."""
        said = dict(self.cleaned_data)
        named = [said.pop(f"party_{at}") for at in range(1, SEATS + 1)]
        parties = [one.partition(":") for one in named if one]
        return Policy(
            version=0,
            parties=tuple(Party(role=role, side=side) for role, _, side in parties),
            **{**said, "purposes": tuple(said["purposes"])},
        )


def typed(policy: Policy) -> dict[str, object]:
    """Return a policy as the form begins with it."""
    names = ("code", "asker_class", "circumstance", "system", "role", "mode", "in_order",
             "max_window_minutes", "max_use_minutes", "uses_max", "pending_minutes",
             "fresh_seconds", "reference_kind", "look_back", "look_back_days")  # fmt: skip
    said: dict[str, object] = {name: getattr(policy, name) for name in names}
    said["purposes"] = list(policy.purposes)
    for at, party in enumerate(policy.parties, start=1):
        said[f"party_{at}"] = f"{party.role}:{party.side}"
    return said


class Delegate(Sentences):
    """Who decides in one's stead, for what, and how long."""

    person = forms.CharField(
        label="任される人の個人番号", max_length=24, help_text="同じ会社の、いま発令のある人"
    )
    role = forms.ChoiceField(label="承認の役", required=False)
    system = forms.ChoiceField(label="対象システム", required=False)
    starts = forms.DateField(
        label="始まり", required=False, help_text="空欄は、いま",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "年月日を 2027-04-01 の形で入れてください。"},
    )  # fmt: skip
    last = forms.DateField(
        label="最後の日", help_text="30日まで。この日の終わりに、ひとりでに終わります",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "年月日を 2027-04-01 の形で入れてください。"},
    )  # fmt: skip
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, systems: Choices, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", "持っている役のすべて"), *rules.ROLE_WORDS.items()]  # type: ignore[attr-defined]
        self.fields["system"].choices = [("", "すべて"), *systems]  # type: ignore[attr-defined]

    def period(self, *, now: datetime) -> tuple[datetime, datetime]:
        """Return from when to when: from now or the day's beginning, to the end of the last day."""
        starts: date | None = self.cleaned_data["starts"]
        return (max(now, jst_day(starts)) if starts else now), after(self.cleaned_data["last"])
