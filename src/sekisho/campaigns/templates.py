"""How the words of pledges are written (content): versions beside one another, none taken away."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sekisho.campaigns.pledges import Template
from sekisho.errors import SekishoError

SUBJECTS: Mapping[str, str] = {
    "appointment": "発令",
    "account": "アカウント",
    "emergency": "非常災害",
    "loan": "端末の貸与",
    "engagement": "委託",
    "handler": "従事者の指定",
}
PLACE = re.compile(r"\{(\w+)\}")
PLACES = frozenset({"system", "purpose", "event", "terminal", "work"})
KEYS = frozenset(
    {
        "code", "version", "title", "signer", "subject", "months", "asked_from", "notice_days",
        "without", "when", "clauses",
    }
)  # fmt: skip
MAY_BE_LEFT_OUT = frozenset({"months", "notice_days"})


class UnreadableTemplates(SekishoError):
    """A template cannot be understood, and then none of them is laid before anybody."""


def read(text: str, *, place: str) -> Sequence[Template]:
    """Return every version of every template, in the order of the file.

    Raises UnreadableTemplates for a key that is missing or unknown, a version that stands twice,
    versions that do not follow one another from 1, and a place that nothing fills.
    """
    try:
        entries = tomllib.loads(text).get("templates", [])
    except tomllib.TOMLDecodeError as error:
        raise UnreadableTemplates(
            "読めない書き方です", place=place, remedy=f"TOML として直してください（{error}）"
        ) from error
    found: list[Template] = []
    for entry in entries:
        here = f"{place} {entry.get('code', '符号なし')}"
        template = _template(entry, here)
        before = [one.version for one in found if one.code == template.code]
        if template.version != len(before) + 1:
            raise UnreadableTemplates(
                f"第{len(before) + 1}版があるところに第{template.version}版があります",
                place=here,
                remedy="版は1から順に並べ、古い版を残してください",
            )
        found.append(template)
    if not found:
        raise UnreadableTemplates(
            "ひな型がありません", place=place, remedy="ひな型を書いてください"
        )
    return found


def current(templates: Sequence[Template]) -> Mapping[str, Template]:
    """Return the last version of each template, by its code."""
    return {template.code: template for template in templates}


def _template(entry: Mapping[str, Any], place: str) -> Template:
    if wrong := sorted((KEYS - MAY_BE_LEFT_OUT - entry.keys()) | (entry.keys() - KEYS)):
        raise UnreadableTemplates(
            f"足りないか、知らない項目があります: {'、'.join(wrong)}",
            place=place,
            remedy=f"項目は {'、'.join(sorted(KEYS))} です",
        )
    clauses = tuple(str(clause).strip() for clause in entry["clauses"])
    places = tuple(dict.fromkeys(name for clause in clauses for name in PLACE.findall(clause)))
    wrong = sorted(set(places) - PLACES)
    if wrong or entry["subject"] not in SUBJECTS or not clauses or "" in clauses:
        raise UnreadableTemplates(
            "条項、対象か差込みが読めません",
            place=place,
            remedy=f"条項を空けず、対象は {'、'.join(SUBJECTS)}、"
            f"差込みは {'、'.join(sorted(PLACES))} から選んでください",
        )
    if not isinstance(entry["asked_from"], date):
        raise UnreadableTemplates(
            "asked_from が日付ではありません", place=place, remedy="2027-04-01 の形で書いてください"
        )
    return Template(
        code=str(entry["code"]),
        version=int(entry["version"]),
        title=str(entry["title"]),
        signer=str(entry["signer"]),
        subject=str(entry["subject"]),
        months=entry.get("months"),
        asked_from=entry["asked_from"],
        notice_days=entry.get("notice_days"),
        without=str(entry["without"]),
        when=tuple(str(one) for one in entry["when"]),
        clauses=clauses,
        places=places,
    )
