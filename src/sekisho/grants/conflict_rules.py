"""How the rules on the exchange of people are written: a table, one row a rule (content).

A predicate is words side by side, all of which must hold: `会社=affiliate 組織=sales`. Several
values are alternatives, `会社=affiliate|other_retailer`; `発令!=support` is true of every other.
"""

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from sekisho.accounts.orders import Flag, PostKind
from sekisho.errors import SekishoError
from sekisho.grants.conflicts import EFFECTS, RELATIONS, Effect, Relation, Rule, Word

COLUMNS = (
    "番号", "版", "名称", "甲", "関係", "月数", "乙", "効果", "非常災害", "例外", "根拠", "説明",
)  # fmt: skip
FIELDS: Mapping[str, str] = {
    "会社": "company",
    "籍": "employer",
    "従事先": "works_for",
    "組織": "unit_kind",
    "発令": "kind",
    "印": "flags",
}
COMPANIES = frozenset(
    {
        "network", "affiliate", "other_retailer", "network_contractor", "affiliate_contractor",
        "government", "regulator",
    }
)  # fmt: skip
T = TypeVar("T")
NONE = "－"
RELIEVED = {"除く": True, "除かない": False}
EXCUSABLE = {"可": True, "不可": False}
LONGEST_MONTHS = 120


class UnreadableRules(SekishoError):
    """A row of the rules cannot be understood, and then none of them counts."""


def read(text: str, *, place: str, unit_kinds: Collection[str]) -> Sequence[Rule]:
    """Return the rules of the table `text`, in its order.

    place:      how a message names the table.
    unit_kinds: the kinds of units (組織区分) that there are; another one would match nobody.

    Raises UnreadableRules for a column that is missing, a word that is unknown, and a number that
    stands twice: half a table is none.
    """
    rows = csv.DictReader(io.StringIO(text))
    if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        raise UnreadableRules(
            f"列がありません: {'、'.join(missing)}",
            place=place,
            remedy=f"列を {'、'.join(COLUMNS)} にしてください",
        )
    found: list[Rule] = []
    for row in rows:
        here = f"{place} {row['番号'] or '番号なし'}"
        rule = _rule(row, here, unit_kinds)
        if any(one.code == rule.code for one in found):
            raise UnreadableRules(
                "同じ番号が二度あります", place=here, remedy="番号を分けてください"
            )
        found.append(rule)
    if not found:
        raise UnreadableRules("規則がありません", place=place, remedy="規則を書いてください")
    return found


def predicate(text: str, *, place: str, unit_kinds: Collection[str]) -> tuple[Word, ...]:
    """Return the words of a predicate. Raise UnreadableRules for one that is unknown."""
    known = _known(unit_kinds)
    words = []
    for word in text.split():
        name, sign, values = word.partition("=")
        negated = name.endswith("!")
        field = FIELDS.get(name.removesuffix("!"))
        if not sign or field is None:
            raise UnreadableRules(
                f"「{word}」が読めません",
                place=place,
                remedy=f"{'、'.join(FIELDS)} のどれかに = か != を続けてください",
            )
        said = frozenset(values.split("|"))
        if unknown := sorted(said - known[field]):
            raise UnreadableRules(
                f"「{'、'.join(unknown)}」という{name.removesuffix('!')}はありません",
                place=place,
                remedy=f"次から選んでください: {'、'.join(sorted(known[field]))}",
            )
        words.append(Word(field=field, values=said, negated=negated))
    return tuple(words)


def written(words: Iterable[Word]) -> str:
    """Return a predicate as `predicate` reads it: the same words again."""
    names = {field: name for name, field in FIELDS.items()}
    return " ".join(
        f"{names[word.field]}{'!' if word.negated else ''}={'|'.join(sorted(word.values))}"
        for word in words
    )


def _known(unit_kinds: Collection[str]) -> Mapping[str, frozenset[str]]:
    return {
        "company": COMPANIES,
        "employer": COMPANIES,
        "works_for": COMPANIES,
        "unit_kind": frozenset(unit_kinds),
        "kind": frozenset(kind.value for kind in PostKind),
        "flags": frozenset(flag.value for flag in Flag),
    }


def _rule(row: Mapping[str, str], place: str, unit_kinds: Collection[str]) -> Rule:
    relation = _word(row["関係"], RELATIONS, "関係", place)
    effect = _word(row["効果"], EFFECTS, "効果", place)
    a = predicate(_said(row["甲"]), place=place, unit_kinds=unit_kinds)
    b = predicate(_said(row["乙"]), place=place, unit_kinds=unit_kinds)
    of_posts = relation is not Relation.JUDGE
    if of_posts is not bool(a and b) or of_posts is (effect is Effect.REFUSE):
        raise UnreadableRules(
            "甲と乙、関係、効果が合っていません",
            place=place,
            remedy="「判断」には「判断させない」を、甲と乙は－に。ほかの関係には甲と乙の両方を書いてください",
        )
    if not row["番号"].strip() or not row["名称"].strip() or not row["根拠"].strip():
        raise UnreadableRules(
            "番号、名称か根拠が空欄です", place=place, remedy="三つとも書いてください"
        )
    return Rule(
        code=row["番号"].strip(),
        version=_number(row["版"], "版", place) or 1,
        name=row["名称"].strip(),
        a=a,
        relation=relation,
        months=None if _said(row["月数"]) == "" else _number(row["月数"], "月数", place),
        b=b,
        effect=effect,
        relieved=_word(row["非常災害"], RELIEVED, "非常災害", place),
        excusable=_word(row["例外"], EXCUSABLE, "例外", place),
        basis=row["根拠"].strip(),
        says=row["説明"].strip(),
    )


def _said(cell: str) -> str:
    return "" if cell.strip() == NONE else cell.strip()


def _word(cell: str, known: Mapping[str, T], name: str, place: str) -> T:
    if cell.strip() not in known:
        raise UnreadableRules(
            f"「{name}」の「{cell}」が読めません",
            place=place,
            remedy=f"次から選んでください: {'、'.join(known)}",
        )
    return known[cell.strip()]


def _number(cell: str, name: str, place: str) -> int:
    said = cell.strip()
    if not (said.isascii() and said.isdigit() and 1 <= int(said) <= LONGEST_MONTHS):
        raise UnreadableRules(
            f"「{name}」の「{cell}」は数ではありません",
            place=place,
            remedy=f"1から{LONGEST_MONTHS}までの半角数字にしてください",
        )
    return int(said)
