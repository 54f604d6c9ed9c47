"""The words that all documents share: forms with a concrete value, duties, recipes, records."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sekisho.policy.attributes import (
    ACCOUNT_STATE,
    APPROVAL,
    AUTHENTICATION,
    CIRCUMSTANCE,
    PURPOSE,
    SCOPE,
    SCREEN_KIND,
    TERMINAL,
    VIEWER_CLASS,
)
from sekisho.policy.cells import ANY, NONE_OF, plain
from sekisho.policy.masking import AS_IS, Field
from sekisho.policy.masks import mask
from sekisho.policy.screens import Screen
from sekisho.policy.system import Policy
from sekisho.policy.table import Context
from sekisho.policy.treatment import Treatment

NONE = "－"
MASKED = "＊"
EVERY = "すべて"
UNKNOWN = "不明"
ANYTHING = "試験用の値"  # where neither sheet gives an example

# What each duty asks of the screen. A duty that stands in no list here is named as it is.
DUTIES: Mapping[str, str] = {
    "理由入力": "画面を開く前に、理由の区分と番号を入れさせる。入れるまで何も出さない",
    "同意確認": "画面を開く前に、本人の同意を確かめたことを入れさせる",
    "重点記録": "閲覧の記録を重点（水準2）で残す",
    "複写禁止": "印刷用の形を作らず、画面に透かしを入れ、帳票・CSV・連携を出さない",
    "第2線通知": "その場で第2線（行為規制の部署）へ知らせる",
    "事後点検": "閲覧の後、所有会社の点検の一覧に載せる",
    "返却廃棄": "使い終わったら、控えの返却か廃棄を確かめる",
}
OF_A_REFUSAL = ("重点記録", "第2線通知")  # where nothing is shown, only these are carried out

ACTS = {"検索": "検索", "帳票": "印刷", "CSV": "出力", "連携": "出力"}  # else 閲覧


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A concrete value of a field, and what its mask leaves of it. part: None is nothing."""

    value: str
    part: str | None


def sample(policy: Policy, field: Field) -> Sample:
    """Return the example of 整理表, or that of the mask where the sheet gives none."""
    method = policy.masks.get(field.mask)
    known = (field.example, method.example if method else "")
    value = next((one for one in known if plain(one) not in ("", ANY)), ANYTHING)
    return Sample(value=value, part=mask(field.mask, value))


def treated(form: Treatment) -> str:
    """Return a treatment with its sign, so that it can be told without colour."""
    return f"{form.sign} {form.word}"


def expected(form: Treatment, *, of: Sample) -> str:
    """Return what stands on the screen, in the file or in the answer."""
    match form:
        case Treatment.SHOW:
            return of.value
        case Treatment.PART:
            return MASKED if of.part is None else of.part
        case Treatment.CODE:
            return "16桁の符号（0〜9、a〜f）。同じ値には同じ符号"
        case Treatment.HIDE:
            return MASKED
        case Treatment.REFUSE:
            return "項目がない"


def unsent(form: Treatment, field: Field, *, of: Sample) -> str:
    """Return what must not reach the browser, the file or the answer at all."""
    match form:
        case Treatment.SHOW:
            return NONE
        case Treatment.PART:
            return NONE if field.mask == AS_IS else f"元の値「{of.value}」"
        case Treatment.CODE:
            return f"元の値「{of.value}」とその一部"
        case Treatment.HIDE:
            return f"値「{of.value}」とその一部。キーは置き、値は null"
        case Treatment.REFUSE:
            return f"キー、見出し、値「{of.value}」。空欄も置かない"


def mask_of(policy: Policy, field: Field, form: Treatment, *, of: Sample) -> str:
    """Return the mask under which 一部 leaves the door, with its value before and after."""
    if form != Treatment.PART:
        return NONE
    method = policy.masks.get(field.mask)
    shape = f"{field.mask}（{method.shape}）" if method else field.mask
    return f"{shape}　{of.value} → {MASKED if of.part is None else of.part}"


def duties_said(duties: Collection[str]) -> str:
    """Return duties in the order in which they are explained."""
    known = [duty for duty in DUTIES if duty in duties]
    return "、".join((*known, *sorted(set(duties) - DUTIES.keys()))) or NONE


def recorded(screen: Screen, *, duties: Collection[str], forms: str) -> str:
    """Return what the ledger must hold after a look that showed something."""
    level = "水準2" if "重点記録" in duties else "水準1"
    return f"{ACTS.get(screen.kind, '閲覧')}・{level}: {forms}"


REFUSED = "拒否: 表示した項目なし"


def recipe(context: Context) -> str:
    """Return the attributes as one sentence by which a tester brings the situation about.

    An attribute that is missing or 不明 must not be known: no such value can be found for it.
    The relation is left out: a case names its own.
    """

    def said(name: str) -> str:
        return context.get(name) or UNKNOWN

    return (
        f"{said(VIEWER_CLASS)}の人（アカウントは{said(ACCOUNT_STATE)}）が、"
        f"{said(TERMINAL)}から{said(AUTHENTICATION)}でサインインし、"
        f"利用許可は承認「{said(APPROVAL)}」のもので、利用目的「{said(PURPOSE)}」を選び、"
        f"状況が{said(CIRCUMSTANCE)}のとき、対象範囲が{said(SCOPE)}の記録を、{said(SCREEN_KIND)}で開く"
    )


def listed(values: Sequence[str], *, among: Sequence[str]) -> str:
    """Return values of an attribute as the sheets write them: all of them, or the shorter list."""
    left_out = [value for value in among if value not in values]
    if not left_out:
        return EVERY
    if len(left_out) < len(values) - 1:
        return f"{NONE_OF}{'、'.join(left_out)}"
    return "、".join(values)
