"""What is shown otherwise, read aloud: few sentences, the looser first, and none left out.

「関係小売の災害応援者が、帳票・CSVで、他社のお客さまの氏名を 拒否 → 一部 で見られるようになります」
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import chain, product

from sekisho.policy.attributes import RELATION, SCREEN_KIND, VIEWER_CLASS
from sekisho.policy.cubes import Cube, meet, size
from sekisho.policy.regions import disjoint, hull, joined
from sekisho.policy.shown import ShownOtherwise, shown_otherwise
from sekisho.policy.system import System
from sekisho.policy.table import Context
from sekisho.policy.treatment import DUTY_WORDS, FROM_DUTY_WORD, FROM_WORD, ROW, Treatment
from sekisho.proof.witness import told
from sekisho.reports.sentences import either

TOLD = (VIEWER_CLASS, SCREEN_KIND, RELATION)  # what a sentence is about; the rest is its condition
MOST_NAMES = 6  # of fields in one sentence; the others are counted
MOST_ASKED = 24  # boxes of one sentence that are asked which rules speak

_VIEWERS = {
    "災害応援": "関係小売の災害応援者",
    "関係小売営業": "関係小売の営業",
    "関係小売委託": "関係小売の委託先",
    "送配電管理": "送配電の管理者",
    "送配電監査": "送配電の監査者",
    "送配電委託": "送配電の委託先",
    "送配電受付": "送配電の受付",
    "配電現場": "配電の現場",
    "送配電託送": "送配電の託送担当",
}
_RELATIONS = {
    "自社": "自社のお客さま",
    "切替受付済": "切替を受け付けたお客さま",
    "同意照会": "照会に同意したお客さま",
    "最終保障": "最終保障のお客さま",
    "離島": "離島のお客さま",
    "送配電買取": "送配電買取の発電者",
    "自社買取": "自社買取の発電者",
    "他社買取": "他社買取の発電者",
    "他社": "他社のお客さま",
    "契約なし": "契約のない地点",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One thing that is shown, or asked for, otherwise."""

    text: str
    looser: bool
    duty: bool
    who: str
    kinds: str
    relations: str
    subjects: tuple[str, ...]  # fields, レコード, or duties
    before: str  # treatment or duty, in words
    after: str
    conditions: str  # what else all of its contexts have in common; empty: nothing unusual
    contexts: int
    example: Mapping[str, str]  # the most ordinary of them, to be opened and asked
    rules: tuple[str, ...]  # that say it now
    rules_before: tuple[str, ...]
    where: Mapping[str, tuple[str, ...]]  # the smallest box around the contexts


def sentences(old: System, new: System) -> list[Sentence]:
    """Return what `new` shows otherwise than `old` as their rules now stand, the looser first.

    A context in which a row, a field or a duty is otherwise lies in a sentence that says so.
    Fields that are otherwise for the same viewers, screens and partners share a sentence.
    """
    return sorted(
        _Teller(old, new).sentences(),
        key=lambda one: (not one.looser, one.duty, -one.contexts, one.text),
    )


class _Teller:
    """Two versions of one system, and what their readers need not be told each time."""

    def __init__(self, old: System, new: System) -> None:
        self.old, self.new, self.table = old, new, new.table
        self.places = [self.table.places[name] for name in TOLD if name in self.table.places]
        # What every look has in common that shows anything at all is no news.
        versions = (old, new) if old.table.attributes == new.table.attributes else (new,)
        shown = [box for one in versions for _, box in one.table.shown]
        self.usual = hull(shown) if shown else self.table.everything

    def sentences(self) -> Iterator[Sentence]:
        alike: dict[tuple[bool, int, int], list[ShownOtherwise]] = {}
        for one in shown_otherwise(self.old, self.new):
            duty = one.subject in self.table.duties
            alike.setdefault((duty, one.before, one.after), []).append(one)
        for ones in alike.values():
            cells = {one.subject: self._cells(one.cubes) for one in ones}
            for subjects, box in min(_by_subject(cells), _by_cell(cells), key=len):
                yield self._sentence(
                    [one for one in ones if one.subject in subjects], self._whole(box)
                )

    def _cells(self, cubes: Iterable[Cube]) -> frozenset[Cube]:
        """Return what a sentence tells of `cubes`: single values of what is told."""
        return frozenset(
            cell
            for told_of in {tuple(cube[place] for place in self.places) for cube in cubes}
            for cell in product(*map(_bits, told_of))
        )

    def _whole(self, box: Cube) -> Cube:
        whole = list(self.table.everything)
        for place, bits in zip(self.places, box, strict=True):
            whole[place] = bits
        return tuple(whole)

    def _sentence(self, ones: Sequence[ShownOtherwise], box: Cube) -> Sentence:
        table, first = self.table, ones[0]
        lists = dict.fromkeys(
            tuple(common for cube in one.cubes if (common := meet(cube, box))) for one in ones
        )
        cubes = disjoint(chain.from_iterable(lists)) if len(lists) > 1 else [*next(iter(lists))]
        duty = first.subject in table.duties
        words = DUTY_WORDS if duty else [level.word for level in Treatment]
        before, after = words[first.before], words[first.after]
        subjects = tuple(one.subject for one in ones)
        examples = [told(table, cube) for cube in nlargest(MOST_ASKED, cubes, key=size)]
        who = self._said(box, VIEWER_CLASS, everyone="だれも", words=_VIEWERS)
        kinds = self._said(box, SCREEN_KIND, everyone="どの画面でも", words={}, ending="で")
        relations = self._said(box, RELATION, everyone="どの契約相手", words=_RELATIONS)
        conditions = self._conditions(hull(cubes))
        where = "".join(f"{part}、" for part in (who and f"{who}が", kinds) if part)
        change = _change(before, after, subjects, self._names(subjects), duty=duty)
        return Sentence(
            text=f"{where}{relations}の{change}"
            + (f"（{conditions}のとき）" if conditions else ""),
            looser=first.looser,
            duty=duty,
            who=who,
            kinds=kinds,
            relations=relations,
            subjects=subjects,
            before=before,
            after=after,
            conditions=conditions,
            contexts=sum(map(size, cubes)),
            example=examples[0],
            rules=_rules(self.new, examples, subjects),
            rules_before=_rules(self.old, examples, subjects),
            where=table.words(hull(cubes)),
        )

    def _said(
        self, box: Cube, name: str, *, everyone: str, words: Mapping[str, str], ending: str = ""
    ) -> str:
        """Return the values of one attribute in `box` as the sentence says them."""
        if name not in self.table.attributes:
            return ""
        among = self.table.attributes[name]
        values = self.table.values(box)[name]
        if len(values) == len(among):
            return everyone
        between = "や" if name == RELATION else "・"
        return between.join(words.get(value, value) for value in values) + ending

    def _names(self, subjects: Sequence[str]) -> str:
        known = {**self.old.fields, **self.new.fields}
        names = [known[name].name if name in known else name for name in subjects if name != ROW]
        if not names:
            return ""
        more = len(names) - MOST_NAMES
        listed = "・".join(names[:MOST_NAMES])
        return f"{listed}ほか{more}項目" if more > 0 else listed

    def _conditions(self, around: Cube) -> str:
        """Return what is particular of a box besides what is told: where it is narrower."""
        said = []
        for place, (name, values) in enumerate(self.table.values(around).items()):
            bits = around[place]
            news = bits not in (self.usual[place], self.table.everything[place])
            if news and place not in self.places:
                said.append(f"{name}が{either(values, among=self.table.attributes[name])}")
        return "、".join(said)


def _by_subject(cells: Mapping[str, frozenset[Cube]]) -> list[tuple[frozenset[str], Cube]]:
    """Return the boxes of sentences where subjects share all their cells."""
    alike: dict[frozenset[Cube], list[str]] = {}
    for subject, of in cells.items():
        alike.setdefault(of, []).append(subject)
    return [(frozenset(subjects), box) for of, subjects in alike.items() for box in joined(of)]


def _by_cell(cells: Mapping[str, frozenset[Cube]]) -> list[tuple[frozenset[str], Cube]]:
    """Return the boxes of sentences where cells share all their subjects."""
    subjects: dict[Cube, list[str]] = {}
    for subject, of in cells.items():
        for cell in of:
            subjects.setdefault(cell, []).append(subject)
    alike: dict[frozenset[str], list[Cube]] = {}
    for cell, named in subjects.items():
        alike.setdefault(frozenset(named), []).append(cell)
    return [(named, box) for named, of in alike.items() for box in joined(of)]


def _change(before: str, after: str, subjects: Sequence[str], names: str, *, duty: bool) -> str:
    """Return the end of a sentence. names: of the fields; empty: it is about the row alone."""
    change, looser = f"{before} → {after}", _LEVELS[after] < _LEVELS[before]
    if duty:
        return f"記録を開くとき、義務の{'・'.join(subjects)}が {change} になります"
    if not names:
        return f"記録があることが{'分かるように' if looser else '分からなく'}なります（{change}）"
    if looser and after == Treatment.HIDE.word:
        return f"{names}が {change} になります（欄は出て、値は出ません）"
    if looser:
        return f"{names}を {change} で見られるようになります"
    if after == Treatment.REFUSE.word:
        return f"{names}が {change} となり、見られなくなります"
    return f"{names}を見る形が {change} に厳しくなります"


_LEVELS = {**FROM_WORD, **FROM_DUTY_WORD}


def _rules(system: System, examples: Sequence[Context], subjects: Sequence[str]) -> tuple[str, ...]:
    """Return the rules that say how `subjects` are treated in `examples`, the row included."""
    fields = system.fields
    outputs = {fields[name].item if name in fields else name for name in subjects}
    if not outputs <= {*system.table.duties}:
        outputs.add(ROW)
    return tuple(
        sorted(
            {
                rule
                for context in examples
                for output in outputs
                for rule in system.table.explain(context, output)[1]
            }
        )
    )


def _bits(bits: int) -> list[int]:
    return [1 << n for n in range(bits.bit_length()) if bits >> n & 1]
