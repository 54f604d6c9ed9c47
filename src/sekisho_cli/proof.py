"""sekisho prove, sekisho decide."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from sekisho_cli.site import Home

if TYPE_CHECKING:
    from sekisho.errors import SekishoError
    from sekisho.policy.system import Policy, System
    from sekisho.proof.certificate import Proof

HOLDS, BROKEN, UNUSABLE = 0, 1, 2

SYSTEM_HELP = "システムの名、符号（takuso）、略号（TK）のどれか。"
JSON_HELP = "結果を JSON で標準出力に書きます。"


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command(name="prove")(prove)
    app.command(name="decide")(decide)


def prove(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="判定表のフォルダ、ブック（.xlsx）、CSV の ZIP。"
            "書かなければ、同梱の七つのシステムの表を証明します。",
            metavar="[DIR]",
        ),
    ] = None,
    system: Annotated[str | None, typer.Option(help=SYSTEM_HELP + "書かなければ全部。")] = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
    against: Annotated[
        Path | None,
        typer.Option(
            "--certificate",
            help="この証明書と一行ずつ比べ、署名を確かめます。違う所は言葉で示します。",
            metavar="FILE",
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(help="証明書の署名者から別の道で受け取った公開鍵（base64、44 文字）。"),
    ] = None,
    write: Annotated[
        Path | None,
        typer.Option(
            "--write-certificate",
            help="署名した証明書を新しいファイルに書きます。鍵は状態フォルダーのものです。",
            metavar="FILE",
        ),
    ] = None,
    home: Home = None,
) -> None:
    """不変条件が、すべての組合せで守られることを証明します。

    終了コード: 0 すべて守られる（証明書とも同じ）、1 破れるものがある（反例を一文で示す）か
    証明書と違う、2 表か証明書が読めない。
    """
    if against is not None or write is not None:
        _certify(
            folder, against=against, key=key, write=write, home=home, system=system, as_json=as_json
        )
    from sekisho.policy.lint import Severity, lint
    from sekisho.proof.certificate import proofs
    from sekisho_cli.progress import Steps
    from sekisho_links.policy.workbooks import address_of

    policy = _policy(folder)
    for finding in lint(policy):
        if finding.severity == Severity.ERROR:
            place = address_of(finding.place) if folder and folder.is_file() else finding.place
            typer.echo(f"誤り {place}: {finding.problem}。{finding.remedy}", err=True)
    keys = frozenset({_system(policy, system).key}) if system else frozenset()
    done: list[Proof] = []
    with Steps(quiet=as_json).step("prove", "不変条件を証明しています") as report:
        for proof in proofs(policy, systems=keys):
            done.append(proof)
            report(len(done), total=len(keys) or len(policy.systems))
    if as_json:
        typer.echo(json.dumps({"systems": [_as_json(proof) for proof in done]}, ensure_ascii=False))
    else:
        _show_proofs(policy, done)
    raise typer.Exit(BROKEN if any(proof.broken for proof in done) else HOLDS)


def _certify(
    folder: Path | None,
    *,
    against: Path | None,
    key: str | None,
    write: Path | None,
    home: Path | None,
    system: str | None,
    as_json: bool,
) -> NoReturn:
    """Write a certificate, or hold one against the tables; then end the command."""
    from sekisho.errors import SekishoError
    from sekisho_cli import certificates
    from sekisho_links.postgres import default_home
    from sekisho_links.proof.signing import certificate_in

    if system is not None or (against is not None and write is not None):
        _unusable(
            SekishoError(
                "証明書は、表の全部について、書くか比べるかのどちらかです",
                place="引数",
                remedy="--system を外し、書くか比べるかの一方だけを指定してください",
            )
        )
    try:
        found = None if against is None else certificate_in(against)
        policy, files = _policy(folder), certificates.files_of(folder)
        if found is not None:
            status = certificates.check(policy, files, found, key=key, as_json=as_json)
        else:
            where = home or default_home()
            status = certificates.write(policy, files, write or Path(), home=where)
    except SekishoError as error:
        _unusable(error)
    raise typer.Exit(status)


def decide(
    system: Annotated[str, typer.Option(help=SYSTEM_HELP)],
    values: Annotated[
        list[str] | None,
        typer.Argument(
            help="属性=値 を空白で区切って並べます。書かない属性は不明になり、すべて拒否です。",
            metavar="属性=値…",
        ),
    ] = None,
    tables: Annotated[
        Path | None, typer.Option(help="判定表のフォルダ。書かなければ同梱の表。")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=JSON_HELP)] = False,
) -> None:
    """一つの状況の組を判定し、区分と項目の扱い、語った規則を示します。

    例: sekisho decide --system 託送業務システム 閲覧者区分=新電力 利用目的=小売供給 …
    """
    from sekisho.policy.plan import plan

    policy = _policy(tables)
    chosen = _system(policy, system)
    context = _context(policy, values or [])
    decision, fields = chosen.table.decide(context), plan(chosen, context)
    answer = {
        "system": chosen.name,
        "context": context,
        "classes": {name: level.word for name, level in decision.levels.items()},
        "fields": {name: level.word for name, level in fields.items()},
        "duties": [duty for duty in chosen.table.duties if duty in decision.duties],
        "rules": {
            name: list(chosen.table.explain(context, name)[1]) for name in chosen.table.classes
        },
    }
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        _show_decision(chosen, context)


def _policy(folder: Path | None) -> "Policy":
    """Return the tables of `folder`, or those that ship. Ends the command where it cannot."""
    from sekisho.errors import SekishoError
    from sekisho.policy.sheets import Unreadable
    from sekisho_links.policy.folders import policy_at, shipped_policy

    try:
        if folder is None:
            return shipped_policy()
        return policy_at(folder)
    except Unreadable as error:
        for one in error.errors:
            typer.echo(str(one), err=True)
        typer.echo(f"表を読めません（{len(error.errors)} 件）", err=True)
        raise typer.Exit(UNUSABLE) from None
    except SekishoError as error:
        _unusable(error)


def _system(policy: "Policy", name: str) -> "System":
    from sekisho.errors import SekishoError
    from sekisho.policy.cells import plain

    found = policy.system(plain(name))
    if found is None:
        known = "、".join(f"{one.name}（{one.key}）" for one in policy.systems.values())
        _unusable(
            SekishoError(
                f"システム「{name}」がありません",
                place="--system",
                remedy=f"次のいずれかを指定してください: {known}",
            )
        )
    return found


def _context(policy: "Policy", values: list[str]) -> dict[str, str]:
    """Return the context that was typed. An attribute or value that is not known ends it."""
    from sekisho.errors import SekishoError
    from sekisho.policy.cells import UNKNOWN, known, plain

    context = {}
    try:
        for typed in values:
            name, equals, value = plain(typed).partition("=")
            if not equals:
                remedy = "属性=値 の形で書いてください"
                _unusable(SekishoError(f"「{typed}」は読めません", place="引数", remedy=remedy))
            name = known(name.strip(), name="属性", domain=tuple(policy.attributes), place="引数")
            value = plain(value)
            if value not in ("不明", UNKNOWN):
                words = policy.attributes[name].words
                context[name] = known(value, name=name, domain=words, place="引数")
    except SekishoError as error:
        _unusable(error)
    return {name: context[name] for name in policy.attributes if name in context}


def _unusable(error: "SekishoError") -> NoReturn:
    typer.echo(str(error), err=True)
    raise typer.Exit(UNUSABLE)


def _as_json(proof: "Proof") -> dict[str, object]:
    return {
        "system": proof.name,
        "version": proof.version,
        "invariants": [
            {
                "id": result.invariant.id,
                "held": result.held,
                "witness": None if result.witness is None else dict(result.witness.context or {}),
                "sentence": (
                    result.invariant.sentence if result.witness is None else result.witness.sentence
                ),
            }
            for result in proof.results
        ],
    }


def _show_proofs(policy: "Policy", done: "list[Proof]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for head in ("システム", "版", "守られる", "破れる", "組合せ"):
        table.add_column(head, overflow="fold", justify="left" if head in "システム版" else "right")
    for proof in done:
        table.add_row(
            proof.name,
            proof.version,
            str(len(proof.results) - len(proof.broken)),
            str(len(proof.broken)),
            f"{proof.contexts:,}",
        )
    console = Console()
    console.print(table)
    for proof in done:
        for result in proof.broken:
            witness = result.witness
            console.print(f"[red]破れる[/] {proof.name} {result.invariant.id}", highlight=False)
            console.print(f"  {result.invariant.sentence}", markup=False, highlight=False)
            console.print(f"  反例: {witness.sentence if witness else ''}", markup=False)
            if witness and witness.context:
                look = " ".join(f"{name}={value}" for name, value in witness.context.items())
                console.print(
                    f"  確かめる: sekisho decide --system {proof.name} {look}",
                    markup=False,
                    highlight=False,
                    soft_wrap=True,
                )
    if not any(proof.broken for proof in done):
        sha = policy.hash
        console.print(f"証明済: 反例なし、表 sha256:{sha}", highlight=False, soft_wrap=True)


def _show_decision(system: "System", context: dict[str, str]) -> None:
    from rich.console import Console
    from rich.table import Table

    from sekisho.policy.plan import plan

    console, rules = Console(), system.table
    decision, fields = rules.decide(context), plan(system, context)
    classes = Table("項目区分", "扱い", "語った規則", title=system.name, title_justify="left")
    for name, level in decision.levels.items():
        spoke = "、".join(rules.explain(context, name)[1]) or "なし（既定は拒否）"
        classes.add_row(name, f"{level.sign} {level.word}", spoke)
    console.print(classes)
    items = Table()
    for head in ("項目", "項目ID", "項目区分", "扱い"):
        items.add_column(head, overflow="fold")
    for name, level in fields.items():
        field = system.fields[name]
        items.add_row(field.name, name, field.item, f"{level.sign} {level.word}")
    console.print(items)
    due = [duty for duty in rules.duties if duty in decision.duties]
    console.print(f"義務: {'、'.join(due) or 'なし'}", highlight=False)
    if unknown := rules.unknown(context):
        console.print(
            f"不明: {'、'.join(unknown)}（判定不能。不明があれば、すべて拒否・要です）",
            highlight=False,
        )
