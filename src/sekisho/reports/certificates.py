"""The certificate (証明書) as a report: what was proved of which tables, and what was not."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from sekisho.reports.shapes import Column, Report, Section, Table, counted

TITLE = "判定表の証明書"


def report_of(document: Mapping[str, Any], *, key: str, digest: str) -> Report:
    """Return the report of a certificate; its numbers are the certificate itself.

    key: the public key that the file is signed with; digest: the SHA-256 of that file.
    """
    on = date.fromisoformat(document["on"])
    whole = document["held"] + document["broken"]
    held = "反例なし" if not document["broken"] else f"反例あり {counted(document['broken'])} 本"
    return Report(
        kind="proof_certificate",
        title=TITLE,
        subtitle=f"証明 {counted(document['held'])}／{counted(whole)}、{held}",
        made_at=datetime.combine(on, time(), tzinfo=UTC).isoformat().replace("+00:00", "Z"),
        made_on=on.isoformat(),
        position="",
        facts=(
            ("表", f"sha256:{document['policy']}"),
            ("証明した日", on.isoformat()),
            ("関所の版", document["sekisho"]),
            ("検査の誤り", counted(document["lint_errors"])),
            ("公開鍵", f"Ed25519 {key}"),
            ("署名した証明書", f"certificate.json（添付）sha256:{digest}"),
            ("確かめ方", "sekisho prove 表のフォルダ --certificate certificate.json --key 公開鍵"),
        ),
        sections=(
            _systems(document),
            Section(heading="証明していないこと", sentences=tuple(document["not_proved"])),
            _sheets(document),
            *_invariants(document),
        ),
        numbers={"certificate": document},
        handling="社外秘",
    )


def _systems(document: Mapping[str, Any]) -> Section:
    rows = [
        (
            one["name"],
            one["version"],
            f"{one['starts'] or '－'} から {one['ends'] or '－'} の前日まで",
            counted(one["contexts"]),
            counted(sum(each["held"] for each in one["invariants"])),
            counted(sum(not each["held"] for each in one["invariants"])),
            f"{counted(one['examples'] - len(one['disagreeing']))}／{counted(one['examples'])}",
        )
        for one in document["systems"]
    ]
    return Section(
        heading="システムと版ごとの証明",
        sentences=("試したのではなく、組合せのすべてについて証明した。",),
        tables=(
            Table(
                caption="システムと、規則の組が続く期間ごと",
                columns=(
                    Column(name="システム", width=3),
                    Column(name="版", width=3),
                    Column(name="期間", width=4),
                    Column(name="組合せ", numeric=True, width=2),
                    Column(name="守られる", numeric=True),
                    Column(name="破れる", numeric=True),
                    Column(name="試験例", numeric=True),
                ),
                rows=tuple(rows),
            ),
        ),
    )


def _sheets(document: Mapping[str, Any]) -> Section:
    return Section(
        heading="証明した表",
        tables=(
            Table(
                caption="表ごとの要約（SHA-256）",
                columns=(Column(name="表", width=3), Column(name="要約", width=5)),
                rows=tuple(document["sheets"].items()),
            ),
        ),
    )


def _invariants(document: Mapping[str, Any]) -> tuple[Section, ...]:
    return tuple(
        Section(
            heading=f"不変条件 {one['name']} {one['starts'] or ''}".rstrip(),
            tables=(
                Table(
                    caption=f"{one['name']}（{one['version']}）の不変条件",
                    columns=(
                        Column(name="条件", width=1),
                        Column(name="文", width=8),
                        Column(name="結果", width=2),
                    ),
                    rows=tuple(
                        (
                            each["id"],
                            each["sentence"]
                            + (f"（反例: {each['witness']}）" if each["witness"] else ""),
                            "証明済" if each["held"] else "破れる",
                        )
                        for each in one["invariants"]
                    ),
                ),
            ),
        )
        for one in document["systems"]
    )
