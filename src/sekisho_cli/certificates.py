"""sekisho prove with a certificate: written and signed, or held against tables again."""

import json
from datetime import date, datetime, timedelta, timezone
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from sekisho.policy.system import Policy
    from sekisho_links.proof.signing import Signed

SAME, OTHER = 0, 1
MOST = 50  # differences that are told; a certificate of other tables has thousands


def today() -> date:
    """Return the day in Japan."""
    return datetime.now(timezone(timedelta(hours=9))).date()  # noqa: TID251 - a command


def files_of(folder: Path | None) -> dict[str, bytes]:
    """Return the sheets of a folder, a workbook or an archive, or those that ship."""
    from sekisho_links import shipped
    from sekisho_links.policy.folders import files_at

    return files_at(folder or shipped("tables"))


def write(policy: "Policy", files: dict[str, bytes], path: Path, *, home: Path) -> int:
    """Write the certificate of `policy` to `path`, print the public key, and return the status.

    An existing file is not written over. It may certify that something does not hold.
    """
    from sekisho.errors import SekishoError
    from sekisho.proof.attestation import attest
    from sekisho.proof.certificate import certificate
    from sekisho_links.proof.keys import public_text, signing_key
    from sekisho_links.proof.signing import signed

    key = signing_key(home)
    proved = certificate(policy)
    document = attest(policy, proved, files=files, on=today(), sekisho=version("sekisho"))
    try:
        with path.open("xb") as file:
            file.write(signed(document, key=key))
    except OSError as error:
        raise SekishoError(
            "証明書を書けません",
            place=str(path),
            remedy=f"ない名のファイルを、書けるフォルダに指定してください（{error.strerror}）",
        ) from error
    typer.echo(f"証明書 {path}")
    typer.echo(f"公開鍵 {public_text(key.public_key())}")
    _say(proved.held, proved.broken, policy.hash)
    return OTHER if proved.broken else SAME


def check(
    policy: "Policy",
    files: dict[str, bytes],
    found: "Signed",
    *,
    key: str | None,
    as_json: bool = False,
) -> int:
    """Say whether the certificate is whole, whose it is, and true of these tables.

    Returns the status: 0 it is and everything holds, 1 it is not, or something does not hold.
    """
    from sekisho.proof.attestation import attest, differences, notes
    from sekisho.proof.certificate import certificate
    from sekisho_links.proof.signing import fault_of_signature

    fault = fault_of_signature(found, key=key)
    proved = certificate(policy)
    again = attest(policy, proved, files=files, on=_day(found), sekisho=version("sekisho"))
    different = differences(found.document, again)
    also = notes(found.document, again)
    if not fault and key is None:
        also.append(
            "誰の公開鍵かは確かめていません。--key に、別の道で受け取った鍵を渡してください"
        )
    if as_json:
        said = {
            "signature": fault,
            "key": found.key,
            "differences": different,
            "notes": also,
            "held": proved.held,
            "broken": proved.broken,
            "policy": policy.hash,
        }
        typer.echo(json.dumps(said, ensure_ascii=False))
    else:
        _show(found.key, fault, different, also)
        _say(proved.held, proved.broken, policy.hash)
    return OTHER if fault or different or proved.broken else SAME


def _show(key: str, fault: str | None, different: list[str], also: list[str]) -> None:
    typer.echo(f"違う {fault}" if fault else f"署名は合っています（公開鍵 {key}）")
    for line in different[:MOST]:
        typer.echo(f"違う {line}")
    if len(different) > MOST:
        typer.echo(f"違う ほかに {len(different) - MOST:,} か所（--json ですべて出ます）")
    for line in also:
        typer.echo(f"注意 {line}")
    if not different:
        typer.echo("証明し直した結果は、証明書のすべての行と同じです")


def _day(found: "Signed") -> date:
    """Return the day that the certificate names: it cannot be proved again, only signed."""
    try:
        return date.fromisoformat(str(found.document.get("on")))
    except ValueError:
        return date.min


def _say(held: int, broken: int, sha: str) -> None:
    if broken:
        typer.echo(
            f"守られない不変条件が {broken:,} 本あります（証明済 {held:,}）、表 sha256:{sha}"
        )
    else:
        typer.echo(f"証明済: 反例なし {held:,} 本、表 sha256:{sha}")
