"""sekisho ledger verify: is the ledger what it was when it was written?"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sekisho_cli.homes import database_of
from sekisho_cli.progress import Steps
from sekisho_cli.site import Home

if TYPE_CHECKING:
    from sekisho_links.ledger.examine import Findings

SOUND, FAULTY, UNUSABLE = 0, 1, 2
SHOWN = 20  # faults on the screen; all of them in the JSON

OwnerUrl = Annotated[
    str | None,
    typer.Option(
        "--owner-url",
        envvar="SEKISHO_DATABASE_OWNER_URL",
        help="データベースの住所（持ち主の役割）。書かなければ状態フォルダーの内蔵データベースです。",
        show_envvar=True,
    ),
]


def register(app: typer.Typer) -> None:
    ledger = typer.Typer(help="台帳（閲覧と変更の記録）", no_args_is_help=True)
    ledger.command(name="verify")(verify)
    app.add_typer(ledger, name="ledger")


def verify(
    home: Home = None,
    owner_url: OwnerUrl = None,
    as_json: Annotated[bool, typer.Option("--json", help="結果を JSON で出す")] = False,
) -> None:
    """台帳を検証します（葉、詳細の約束値、件数と順、守りの仕組みと権限）。

    封緘（署名と立会人）の前の検証です。終了コード: 0 異常なし、1 異常あり、2 検証できない。
    """
    import psycopg

    from sekisho.errors import SekishoError
    from sekisho_links.postgres import default_home

    where = home or default_home()
    steps = Steps(quiet=as_json)
    try:
        if owner_url:
            findings = _examined(owner_url, where, steps)
        else:
            with database_of(where, what="台帳") as (url, place):
                findings = _examined(url, place, steps)
    except SekishoError as error:
        typer.echo(error, err=True)
        raise typer.Exit(UNUSABLE) from None
    except psycopg.Error as error:
        # the text of the error may hold a row: only its code is said
        typer.echo(
            f"データベース: 台帳を読めません（{error.sqlstate or '接続できません'}）。"
            "持ち主の役割でつないでいるか、migrate が済んでいるかを確かめてください",
            err=True,
        )
        raise typer.Exit(UNUSABLE) from None
    if as_json:
        typer.echo(json.dumps(_as_json(findings), ensure_ascii=False))
    else:
        _show(findings)
    raise typer.Exit(FAULTY if findings.faults else SOUND)


def _examined(url: str, home: Path, steps: Steps) -> "Findings":
    import psycopg

    from sekisho_links.ledger.examine import examine
    from sekisho_links.ledger.keys import Keys

    with (
        psycopg.connect(url, autocommit=True, connect_timeout=5) as connection,
        steps.step("verify", "台帳を検証しています") as report,
    ):
        return examine(connection, keys=Keys(home / "keys"), report=report)


def _as_json(findings: "Findings") -> dict[str, object]:
    return {
        "sound": not findings.faults,
        "records": findings.records,
        "gaps": findings.gaps,
        "shards": [asdict(shard) for shard in findings.shards],
        "faults": [asdict(fault) for fault in findings.faults],
    }


def _show(findings: "Findings") -> None:
    for shard in findings.shards:
        erased = f"、消去済み {shard.erased:,}" if shard.erased else ""
        typer.echo(f"{shard.origin}: 記録 {shard.records:,}、詳細 {shard.details:,}{erased}")
    if findings.gaps:
        typer.echo(
            f"使われていない番号 {findings.gaps:,}: 取り消された書き込みか、停止のときに"
            "取り置かれた番号です。封緘の前は、丸ごと消された記録と区別できません"
        )
    for fault in findings.faults[:SHOWN]:
        typer.echo(f"異常 {fault}")
    if len(findings.faults) > SHOWN:
        typer.echo(f"ほか {len(findings.faults) - SHOWN:,} 件（--json ですべて出ます）")
    if findings.faults:
        typer.echo(f"異常 {len(findings.faults):,} 件")
    else:
        typer.echo(f"異常なし（記録 {findings.records:,} 件）")
