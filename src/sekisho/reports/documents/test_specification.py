"""The test specification (試験仕様書): every cell a case, the forbidden, and what was agreed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from sekisho.policy.attributes import RELATION
from sekisho.policy.examples import Example
from sekisho.policy.invariant import WORD_OF_KIND
from sekisho.policy.screens import KEY
from sekisho.policy.system import System
from sekisho.policy.table import Context
from sekisho.policy.treatment import ROW, Treatment
from sekisho.proof.agreed import disagreeing
from sekisho.proof.invariants import leak
from sekisho.reports.documents import words
from sekisho.reports.documents.cases import Case, What, cases, cells, cells_of, counted_by
from sekisho.reports.documents.edition import Edition
from sekisho.reports.documents.expected import action, expectation, record_of
from sekisho.reports.documents.guide import words_of
from sekisho.reports.documents.negative import Negative, negatives
from sekisho.reports.documents.scenes import Stage
from sekisho.reports.shapes import Column, Look, Report, Section, Table, counted

TO_FILL_IN = (
    Column(name="結果", width=2, look=Look.VERDICT),
    Column(name="実施日", width=3, look=Look.BLANK),
    Column(name="実施者", width=3, look=Look.BLANK),
    Column(name="証跡", width=4, look=Look.BLANK),
)
EMPTY = ("",) * len(TO_FILL_IN)
ALL_FIELDS = "（この画面のすべての項目）"
WHOLE = "（画面の振る舞い）"


class Scenes:
    """The situations of a document, each with a number; what was met before keeps its own."""

    def __init__(self, system: System) -> None:
        self._known: dict[tuple[str, ...], str] = {}
        self._names = tuple(system.table.attributes)

    def number(self, context: Context) -> str:
        """Return the number of a situation: nine attributes, since a case names its 契約相手."""
        key = tuple(context.get(name, words.UNKNOWN) for name in self._names if name != RELATION)
        return self._known.setdefault(key, f"S{len(self._known) + 1:03}")

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Yield every situation that has a number: its values, and how to bring it about."""
        names = [name for name in self._names if name != RELATION]
        for key, number in self._known.items():
            yield (number, *key, words.recipe(dict(zip(names, key, strict=True))))

    @property
    def columns(self) -> tuple[Column, ...]:
        names = (name for name in self._names if name != RELATION)
        return (
            Column(name="場面", width=2),
            *(Column(name=name, width=3) for name in names),
            Column(name="作り方", width=14),
        )


def report_of(edition: Edition) -> Report:
    """Return the test specification of one version of one system.

    It covers every cell (screen × field × viewer class × 契約相手), every invariant that binds the
    system and every agreed example. Columns for results are left empty.
    """
    system = edition.system
    stage, scenes = Stage(system), Scenes(system)
    found = cases(system)
    covered = {cell for case in found for cell in cells_of(case, stage=stage)}
    screens = _by_screen(edition, found, scenes)
    forbidden = list(negatives(system, edition.policy.invariants))
    never = _forbidden(edition, forbidden, scenes)
    agreed = _agreed(system, scenes)
    total = len(found) + len(forbidden) + len(system.examples)
    whole = f"{counted(total)} 件、全 {counted(len(covered))} セルを覆う"
    return Report(
        kind="test_specification",
        title=f"{system.name}　試験仕様書",
        subtitle="判定表と整理表のすべてのセルを、試験で確かめる",
        made_at=edition.moment,
        made_on=edition.day,
        position="",
        facts=(*edition.facts, ("試験の数", whole)),
        sections=(
            _reading(edition, found, forbidden, covered=len(covered)),
            Section(
                heading="場面の作り方",
                sentences=(
                    "場面は、契約相手を除く九つの属性の値で決まる。契約相手は試験ごとに記す。",
                    "「不明」は、その値を取れない状態を作ることを言う（台帳にない、など）。",
                    "値は「属性と値」の「導く元」を動かして作る。画面で選ぶのは利用目的だけである。",
                ),
                tables=(Table(caption="場面", columns=scenes.columns, rows=tuple(scenes.rows())),),
            ),
            words_of(edition),
            Section(heading="画面の試験", tables=screens, joined=True),
            never,
            agreed,
            _signed_off(),
        ),
        numbers={
            "cases": len(found),
            "invariants": len(forbidden),
            "examples": len(system.examples),
            "total": total,
            "cells": len(covered),
            "cells_of_the_tables": len(cells(system)),
            "by_kind": {what.value: count for what, count in counted_by(found).items()},
        },
    )


def _by_screen(edition: Edition, found: Iterable[Case], scenes: Scenes) -> tuple[Table, ...]:
    columns = (
        Column(name="番号", width=5),
        Column(name="画面", width=5),
        Column(name="操作（遷移）", width=6),
        Column(name="閲覧者区分", width=4),
        Column(name="契約相手", width=5),
        Column(name="場面", width=3),
        Column(name="項目", width=6),
        Column(name="扱い", width=3, look=Look.TREATMENT),
        Column(name="入れておく値", width=6),
        Column(name="期待する表示", width=8),
        Column(name="どこにもないこと", width=7),
        Column(name="台帳の記録", width=7),
        *TO_FILL_IN,
    )
    return tuple(
        Table(
            caption=f"{screen.id} {screen.name}（{screen.kind}）",
            columns=columns,
            rows=tuple(_row(case, edition, scenes) for case in group),
        )
        for screen, group in groupby(found, key=lambda case: case.screen)
    )


def _row(case: Case, edition: Edition, scenes: Scenes) -> tuple[str, ...]:
    system = edition.system
    field = system.fields.get(case.item.field) if case.item else None
    shown, absent = expectation(case, edition=edition)
    value = words.sample(edition.policy, field).value if field else words.NONE
    return (
        case.number,
        f"{case.screen.id} {case.screen.name}",
        action(case, system),
        case.viewer,
        _each(case, system),
        scenes.number(case.context),
        _named(case, system),
        words.treated(case.form) if case.what is not What.SCREEN else words.NONE,
        value,
        shown,
        absent,
        record_of(case),
        *EMPTY,
    )


def _each(case: Case, system: System) -> str:
    """Return the relations of a case; every one of them is tried."""
    if case.what is What.NOT_MEANT:
        return "どれでも"
    return words.listed(case.relations, among=system.table.attributes.get(RELATION, ()))


def _named(case: Case, system: System) -> str:
    if case.item is None:
        return WHOLE if case.what is What.SCREEN else ALL_FIELDS
    field = system.fields.get(case.item.field)
    use = f"（{case.item.use}）" if case.item.use == KEY else ""
    return f"{field.name if field else case.item.field} {case.item.field}{use}"


def _forbidden(edition: Edition, found: Sequence[Negative], scenes: Scenes) -> Section:
    rows = []
    for one in found:
        broken = leak(edition.policy, edition.system, one.invariant)
        proved = "反例なし" if broken is None else f"反例あり: {broken.sentence}"
        rows.append(
            (
                one.invariant.id,
                one.invariant.sentence,
                WORD_OF_KIND[one.invariant.kind],
                scenes.number(one.context) if one.context else "表と画面を読む",
                (one.context or {}).get(RELATION, words.NONE),
                f"{scenes.number(one.against)} と比べる" if one.against else words.NONE,
                one.said or words.NONE,
                proved,
                one.invariant.basis,
                *EMPTY,
            )
        )
    columns = (
        Column(name="番号", width=2),
        Column(name="いつも守られること", width=9),
        Column(name="種別", width=2),
        Column(name="場面", width=3),
        Column(name="契約相手", width=3),
        Column(name="比べる場面", width=3),
        Column(name="いまの表の答え", width=7),
        Column(name="証明", width=4),
        Column(name="根拠", width=5),
        *TO_FILL_IN,
    )
    return Section(
        heading="見えてはならないことの試験",
        sentences=(
            "不変条件を一つずつ試験にしたもの。場面は、それが破れるとすれば最も近い所から選んだ。",
            "証明はすべての組合せについて機械で済んでいる。ここでは、画面が表のとおりに動くことを見る。",
        ),
        tables=(Table(caption="不変条件", columns=columns, rows=tuple(rows)),),
    )


def _agreed(system: System, scenes: Scenes) -> Section:
    broken = {example.id for example in disagreeing(system)}
    columns = (
        Column(name="番号", width=2),
        Column(name="業務の担当と合意したこと", width=8),
        Column(name="場面", width=2),
        Column(name="契約相手", width=3),
        Column(name="合意した扱い", width=12),
        Column(name="義務", width=5),
        Column(name="いまの表", width=3),
        Column(name="出典", width=5),
        *TO_FILL_IN,
    )
    rows = tuple(
        (
            one.id,
            one.title,
            scenes.number(one.context),
            one.context.get(RELATION, words.UNKNOWN),
            _levels(one, system),
            words.duties_said(one.duties) if one.duties is not None else "問わない",
            "合わない" if one.id in broken else "合う",
            one.source,
            *EMPTY,
        )
        for one in system.examples
    )
    return Section(
        heading="合意した試験例",
        sentences=("人が決めた答えで、計算したものではない。表の答えと一つずつ照らした。",),
        tables=(Table(caption="試験例", columns=columns, rows=rows),),
    )


def _levels(example: Example, system: System) -> str:
    by_form: dict[Treatment, list[str]] = {}
    if example.levels.get(ROW) == Treatment.REFUSE:
        return "記録そのものが出ない"
    for name, level in sorted(example.levels.items(), key=lambda one: one[1]):
        if name != ROW:
            by_form.setdefault(Treatment(level), []).append(name)
    said = [f"{words.treated(form)}: {'、'.join(names)}" for form, names in by_form.items()]
    fields = [
        f"{system.fields[name].name if name in system.fields else name}={level.word}"
        for name, level in example.fields.items()
    ]
    return "。".join((*said, *(("項目では " + "、".join(fields),) if fields else ())))


def _reading(
    edition: Edition, found: Sequence[Case], forbidden: Sequence[Negative], *, covered: int
) -> Section:
    system = edition.system
    counts: Mapping[What, int] = counted_by(found)
    lines = (
        ("項目の表示と検索", "一つの画面の一つの項目を、決められた形で見る", counts[What.FIELD]),
        ("画面の振る舞い", "開くこと、件数の上限、義務", counts[What.SCREEN]),
        ("記録が出ない", "ない記録と見分けが付かないこと", counts[What.NO_ROW]),
        ("状況で閉じる", "その状況では誰の記録も見られないこと", counts[What.SHUT]),
        ("想定しない人", "その画面を使わない閲覧者区分には開かないこと", counts[What.NOT_MEANT]),
        ("見えてはならないこと", "不変条件", len(forbidden)),
        ("合意した試験例", "業務の担当が決めた答え", len(system.examples)),
    )
    return Section(
        heading="この試験の読み方",
        sentences=(
            "セルは、画面・項目（用途ごと）・閲覧者区分・契約相手の組である。",
            f"この表には {counted(covered)} セルあり、試験はそのすべてを覆う。",
            "一つのセルの見え方が場面で変わるときは、見え方ごとに一度ずつ試し、同じ見え方は繰り返さない。",
            "契約相手がいくつもある試験は、そのそれぞれの記録で行い、すべて同じ結果になる。",
            "契約相手の「すべて」はどの値でも、「以外:」は挙げた値のほかのどれでも、を言う。",
            "「入れておく値」は、試験の前にその項目に入れておく架空の値である。",
            "「期待する表示」は、判定表・整理表・マスク方式から計算した、出てよい唯一の形である。",
            "「どこにもないこと」は、画面だけでなく、応答の本文、画面の元、ファイル、通信の記録を見て確かめる。",
            "「台帳の記録」には、ほかに見た人・画面・利用目的と、次の版の要約が入る。",
            f"記録に残る版: sha256:{edition.policy.hash}",
            "詳細・要配慮・帳票では、見てはならない記録と存在しない記録の応答が、同じ文言・状態・時間になる。",
            "結果には合か否を、証跡には画面の写しや応答の控えの番号を書く。否が一つでもあれば公開しない。",
        ),
        tables=(
            Table(
                caption="試験の内訳",
                columns=(
                    Column(name="種類", width=3),
                    Column(name="見ること", width=6),
                    Column(name="件数", width=2, numeric=True),
                ),
                rows=tuple((name, what, counted(count)) for name, what, count in lines),
            ),
        ),
    )


def _signed_off() -> Section:
    columns = (
        Column(name="立場", width=3),
        Column(name="氏名", width=4, look=Look.BLANK),
        Column(name="日付", width=3, look=Look.BLANK),
        Column(name="印", width=3, look=Look.BLANK),
        Column(name="所見", width=8, look=Look.BLANK),
    )
    rows = tuple(
        (who, "", "", "", "") for who in ("試験の実施", "試験の確認", "管理責任者", "第2線")
    )
    return Section(
        heading="実施の確認", tables=(Table(caption="確認", columns=columns, rows=rows),)
    )
