"""What a test case expects to see, what must not be there, and what the ledger must hold."""

from sekisho.policy.screens import KEY
from sekisho.policy.system import System
from sekisho.policy.treatment import Treatment
from sekisho.reports.documents import words
from sekisho.reports.documents.cases import Case, What
from sekisho.reports.documents.edition import Edition

SAME_AS_ABSENT = "記録そのものが出ない。存在しない番号を入れたときと、文言・状態・件数・時間が同じ"
SHUT_WORDS = "この状況では開けないことだけを出す。記録の有無に触れない"
NOT_MEANT_WORDS = "画面を開けない。存在しない画面と同じ応答"
NO_HIT = "該当なし。存在しない番号で探したときと同じ応答"


def expectation(case: Case, *, edition: Edition) -> tuple[str, str]:
    """Return what a case expects to see, and what must not be there."""
    match case.what:
        case What.NOT_MEANT:
            return NOT_MEANT_WORDS, "項目の名、件数、ほかの利用者向けの案内"
        case What.SHUT:
            return SHUT_WORDS, "記録、項目の名、件数"
        case What.NO_ROW:
            return (
                (NO_HIT if case.screen.kind == "検索" else SAME_AS_ABSENT),
                "記録、項目の名と値、件数、並びの空き、応答の違い",
            )
        case What.SCREEN:
            return _behaviour(case), words.NONE
        case What.FIELD:
            return _of_field(case, edition=edition)


def _of_field(case: Case, *, edition: Edition) -> tuple[str, str]:
    item = case.item
    field = edition.system.fields.get(item.field) if item else None
    if item is None or field is None:
        return "項目がない", "キー、見出し、値"
    of = words.sample(edition.policy, field)
    if item.use == KEY:
        if case.usable:
            return f"「{of.value}」で探すと、その記録が見つかる", words.NONE
        return f"「{of.value}」で探しても、{NO_HIT}", "記録、件数、あいまいな一致の候補"
    return words.expected(case.form, of=of), words.unsent(case.form, field, of=of)


def _behaviour(case: Case) -> str:
    duties = [
        f"{duty}: {words.DUTIES.get(duty, '要')}" for duty in words.DUTIES if duty in case.duties
    ]
    opened = "画面が開く" if case.screen.kind not in ("CSV", "連携") else "ファイルか連携が出る"
    limit = f"。一度に {case.screen.limit:,} 件まで" if case.screen.limit else ""
    return f"{opened}{limit}。" + ("。".join(duties) + "。" if duties else "義務はない。")


def record_of(case: Case) -> str:
    """Return what the ledger must hold after the case was tried."""
    if case.what in (What.NOT_MEANT, What.NO_ROW, What.SHUT):
        owed = [one for one in words.OF_A_REFUSAL if one in case.duties]
        also = f"。{'、'.join(owed)}を行う" if owed and case.what is What.SHUT else ""
        return f"{words.REFUSED}{also}"
    if case.what is What.SCREEN:
        forms = f"義務 {words.duties_said(case.duties)}"
    elif case.item and case.item.use == KEY:
        forms = "探した語"
    elif case.form == Treatment.REFUSE:
        forms = f"{case.item.field if case.item else ''} は入らない"
    else:
        forms = f"{case.item.field if case.item else ''}={case.form.word}"
    return words.recorded(case.screen, duties=case.duties, forms=forms)


def action(case: Case, system: System) -> str:
    """Return what the tester does to come to the screen."""
    if case.way is None:
        return f"{case.screen.path} を直接開く"
    source = system.screens.get(case.way.source)
    start = source.id if source else case.way.source
    return f"{start} で「{case.way.action}」（{case.way.id}）"
