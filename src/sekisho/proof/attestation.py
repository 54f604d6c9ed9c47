"""What a certificate (証明書) says: plain values, so that a third party can prove them again."""

from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from sekisho.policy.lint import Severity, lint
from sekisho.policy.read import hash_of
from sekisho.policy.system import Policy
from sekisho.proof.agreed import disagreeing
from sekisho.proof.certificate import Certificate, Proof, Result

KIND = "sekisho.proof"
VERSION = 1

NOT_PROVED = (
    "属性の値が事実であること（発令、端末の台帳、利用許可が正しく登録されていること）",
    "すべての画面が関所を通っていること（通らない画面があれば、この証明は及びません）",
    "画面と項目の一覧に漏れがないこと",
    "証明した表が、いま執行されている表であること（表の要約を、画面と台帳で照らしてください）",
)

Document = Mapping[str, Any]

WORDS: Mapping[str, str] = {
    "kind": "文書の種類",
    "v": "形の版",
    "policy": "表全体の要約",
    "on": "証明した日",
    "sekisho": "関所の版",
    "lint_errors": "検査の誤りの数",
    "held": "守られる不変条件の数",
    "broken": "破れる不変条件の数",
    "not_proved": "証明していないこと",
    "name": "名",
    "version": "版",
    "hash": "要約",
    "ends": "適用の終わり",
    "contexts": "組合せの数",
    "examples": "試験例の数",
    "disagreeing": "合わない試験例",
    "sentence": "文",
    "witness": "反例",
}


def attest(
    policy: Policy, proved: Certificate, *, files: Mapping[str, bytes], on: date, sekisho: str
) -> dict[str, Any]:
    """Return what is certified of `policy`: plain JSON values, the same for the same tables.

    files:   the sheets that the policy was read from; each is named by its SHA-256.
    on:      the day in Japan on which it was proved.
    sekisho: the version of Sekisho that proved it.
    """
    sheets = {path: data for path, data in files.items() if path.endswith(".csv")}
    if not proved.hash == policy.hash == hash_of(sheets):
        raise ValueError("the files, the policy and its proofs are not of one version")
    errors = [found for found in lint(policy) if found.severity is Severity.ERROR]
    return {
        "kind": KIND,
        "v": VERSION,
        "policy": policy.hash,
        "on": on.isoformat(),
        "sekisho": sekisho,
        "sheets": {path: sha256(data).hexdigest() for path, data in sorted(sheets.items())},
        "lint_errors": len(errors),
        "held": proved.held,
        "broken": proved.broken,
        "systems": [_system(policy, proof) for proof in proved.proofs],
        "not_proved": list(NOT_PROVED),
    }


def differences(said: Document, found: Document) -> list[str]:
    """Return in words where a certificate differs from what was proved anew; none: it is true.

    said: what the certificate says; found: what the tables give now. Which Sekisho proved it is
    told by `notes`: another one that proves the same is no difference.
    """
    return [
        *_plain(said, found, place="証明書", leave=frozenset({"sheets", "systems", "sekisho"})),
        *_sheets(_mapping(said.get("sheets")), found["sheets"]),
        *_systems(_listed(said.get("systems")), found["systems"]),
    ]


def notes(said: Document, found: Document) -> list[str]:
    """Return what is worth knowing, and no difference."""
    if said.get("sekisho") == found["sekisho"]:
        return []
    return [f"証明した関所の版は {_short(said.get('sekisho'))}、この関所は {found['sekisho']} です"]


def _system(policy: Policy, proof: Proof) -> dict[str, Any]:
    system = policy.systems[proof.system]
    version = system
    if proof.starts is not None:
        version = system.on(proof.starts)
    elif proof.ends is not None:  # before the first of all days
        version = system.with_rules(tuple(r for r in system.rules if r.starts is None))
    return {
        "system": proof.system,
        "name": proof.name,
        "version": proof.version,
        "hash": proof.hash,
        "starts": proof.starts.isoformat() if proof.starts else None,
        "ends": proof.ends.isoformat() if proof.ends else None,
        "contexts": proof.contexts,
        "invariants": [_invariant(result) for result in proof.results],
        "examples": len(version.examples),
        "disagreeing": [example.id for example in disagreeing(version)],
    }


def _invariant(result: Result) -> dict[str, Any]:
    witness = result.witness
    return {
        "id": result.invariant.id,
        "sentence": result.invariant.sentence,
        "held": result.held,
        "witness": witness.sentence if witness else None,
    }


def _plain(
    said: Document, found: Document, *, place: str, leave: frozenset[str] = frozenset()
) -> Iterator[str]:
    for name in sorted({*said, *found} - leave, key=str):
        if name not in found:
            yield f"{place}: 知らない欄「{_short(name)}」があります"
        elif name not in said or not _same(said[name], found[name]):
            mine, theirs = _short(said.get(name)), _short(found[name])
            yield f"{place}: {WORDS.get(name, name)}が違います（証明書 {mine}、表 {theirs}）"


def _sheets(said: Document, found: Document) -> Iterator[str]:
    for path in sorted({*said, *found}, key=str):
        if path not in found:
            yield f"表「{_short(path)}」: 証明書にあり、フォルダにありません"
        elif path not in said:
            yield f"表「{path}」: フォルダにあり、証明書にありません"
        elif said[path] != found[path]:
            yield f"表「{path}」: 中身が違います（要約が合いません）"


def _systems(said: list[Any], found: list[dict[str, Any]]) -> Iterator[str]:
    mine = _by(said, "system", "starts")
    if len(mine) != len(said):
        yield "証明書: 同じシステムの同じ版が二度書かれているか、形の違う行があります"
    theirs = _by(found, "system", "starts")
    for key in sorted({*mine, *theirs}, key=str):
        one, other = mine.get(key), theirs.get(key)
        place = _place(one or other or {})
        if one is None:
            yield f"{place}: 証明書にありません"
        elif other is None:
            yield f"{place}: 表にない版が証明書にあります"
        else:
            leave = frozenset({"system", "starts", "invariants"})
            yield from _plain(one, other, place=place, leave=leave)
            yield from _invariants(_listed(one.get("invariants")), other["invariants"], place)


def _invariants(said: list[Any], found: list[dict[str, Any]], place: str) -> Iterator[str]:
    mine, theirs = _by(said, "id"), _by(found, "id")
    if len(mine) != len(said):
        yield f"{place}: 同じ不変条件が二度書かれているか、形の違う行があります"
    for key in sorted({*mine, *theirs}, key=str):
        one, other = mine.get(key), theirs.get(key)
        where = f"{place} {_short((one or other or {}).get('id'))}"
        if one is None:
            yield f"{where}: 証明書にありません"
        elif other is None:
            yield f"{where}: 表にない不変条件です"
        elif one.get("held") is not other["held"]:
            words = _held(one.get("held")), _held(other["held"])
            yield f"{where}: 証明書は「{words[0]}」、表は「{words[1]}」です"
            yield from _plain(one, other, place=where, leave=frozenset({"held"}))
        else:
            yield from _plain(one, other, place=where)


def _held(held: object) -> str:
    return {"True": "守られる", "False": "破れる"}.get(str(held), "？")


def _same(one: object, other: object) -> bool:
    """Return whether two values of JSON are the same: 1 is neither true nor 1.0."""
    return type(one) is type(other) and one == other


def _place(one: Document) -> str:
    return f"{_short(one.get('name'))}（{_short(one.get('version'))}）"


def _by(rows: list[Any], *names: str) -> dict[tuple[str, ...], dict[str, Any]]:
    return {
        tuple(repr(row.get(name)) for name in names): row for row in rows if isinstance(row, dict)
    }


def _mapping(value: Any) -> Document:  # noqa: ANN401 - whatever a certificate may hold
    return value if isinstance(value, dict) else {}


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - whatever a certificate may hold
    return value if isinstance(value, list) else []


def _short(value: object) -> str:
    """Return a value of a certificate that nobody vouches for, as it may stand in a line.

    Cut to what fits, and without signs that a terminal would obey.
    """
    text = "なし" if value is None else str(value)
    text = "".join(sign if sign.isprintable() else "？" for sign in text)
    return text if len(text) <= 64 else f"{text[:61]}…"
