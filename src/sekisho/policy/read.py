"""Tables from the bytes of a folder. What cannot be understood stops all of it, by name and line.

Nothing is half-read: `read` returns a whole policy, or raises Unreadable with every problem.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from itertools import groupby

from sekisho.errors import SekishoError
from sekisho.policy.attributes import Attribute, Value
from sekisho.policy.cells import ANY, filled, plain, values_of, words_of
from sekisho.policy.masking import ItemClass, MaskMethod
from sekisho.policy.read_invariants import invariants_of
from sekisho.policy.read_system import CONDITION, SYSTEM_SHEETS, Shared, system_of, where_of
from sekisho.policy.sheets import MissingSheet, Reader, Row, UnknownSheet
from sekisho.policy.system import KEYS, Policy
from sekisho.policy.watched import Watched

ATTRIBUTES, CLASSES, MASKS, INVARIANTS, WATCHED = (
    "属性.csv",
    "項目区分.csv",
    "マスク方式.csv",
    "不変条件.csv",
    "見張り.csv",  # may be left out
)
SHARED_SHEETS = (ATTRIBUTES, CLASSES, MASKS, INVARIANTS, WATCHED)

MOST_ATTRIBUTES = 15


class TooManyAttributes(SekishoError):
    """More attributes than a proof and an effect can carry."""


def read(files: Mapping[str, bytes]) -> Policy:
    """Return the policy that `files` say.

    files: the bytes of each sheet by its path in the folder of tables (`属性.csv`,
           `託送業務システム/判定表.csv`).

    Raises Unreadable with every problem, its place and its remedy.
    """
    sheets = {path: data for path, data in files.items() if path.endswith(".csv")}
    reader = Reader(sheets)
    names = _systems_in(sheets, reader)
    attributes = _attributes(reader)
    classes = _classes(reader)
    masks = _masks(reader)
    reader.finish()
    shared = Shared(attributes=attributes, classes=classes, masks=masks)
    systems = []
    for name in names:
        own = {path: data for path, data in sheets.items() if path in SHARED_SHEETS[:3]}
        own |= {path: data for path, data in sheets.items() if path.startswith(f"{name}/")}
        systems.append(system_of(reader, folder=name, shared=shared, digest=hash_of(own)))
    known_systems = tuple(dict.fromkeys((*KEYS, *(plain(name) for name in names))))
    invariants = invariants_of(reader, INVARIANTS, shared=shared, systems=known_systems)
    watched = _watched(reader, shared, known_systems) if WATCHED in sheets else ()
    reader.finish()
    return Policy(
        attributes=attributes,
        classes=classes,
        masks=masks,
        invariants=invariants,
        systems={system.key: system for system in systems},
        hash=hash_of(sheets),
        normalised=tuple(reader.normalised),
        watched=watched,
    )


def hash_of(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of `files` in hexadecimal: per file path, LF, length, LF, bytes."""
    digest = sha256()
    for path in sorted(files):
        digest.update(f"{path}\n{len(files[path])}\n".encode())
        digest.update(files[path])
    return digest.hexdigest()


def _systems_in(files: Mapping[str, bytes], reader: Reader) -> list[str]:
    """Return the names of the folders of systems; the seven that ship first, in their order."""
    names = set()
    for path in sorted(files):
        folder, _, sheet = path.rpartition("/")
        if folder and "/" not in folder:
            names.add(folder)
        known = SYSTEM_SHEETS if folder else SHARED_SHEETS
        if sheet not in known or "/" in folder:
            reader.errors.append(
                UnknownSheet(
                    f"「{sheet}」は知らない表です",
                    place=path,
                    remedy=f"ファイルを外すか、名を直してください: {'、'.join(known)}",
                )
            )
    if not names:
        reader.errors.append(
            MissingSheet(
                "システムのフォルダが一つもありません",
                place="判定表のフォルダ",
                remedy="システム名のフォルダに 判定表.csv などを置くか、"
                "フォルダの指定を確かめてください",
            )
        )
    order = list(KEYS)
    return sorted(
        names, key=lambda name: (order.index(name) if name in order else len(order), name)
    )


def _attributes(reader: Reader) -> dict[str, Attribute]:
    rows = reader.rows(
        ATTRIBUTES,
        columns=("属性", "符号", "値", "値の符号", "優先", "側", "導出", "導出元", "相手群"),
        optional=("説明",),
        words=lambda column: column in ("属性", "値"),
    )
    attributes: dict[str, Attribute] = {}
    for name, of in groupby(rows, key=lambda row: row.word("属性")):
        mine = list(of)
        values: list[Value] = []
        with reader.kept():
            if name in attributes:
                raise _repeated("属性", name, mine[0])
            for row in mine:
                value = _value(row)
                if value.word in {known.word for known in values}:
                    raise _repeated(f"「{name}」の値", value.word, row)
                values.append(value)
            attributes[name] = Attribute(
                name=name,
                code=mine[0].filled("符号"),
                side=mine[0].filled("側"),
                values=tuple(values),
            )
    if len(attributes) > MOST_ATTRIBUTES:
        reader.errors.append(
            TooManyAttributes(
                f"属性が {len(attributes)} あります（{MOST_ATTRIBUTES} まで）",
                place=ATTRIBUTES,
                remedy="まとめられる属性を一つにしてください",
            )
        )
    return attributes


def _value(row: Row) -> Value:
    precedence = row.filled("優先")
    if not precedence.isdecimal():
        raise SekishoError(
            f"「優先」の「{precedence}」は数として読めません",
            place=row.at("優先"),
            remedy="1 から始まる整数で書いてください",
        )
    return Value(
        word=row.filled("値"),
        code=row.filled("値の符号"),
        precedence=int(precedence),
        derived_by=row.filled("導出"),
        source=row.raw("導出元"),
        group=row.word("相手群").replace(ANY, ""),
        note=row.raw("説明"),
    )


def _repeated(column: str, word: str, row: Row) -> SekishoError:
    return SekishoError(
        f"{column}「{word}」が二度出てきます",
        place=row.place,
        remedy="同じ属性の行は続けて並べ、同じ値の行は一つにしてください",
    )


def _classes(reader: Reader) -> dict[str, ItemClass]:
    rows = reader.rows(
        CLASSES,
        columns=("項目区分", "符号", "種別"),
        optional=("含むもの", "競争上の敏感さ", "小売へ出せる根拠", "既定の考え方"),
        key="項目区分",
        words=lambda column: column == "項目区分",
    )
    classes = {}
    for row in rows:
        with reader.kept():
            name = row.filled("項目区分")
            classes[name] = ItemClass(name=name, code=row.filled("符号"), kind=row.filled("種別"))
    return classes


def _masks(reader: Reader) -> dict[str, MaskMethod]:
    rows = reader.rows(
        MASKS,
        columns=("マスク方式", "符号", "一部の形", "例の入力", "一部の出力", "使える型"),
        optional=("注意",),
        key="マスク方式",
        words=lambda column: column == "マスク方式",
    )
    masks = {}
    for row in rows:
        with reader.kept():
            name = row.filled("マスク方式")
            types = words_of(row.filled("使える型"))
            masks[name] = MaskMethod(
                name=name,
                code=row.filled("符号"),
                shape=row.raw("一部の形"),
                example=row.raw("例の入力"),
                masked=row.raw("一部の出力"),
                types=() if types == ("すべて",) else types,
            )
    return masks


def _watched(reader: Reader, shared: Shared, systems: Sequence[str]) -> tuple[Watched, ...]:
    rows = reader.rows(
        WATCHED,
        columns=(
            *("見張りID", "文", "対象システム"),
            *(CONDITION + name for name in shared.domains),
            *("根拠", "備考"),
        ),
        key="見張りID",
        words=lambda column: column.startswith(CONDITION) or column == "対象システム",
    )
    watched = []
    for row in rows:
        with reader.kept():
            bound = filled(
                row.raw("対象システム"), name="対象システム", place=row.at("対象システム")
            )
            where = {
                name: words
                for name, words in where_of(row, shared=shared).items()
                if words != set(shared.domains[name])
            }
            if not where:
                raise SekishoError(
                    "条件がすべて「－」で、どの閲覧にも当たります",
                    place=row.place,
                    remedy="起きないはずの組合せになるように、条件を一つ以上書いてください",
                )
            watched.append(
                Watched(
                    id=row.filled("見張りID"),
                    sentence=row.filled("文"),
                    systems=frozenset()
                    if bound == ANY
                    else values_of(
                        bound, name="対象システム", domain=systems, place=row.at("対象システム")
                    ),
                    where=where,
                    basis=row.filled("根拠"),
                    note=row.raw("備考"),
                )
            )
    return tuple(watched)
