"""Is this installation whole? Each check is one sentence, and says what to do."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sekisho_cli.progress import errors
from sekisho_cli.site import Home

if TYPE_CHECKING:
    from sekisho.policy.system import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    name: str
    ok: bool
    sentence: str


def register(app: typer.Typer) -> None:
    app.command()(check)


def check(
    home: Home = None,
    as_json: Annotated[bool, typer.Option("--json", help="結果を JSON で出す")] = False,
) -> None:
    """この導入を点検します（判定表、不変条件、データベースの版と役割）。

    終了の値: 0 すべてよい、1 直すところがある。
    """
    from sekisho_links.postgres import default_home

    checks = [*tables(), *database(home or default_home())]
    if as_json:
        typer.echo(json.dumps({"checks": [asdict(c) for c in checks]}, ensure_ascii=False))
    else:
        for line in checks:
            typer.echo(f"{'○' if line.ok else '×'} {line.sentence}")
    raise typer.Exit(0 if all(line.ok for line in checks) else 1)


def tables() -> Iterator[Check]:
    from sekisho.policy.lint import Severity, lint
    from sekisho.proof.certificate import certificate
    from sekisho_links.policy.folders import shipped_policy

    policy = shipped_policy()
    wrong = [finding for finding in lint(policy) if finding.severity is Severity.ERROR]
    yield Check(
        name="lint",
        ok=not wrong,
        sentence=f"判定表の検査: 誤り {len(wrong)} 件（表 sha256:{policy.hash[:12]}…）",
    )
    proofs = certificate(policy).proofs
    broken = [result for proof in proofs for result in proof.broken]
    proved = sum(len(proof.results) for proof in proofs)
    yield Check(
        name="proof",
        ok=not broken,
        sentence=f"不変条件: 証明済 {proved - len(broken):,}／{proved:,}"
        + "".join(
            f"\n  {result.invariant.id} {result.invariant.sentence}" for result in broken[:5]
        ),
    )
    yield examples(policy)


def examples(policy: "Policy") -> Check:
    from sekisho.proof.agreed import disagreeing

    wrong = [one for system in policy.systems.values() for one in disagreeing(system)]
    agreed = sum(len(system.examples) for system in policy.systems.values())
    return Check(
        name="examples",
        ok=not wrong,
        sentence=f"試験例: 合意のとおり {agreed - len(wrong):,}／{agreed:,}"
        + "".join(f"\n  {one.id} {one.title}" for one in wrong[:5]),
    )


def database(home: Path) -> Iterator[Check]:
    import os

    import psycopg

    from sekisho_links.postgres import refusal_to_serve, running

    url = os.environ.get("DATABASE_URL")
    if not url:
        endpoint = running(home) or running(home / "demo")
        if endpoint is None:
            yield Check(
                name="database",
                ok=False,
                sentence="データベースは動いていません。`sekisho serve` で起こしてください",
            )
            return
        url = endpoint.url("app")
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            refusal = refusal_to_serve(connection)
    except psycopg.OperationalError:
        errors.print("接続の誤りの詳細は、データベースの側の記録を見てください")
        yield Check(
            name="database",
            ok=False,
            sentence="データベースに接続できません。"
            "DATABASE_URL と PostgreSQL の起動を確かめてください",
        )
        return
    sentence = (
        f"データベース: {refusal}"
        if refusal
        else "データベース: PostgreSQL 18 以上、アプリの役割は行の守りを越えられません"
    )
    yield Check(name="database", ok=refusal is None, sentence=sentence)
