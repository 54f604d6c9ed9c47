"""What is typed when terminals are lent, taken back, lost and counted."""

from typing import Any

from django import forms

from sekisho.terminals.loans import CHECKS
from sekisho_web.frame.sentences import Sentences
from sekisho_web.terminals.forms.registers import LONG, label_field, number_of
from sekisho_web.terminals.models import Count, Site, Stocktaking


def moment(label: str, *, help_text: str = "", required: bool = True) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        error_messages={"invalid": "年月日と時刻を入れてください。"},
    )


class Lend(Sentences):
    person = forms.CharField(
        label="借りる人の個人番号",
        max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    label = label_field()
    due = moment("返却の期限", help_text="この時刻を過ぎると、何も開けなくなります")
    occasion = forms.CharField(
        label="機会",
        max_length=40,
        required=False,
        help_text="非常災害または委託の番号。なければ空欄",
    )

    def clean_label(self) -> str:
        return number_of(self.cleaned_data["label"])


class TakeBack(Sentences):
    condition = forms.CharField(
        label="返却時の状態", max_length=200, widget=LONG, help_text="傷、附属品の欠けなど"
    )


class Wipe(Sentences):
    done = forms.MultipleChoiceField(
        label="消去と点検",
        choices=list(CHECKS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text="すべて確かめるまで、この端末は貸せません",
    )


class Prolong(Sentences):
    until = moment("新しい期限")


class Report(Sentences):
    label = label_field("失くした端末", help_text="端末番号、または控えてある札")
    circumstances = forms.CharField(
        label="事情", max_length=400, widget=LONG, help_text="どこで、どのように無くしたか"
    )
    last_had_at = moment("最後に手元にあった時刻", required=False)
    with_keys = forms.BooleanField(
        label="職員証・セキュリティキーも手元にない",
        required=False,
        help_text="付けると、この端末の持ち主の認証器も止めます",
    )

    def clean_label(self) -> str:
        return number_of(self.cleaned_data["label"])


class Note(Sentences):
    note = forms.CharField(label="所見", max_length=400, widget=LONG)


class NewCounting(Sentences):
    kind = forms.ChoiceField(label="種類", choices=Stocktaking.Kind.choices)
    site = forms.ModelChoiceField(
        label="場所", queryset=Site.objects.none(), required=False, empty_label="自社のすべて"
    )
    occasion = forms.CharField(
        label="機会", max_length=40, required=False, help_text="非常災害または委託の番号"
    )
    due = moment("期限")

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        self.fields["site"].label_from_instance = lambda site: f"{site.name}（{site.code}）"  # type: ignore[attr-defined]


class Read(Sentences):
    label = label_field("札")
    place = forms.ModelChoiceField(
        label="いまいる場所",
        queryset=Site.objects.none(),
        to_field_name="code",
        required=False,
        empty_label="この照合の場所",
    )
    how = forms.ChoiceField(
        choices=Count.How.choices, required=False, widget=forms.HiddenInput, initial="scanner"
    )

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = sites  # type: ignore[attr-defined]
        self.fields["place"].label_from_instance = lambda site: f"{site.name}（{site.code}）"  # type: ignore[attr-defined]

    def clean_label(self) -> str:
        return number_of(self.cleaned_data["label"])

    def place_of(self) -> str:
        site: Site | None = self.cleaned_data["place"]
        return site.code if site else ""

    def how_of(self) -> Count.How:
        return Count.How(self.cleaned_data["how"] or Count.How.SCANNER)
