"""sekisho grants …: what is checked about grants without the site."""

import json
from pathlib import Path
from typing import Annotated

import typer

from sekisho_cli.foreign import reconcile

SOUND, FAULTY, UNUSABLE = 0, 1, 2


def register(app: typer.Typer) -> None:
    grants = typer.Typer(help="利用申請、承認、利用許可", no_args_is_help=True)
    grants.command()(verify)
    grants.command()(reconcile)
    app.add_typer(grants, name="grants")


def verify(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="申請の画面から取り出した承認の証拠", metavar="FILE"
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="結果を JSON で出す")] = False,
) -> None:
    """取り出した承認の証拠を、データベースも通信も使わずに確かめます。

    規程、申請、決定の文のつながり、承認者ごとの署名（正確なページ、本人の確認、複製できない鍵）、
    期間が申請の範囲にあることを見ます。鍵がその人のものだったことは、出てくる鍵の指紋を
    認証器の台帳と比べてください。

    終了コード: 0 全員の承認がそろっている、1 そろっていないか正しくない、2 読めない。
    """
    from sekisho.grants import decisions, verifying

    try:
        approval = verifying.read(file.read_bytes())
    except verifying.NotAnApproval:
        typer.echo(
            f"{file}: 承認の証拠ではないか、書き出した後に変わっています。"
            "申請の画面から、もう一度取り出してください",
            err=True,
        )
        raise typer.Exit(UNUSABLE) from None
    problems = verifying.problems(approval)
    said = [] if problems else [(decisions.read(one.body), one.proof) for one in approval.parts]
    approved = not problems and verifying.is_approved(approval)
    if as_json:
        answers = [
            {
                "party": one.party,
                "verdict": one.verdict.value,
                "person": one.by.person,
                "at": one.at.isoformat(),
                "key": verifying.fingerprint(proof.public_key),
            }
            for one, proof in said
        ]
        typer.echo(
            json.dumps(
                {"approved": approved, "problems": list(problems), "decisions": answers},
                ensure_ascii=False,
            )
        )
    else:
        for one, proof in said:
            key = verifying.fingerprint(proof.public_key)
            typer.echo(f"{one.party}\t{one.verdict.value}\t{one.by.person}\t{one.at}\t{key}")
        for problem in problems:
            typer.echo(problem)
    typer.echo("全員の承認がそろっています" if approved else "承認はそろっていません", err=True)
    raise typer.Exit(SOUND if approved else FAULTY)
