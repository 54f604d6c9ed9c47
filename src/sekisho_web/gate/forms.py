"""Forms check the shape of what was typed, never the data: a number that does not exist is fine."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from django import forms

from sekisho.gate.views.finders import SHORTEST_PREFIX, Finder, KeyKind
from sekisho.policy.masking import Field

POINT_DIGITS = 22
LONGEST = 200

REASONS = (
    ("request", "お客さまからの申出"),
    ("work", "作業・工事の指示"),
    ("outage", "停電・保安の対応"),
    ("switching", "切替・契約の手続"),
    ("audit", "監査・点検の計画"),
    ("disaster", "非常災害の対応"),
    ("authority", "法令による求め"),
)
_REFERENCE = re.compile(r"[0-9A-Za-z][0-9A-Za-z/_.-]{2,39}")
_EXPONENT = re.compile(r"[0-9]+([.][0-9]+)?[eE][+]?[0-9]+")


class Search(forms.Form):
    """One exact key, or a name together with an address."""

    def __init__(
        self,
        data: Any,  # noqa: ANN401  # a QueryDict, or None
        *,
        fields: Sequence[Field],
        finders: dict[str, Finder],
    ) -> None:
        super().__init__(data)
        self._fields = {field.id: field for field in fields if field.id in finders}
        self._finders = finders
        for field in self._fields.values():
            self.fields[field.id] = forms.CharField(
                label=field.name,
                required=False,
                max_length=LONGEST,
                help_text=_hint(field, finders[field.id], self._fields),
                error_messages={
                    "max_length": f"「{field.name}」は{LONGEST}字以内で入れてください。"
                },
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        typed = {name: normal(value) for name, value in cleaned.items() if value}
        for name, value in typed.items():
            if problem := _problem(self._fields[name], value):
                self.add_error(name, problem)
        if self.errors:
            return cleaned
        if not typed:
            raise forms.ValidationError("検索の鍵を一つ入れてください。")
        second = {finder.second for finder in self._finders.values() if finder.field in typed}
        names = [name for name in typed if self._finders[name].second]
        alone = [name for name in typed if name not in second and name not in names]
        if len(names) + len(alone) > 1 or (alone and len(typed) > 1):
            raise forms.ValidationError(
                "検索の鍵は一つだけ入れてください。名前で引くときだけ、住所を一緒に入れます。"
            )
        for name in names:
            address = self._finders[name].second or ""
            if len(typed.get(address, "")) < SHORTEST_PREFIX:
                self.add_error(
                    address,
                    f"「{self._fields[name].name}」で引くときは、"
                    f"住所の初めの{SHORTEST_PREFIX}字以上も入れてください。",
                )
        return typed


class Reason(forms.Form):
    """理由入力 and 同意確認, before a screen opens."""

    reason = forms.ChoiceField(
        label="見る理由",
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": "見る理由を選んでください。"},
    )
    reference = forms.CharField(
        label="受付・指示の番号",
        max_length=40,
        help_text="英数字で3字から40字。例 W20261120-014。お客さまの名前や住所は入れません。",
        error_messages={"required": "受付・指示の番号を入れてください。"},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    consent = forms.BooleanField(
        label="同意照会の対象を開くときは、お客さまの同意があることを確かめます",
        error_messages={"required": "同意があることを確かめてから進んでください。"},
    )

    def __init__(self, *args: Any, asks_consent: bool, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        if not asks_consent:
            del self.fields["consent"]

    def clean_reference(self) -> str:
        reference = unicodedata.normalize("NFKC", self.cleaned_data["reference"]).strip()
        if not _REFERENCE.fullmatch(reference):
            raise forms.ValidationError(
                "受付・指示の番号は、英数字と「-」「/」「_」「.」で、3字から40字にしてください。"
            )
        return reference

    @property
    def words(self) -> str:
        """The reason as it is recorded."""
        return f"{dict(REASONS)[self.cleaned_data['reason']]} {self.cleaned_data['reference']}"


def normal(value: str) -> str:
    """Return what was typed, in half width and without spaces around it."""
    return unicodedata.normalize("NFKC", value).strip()


def spellings(value: str, *, kind: KeyKind) -> list[str]:
    """Return the ways in which `value` may be stored: nobody is told to type in full width."""
    wide = value.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    found = [value, wide, value.replace(" ", ""), value.replace("-", "")]
    if kind is KeyKind.NAME:
        found += [value.replace(" ", "　"), wide.replace(" ", "　")]
    return list(dict.fromkeys(word for word in found if word))


def _problem(field: Field, value: str) -> str | None:
    if any(unicodedata.category(letter).startswith("C") for letter in value):
        return f"「{field.name}」に改行や制御文字は入れられません。"
    if field.format.startswith(f"{POINT_DIGITS}桁"):
        digits = value.replace("-", "").replace(" ", "")
        if _EXPONENT.fullmatch(value):
            return (
                f"「{value}」は表計算の指数の形です。列を文字列にして、"
                f"{POINT_DIGITS}桁の番号を入れ直してください。"
            )
        if not digits.isascii() or not digits.isdigit() or len(digits) != POINT_DIGITS:
            short = len(digits) == POINT_DIGITS - 1 and digits.isdigit()
            also = "先頭の0が消えていないか確かめてください。" if short else ""
            return f"「{field.name}」は数字{POINT_DIGITS}桁です。{also}"
    return None


def _hint(field: Field, finder: Finder, fields: dict[str, Field]) -> str:
    example = f"例 {field.example}" if field.example and field.example != "―" else ""
    if finder.second:
        beside = fields[finder.second].name if finder.second in fields else "住所"
        how = "読みの初めの3字以上" if finder.kind is KeyKind.READING else "名前の全部"
        return f"{how}。「{beside}」の初めと一緒に入れます。{example}"
    if finder.kind is KeyKind.ADDRESS:
        return f"住所だけで引くときは全部。{example}"
    return f"{field.format}。{example}" if field.format else example
