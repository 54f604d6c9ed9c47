"""What stands before the screens of a specification: how it is read, for somebody quite new."""

from sekisho.policy.attributes import Attribute
from sekisho.policy.masking import AS_IS, NEVER, NO_PART
from sekisho.policy.treatment import Treatment
from sekisho.reports.documents import words
from sekisho.reports.documents.edition import Edition
from sekisho.reports.shapes import Column, Look, Section, Table

_MEANING = {
    Treatment.SHOW: ("値をそのまま出す", "値"),
    Treatment.PART: ("マスク方式で一部だけを出す。元の値は送らない", "マスクした後の文字だけ"),
    Treatment.CODE: ("値の代わりに符号を出す。符号から値は作れない", "16桁の符号だけ"),
    Treatment.HIDE: ("見出しは置き、値は＊にする", "キーと null"),
    Treatment.REFUSE: ("項目を置かない。見出しも空欄も作らない", "何も送らない（キーもない）"),
}


def before_screens(edition: Edition) -> tuple[Section, ...]:
    """Return the chapters on reading, on answers that must be alike, and on the words used."""
    return (_reading(), _alike(), _duties(), _masks(edition), words_of(edition))


def _reading() -> Section:
    rows = tuple((words.treated(form), meaning, sent) for form, (meaning, sent) in _MEANING.items())
    return Section(
        heading="この仕様書の読み方",
        sentences=(
            "この仕様書は、判定表と整理表から機械で作ったもので、画面を作る人のための正本である。",
            "扱いは五つあり、上ほど緩く、下ほど厳しい。迷ったときは厳しいほうにする。",
            "画面ごとに、まず「場面」を読む。記録が見えるのは、どれかの場面に当たるときだけである。",
            "次に「項目ごとの扱い」を読む。項目・閲覧者区分・契約相手ごとに、出す形が一行で書いてある。",
            "表のどの行にも当たらないもの、値の分からない属性が一つでもあるものは、すべて拒否である。",
            "マスクはサーバーで掛ける。画面の側で隠すことは、送ったことと同じである。",
            "画面を移るたびに判定し直す。前の画面で見えたことを理由に、次の画面で見せない。",
            "「すべて」はどの値でも、「以外:」は挙げた値のほかのどれでも、を言う。",
            "例の値は架空のものである。「→」の右が、出てよい形のすべてである。",
        ),
        tables=(
            Table(
                caption="五つの扱い",
                columns=(
                    Column(name="扱い", width=2, look=Look.TREATMENT),
                    Column(name="意味", width=8),
                    Column(name="ブラウザー・ファイル・連携先へ送るもの", width=6),
                ),
                rows=rows,
            ),
        ),
    )


def _alike() -> Section:
    rows = (
        (
            "番号や内部IDで一件を開く",
            "同じ「見つかりません」。状態の番号、本文、かかる時間を同じにする",
        ),
        ("条件で探す", "該当なし。件数、候補、あいまいな一致を出さない"),
        ("一覧を出す", "その記録がない一覧。合計、頁の数、並びの空きから分かるものを残さない"),
        ("帳票・CSV・連携に出す", "その記録がない出力。除いた件数を書かない"),
        ("想定しない人が画面を開く", "存在しない画面と同じ応答"),
        ("端末・認証・利用許可が足りない", "開けないことと、足りないもの。記録に触れる前に答える"),
    )
    keys = (
        "検索条件に使えるのは、その記録でその項目が値のまま出るとき（表示、または「変えない」の一部）だけである。",
        "値のまま出ない項目で探したときは、当たる記録があっても、該当なしと同じ応答にする。",
        "氏名・カナは、住所と合わせたときだけ探せる。氏名だけで人を探させない。",
        "遷移で引き継ぐのは、検索条件か内部IDだけである。値を引き継がず、行き先で必ず判定し直す。",
        "見つからない検索が続いたときは、その日の検索を閉じる。番号を順に試されないためである。",
    )
    return Section(
        heading="見てはならない記録と、ない記録を同じにする",
        sentences=(
            "見てはならない記録があることも、知らせてはならない。次の場面では、ない記録と見分けが付かないようにする。",
            *keys,
        ),
        tables=(
            Table(
                caption="同じにする応答",
                columns=(Column(name="場面", width=4), Column(name="応答", width=10)),
                rows=rows,
            ),
        ),
    )


def _duties() -> Section:
    return Section(
        heading="義務",
        sentences=(
            "場面の「義務」に挙げたものは、画面が果たす。一つでも果たせない画面では、拒否にする。",
            f"何も見せなかったときに行うのは、{'と'.join(words.OF_A_REFUSAL)}だけである。",
            "表示の前に、誰が・どの画面で・どの項目を・どの形で見たかを台帳に残す。残せなければ表示しない。",
        ),
        tables=(
            Table(
                caption="義務の中身",
                columns=(Column(name="義務", width=3), Column(name="画面がすること", width=12)),
                rows=tuple(words.DUTIES.items()),
            ),
        ),
    )


def _masks(edition: Edition) -> Section:
    used = {field.mask for field in edition.system.fields.values()}
    rows = tuple(
        (
            one.name,
            one.shape,
            one.example,
            one.masked or words.MASKED,
            "、".join(one.types) or "すべて",
        )
        for one in edition.policy.masks.values()
        if one.name in used
    )
    return Section(
        heading="マスク方式",
        sentences=(
            "一部の形は、次の方式だけで作る。形の分からない値からは、何も残さない。",
            f"「{NO_PART}」は一部の形がなく非表示に、「{NEVER}」は拒否になる。「{AS_IS}」の一部は値そのものである。",
        ),
        tables=(
            Table(
                caption="このシステムで使う方式",
                columns=(
                    Column(name="マスク方式", width=3),
                    Column(name="一部の形", width=6),
                    Column(name="例の値", width=4),
                    Column(name="出る形", width=4),
                    Column(name="使える型", width=3),
                ),
                rows=rows,
            ),
        ),
    )


def words_of(edition: Edition) -> Section:
    """Return the chapter on the attributes: every value, and what it is derived from."""
    rows = tuple(row for one in edition.policy.attributes.values() for row in _values(one))
    return Section(
        heading="属性と値",
        sentences=(
            "扱いは、次の属性の値だけで決まる。値は画面の利用者に選ばせず、記した元から導く（利用目的を除く）。",
        ),
        tables=(
            Table(
                caption="属性の値と導き方",
                columns=(
                    Column(name="属性", width=3),
                    Column(name="値", width=3),
                    Column(name="側", width=2),
                    Column(name="導き方", width=3),
                    Column(name="導く元", width=6),
                    Column(name="説明", width=9),
                ),
                rows=rows,
            ),
        ),
    )


def _values(attribute: Attribute) -> list[tuple[str, ...]]:
    return [
        (
            attribute.name,
            one.word,
            attribute.side,
            one.derived_by,
            one.source,
            one.note or words.NONE,
        )
        for one in attribute.values
    ]
