"""The witness (反例): contexts in which an invariant is broken, in one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass

from sekisho.policy.attributes import (
    CIRCUMSTANCE,
    RELATION,
    SCREEN_KIND,
    TERMINAL,
    VIEWER_CLASS,
)
from sekisho.policy.cubes import Cube
from sekisho.policy.table import Context, DecisionTable
from sekisho.policy.treatment import DUTY_WORDS, Treatment

# Of a box, the context that is told is the most ordinary one in it.
ORDINARY = frozenset(
    {
        "平常",
        "常時",
        "多要素",
        "有効",
        "詳細",
        "職務内",
        "小売供給",
        "託送供給等",
        "停電保安",
        "他社",
        "送配電端末",
        "小売登録端末",
    }
)
SPOKEN_OF = (VIEWER_CLASS, CIRCUMSTANCE, TERMINAL, RELATION, SCREEN_KIND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Where an invariant is broken. The context, asked again, gives the same answer."""

    invariant: str
    sentence: str  # one Japanese sentence
    context: Mapping[str, str] | None = None  # ten values; None: it is not a matter of contexts
    where: Mapping[str, tuple[str, ...]] | None = None  # the whole box that is broken
    output: str = ""  # class, duty, field or screen
    level: int | None = None  # what the table says of it in `context`
    rules: tuple[str, ...] = ()
    against: Mapping[str, str] | None = None  # 比較, 同一: the context that it is compared with


def told(table: DecisionTable, cube: Cube) -> dict[str, str]:
    """Return the most ordinary context of `cube`."""
    return {
        name: next((value for value in values if value in ORDINARY), values[0])
        for name, values in table.values(cube).items()
    }


def scene(context: Context, *, box: Mapping[str, tuple[str, ...]]) -> str:
    """Return `context` as the beginning of a sentence: who, when, from where, what, how.

    box: the attributes that matter, which are named even where they are not usually said.
    """
    words = []
    if viewer := context.get(VIEWER_CLASS):
        words.append(f"{viewer}が")
    if circumstance := context.get(CIRCUMSTANCE):
        words.append(f"{circumstance}に")
    if terminal := context.get(TERMINAL):
        words.append(f"{terminal}から")
    if also := [
        f"{name}が{value}で"
        for name, value in context.items()
        if name not in SPOKEN_OF and name in box
    ]:
        words += also
    if relation := context.get(RELATION):
        words.append(f"{relation}の記録を")
    if screen := context.get(SCREEN_KIND):
        words.append(f"{screen}で開くと")
    else:
        words.append("開くと")
    return "、".join(words)


def said_by(rules: tuple[str, ...]) -> str:
    """Return the rules that speak, for the end of a sentence."""
    return f"（規則 {'、'.join(rules)}）" if rules else "（どの規則も語りません）"


def becomes(output: str, level: int, *, duty: bool, end: str = "になります") -> str:
    """Return what an output is, as the end of a sentence, or as its middle with another `end`."""
    if duty:
        return f"義務「{output}」が『{DUTY_WORDS[level]}』{end}"
    return f"{output}が『{Treatment(level).word}』{end}"
