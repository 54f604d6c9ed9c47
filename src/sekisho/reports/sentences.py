"""Tables read aloud: boxes of contexts and rules as Japanese sentences."""

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby

from sekisho.policy.attributes import (
    ACCOUNT_STATE,
    APPROVAL,
    AUTHENTICATION,
    CIRCUMSTANCE,
    PURPOSE,
    RELATION,
    SCOPE,
    SCREEN_KIND,
    TERMINAL,
    VIEWER_CLASS,
)
from sekisho.policy.table import DecisionTable, Rule
from sekisho.policy.treatment import ROW, Treatment

# how each attribute is said, in the order of a sentence: its values, or all but some of them
_SAID = (
    (VIEWER_CLASS, "{}が", "{}のほかの人が"),
    (PURPOSE, "{}のために", "{}のほかの目的で"),
    (CIRCUMSTANCE, "{}に", "{}のほかのときに"),
    (APPROVAL, "{}の許可で", "{}のほかの許可で"),
    (ACCOUNT_STATE, "アカウントが{}で", "アカウントが{}のほかで"),
    (AUTHENTICATION, "{}の認証で", "{}のほかの認証で"),
    (TERMINAL, "{}から", "{}のほかの端末から"),
    (RELATION, "契約相手が{}で", "契約相手が{}のほかで"),
    (SCOPE, "{}の記録を", "{}のほかの記録を"),
    (SCREEN_KIND, "{}で開くと", "{}のほかの画面で開くと"),
)
_NAMES = frozenset(name for name, _, _ in _SAID)


def scene(where: Mapping[str, Sequence[str]], *, among: Mapping[str, Sequence[str]]) -> str:
    """Return a box as the beginning of a sentence; what is free in it is not said.

    where: attribute -> values; among: attribute -> all its values, so that the shorter of
           「AかB」 and 「A・Bのほか」 is said.
    """
    said = [
        _said(where[name], plain=plain, others=others, among=among.get(name, ()))
        for name, plain, others in _SAID
        if name in where
    ]
    unusual = [f"{name}が{'か'.join(of)}で" for name, of in where.items() if name not in _NAMES]
    ending = "" if SCREEN_KIND in where else "開くと"
    return "、".join(part for part in (*unusual, *said, ending) if part)


def either(values: Sequence[str], *, among: Sequence[str] = ()) -> str:
    """Return `values` as they are said: AかBかC, or A・Bのほか where that is shorter."""
    return _said(values, plain="{}", others="{}のほか", among=among)


def _said(values: Sequence[str], *, plain: str, others: str, among: Sequence[str]) -> str:
    left_out = [value for value in among if value not in values]
    if 0 < len(left_out) < len(values):
        return others.format("・".join(left_out))
    return plain.format("か".join(values))


def shows(levels: Mapping[str, Treatment]) -> list[tuple[Treatment, str]]:
    """Return what a box shows: treatment and the item classes that have it, lenient first."""
    ordered = sorted(
        ((level, name) for name, level in levels.items() if name != ROW), key=lambda one: one[0]
    )
    return [
        (Treatment(level), "、".join(name for _, name in group))
        for level, group in groupby(ordered, key=lambda one: one[0])
    ]


def conditions_of(
    where: Mapping[str, Collection[str]], *, among: Mapping[str, Sequence[str]]
) -> list[tuple[str, str]]:
    """Return conditions as attribute and values, in the order of the sheet."""
    return [
        (name, either([value for value in values if value in where[name]], among=values))
        for name, values in among.items()
        if name in where
    ]


def conditions(table: DecisionTable, rule: Rule) -> list[tuple[str, str]]:
    """Return the conditions of a rule as attribute and values; what is free is left out."""
    return [
        (name, either(values, among=table.attributes[name]))
        for name, values in table.words(rule.cube).items()
    ]


def spoken(table: DecisionTable, rule: Rule) -> str:
    """Return a whole rule as a sentence."""
    words = table.words(rule.cube)
    opening = scene(words, among=table.attributes) if words else "どんなときも、開くと"
    said: dict[Treatment, list[str]] = {}
    for name in table.classes:
        if name in rule.out:
            said.setdefault(Treatment(rule.out[name]), []).append(name)
    parts = [
        f"{'すべての区分' if len(names) == len(table.classes) else '・'.join(names)}は{level.word}"
        for level, names in sorted(said.items())
    ]
    duties = [name for name in table.duties if rule.out.get(name)]
    ending = f"。義務は{'、'.join(duties)}" if duties else ""
    return f"{opening}、{'、'.join(parts) or '何も語らない'}{ending}。"
