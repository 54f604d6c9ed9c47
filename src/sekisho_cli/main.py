"""The command `sekisho`. Each subject brings its own module; nothing heavy is imported here."""

from importlib import import_module

import typer

app = typer.Typer(
    name="sekisho",
    help="関所: 電力グループの情報遮断を、判定表から執行し、証明し、調べます。",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)

for subject in (
    "demo",
    "serve",
    "prepare",
    "check",
    "world",
    "proof",
    "trace",
    "ledger",
    "nightly",
    "accounts",
    "targets",
    "grants",
):
    import_module(f"sekisho_cli.{subject}").register(app)
