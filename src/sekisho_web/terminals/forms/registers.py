"""What is typed about terminals and the places where they stand."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sekisho.terminals import labels
from sekisho_web.accounts.models import Company
from sekisho_web.frame.sentences import Sentences
from sekisho_web.terminals.models import Device, Site

LONG = forms.Textarea(attrs={"rows": 3})
SCAN = {"data-scan": "", "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
LARGEST = 8 * 1024 * 1024  # bytes
ENCODINGS = [("utf-8-sig", "UTF-8"), ("cp932", "Shift_JIS（Windows）")]


def label_field(label: str = "端末の札", *, help_text: str = "") -> forms.CharField:
    """Return a field into which a camera or a hand scanner reads, or a hand types a number."""
    return forms.CharField(
        label=label,
        max_length=labels.LONGEST,
        help_text=help_text or "カメラか読取り機で札を読みます。端末番号を入れることもできます",
        widget=forms.TextInput(attrs=SCAN),
    )


def number_of(text: str) -> str:
    """Return the number that was read; a misread label is asked for again, in a whole sentence."""
    read = labels.read(text)
    if read.fault:
        raise ValidationError(f"{read.fault}。")
    return read.number


def a_number(text: str) -> str:
    """Return a new number as it stands on labels and in addresses, or ask for another one."""
    if not labels.is_number(text.strip()):
        raise ValidationError("英数字と . - _ だけで、数字を一つは入れてください。")
    return text.strip()


class NewDevice(Sentences):
    number = forms.CharField(
        label="端末番号", max_length=40, help_text="英数字と . - _ で、数字を含めます"
    )
    owner = forms.ModelChoiceField(
        label="所有", queryset=Company.objects.none(), empty_label="選んでください"
    )
    terminal_class = forms.ChoiceField(label="端末の区分", choices=Device.Class.choices)
    kind = forms.ChoiceField(label="用途", choices=Device.Kind.choices)
    model = forms.CharField(label="機種", max_length=100, required=False)
    maker_serial = forms.CharField(label="製造番号", max_length=60, required=False)
    keeper = forms.CharField(
        label="管理者の個人番号", max_length=24, required=False, help_text="空欄は、貸出し用など"
    )
    site = forms.ModelChoiceField(
        label="設置場所", queryset=Site.objects.none(), required=False, empty_label="在庫"
    )
    can_show_non_public = forms.BooleanField(
        label="非公開情報を表示してよい",
        required=False,
        help_text="送配電の非公開情報を出してよい端末だけに付けます",
    )

    def __init__(self, *args: Any, companies: Any, sites: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = companies  # type: ignore[attr-defined]
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        self.fields["site"].label_from_instance = lambda site: f"{site.name}（{site.code}）"  # type: ignore[attr-defined]

    def clean_number(self) -> str:
        return a_number(self.cleaned_data["number"])


class EditDevice(Sentences):
    kind = forms.ChoiceField(label="用途", choices=Device.Kind.choices)
    model = forms.CharField(label="機種", max_length=100, required=False)
    maker_serial = forms.CharField(label="製造番号", max_length=60, required=False)
    keeper = forms.CharField(label="管理者の個人番号", max_length=24, required=False)
    can_show_non_public = forms.BooleanField(label="非公開情報を表示してよい", required=False)
    certificate_serial = forms.CharField(label="端末証明書の番号", max_length=80, required=False)


class Place(Sentences):
    site = forms.ModelChoiceField(
        label="設置場所", queryset=Site.objects.none(), empty_label="選んでください"
    )

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        self.fields["site"].label_from_instance = lambda site: f"{site.name}（{site.code}）"  # type: ignore[attr-defined]


class Send(Place):
    receiver = forms.CharField(
        label="受け取る人の個人番号",
        max_length=24,
        required=False,
        help_text="空欄は、届け先の会社のだれでも",
    )


class Receive(Sentences):
    label = label_field("届いた端末の札")

    def clean_label(self) -> str:
        return number_of(self.cleaned_data["label"])


class Dispose(Sentences):
    certificate = forms.CharField(
        label="廃棄の証明", max_length=200, help_text="証明書の番号と発行者"
    )


class NewSite(Sentences):
    code = forms.CharField(
        label="場所符号", max_length=40, help_text="英数字と . - _ で、数字を含めます"
    )
    name = forms.CharField(label="名称", max_length=100)
    company = forms.ModelChoiceField(
        label="建物の会社", queryset=Company.objects.none(), empty_label="選んでください"
    )
    staff = forms.ModelChoiceField(
        label="働く人の会社",
        queryset=Company.objects.none(),
        empty_label="選んでください",
        help_text="この階で働くのが、どの会社の人か。端末を置けるかどうかは、これで決まります",
    )
    address = forms.CharField(label="所在地", max_length=200, required=False)
    floor = forms.CharField(label="階と部屋", max_length=100, required=False)
    networks = forms.CharField(
        label="網の範囲",
        required=False,
        widget=LONG,
        help_text="一行に一つ（例：10.20.0.0/16）。ここから使われた端末は、この場所にあるとみなします",
    )

    def __init__(self, *args: Any, companies: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["company"].queryset = companies  # type: ignore[attr-defined]
        self.fields["staff"].queryset = companies  # type: ignore[attr-defined]

    def clean_code(self) -> str:
        return a_number(self.cleaned_data["code"])

    def clean_networks(self) -> list[str]:
        return networks_in(self.cleaned_data["networks"])


class EditSite(Sentences):
    name = forms.CharField(label="名称", max_length=100)
    address = forms.CharField(label="所在地", max_length=200, required=False)
    floor = forms.CharField(label="階と部屋", max_length=100, required=False)
    networks = forms.CharField(label="網の範囲", required=False, widget=LONG)

    def clean_networks(self) -> list[str]:
        return networks_in(self.cleaned_data["networks"])


def networks_in(text: str) -> list[str]:
    return [line.strip() for line in text.replace(",", "\n").splitlines() if line.strip()]


class File(Sentences):
    """A list that people keep, as a file."""

    file = forms.FileField(label="ファイル", help_text="Excel（.xlsx）か CSV")
    encoding = forms.ChoiceField(label="CSVの文字の種類", choices=ENCODINGS)

    def clean_file(self) -> Any:  # noqa: ANN401
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise ValidationError("ファイルが大きすぎます（8 MB まで）。分けて取り込んでください。")
        return file
