"""The file `oidc.toml` of the home: by which sign-on of a company people may come. None: by none.

[[provider]]
key = "kyuyo"                              # stands in the address; a-z, 0-9, -
name = "九陽グループのサインオン"
issuer = "https://id.kyuyo.example"
client_id = "sekisho"
secret_file = "oidc-kyuyo.secret"          # beside this file, readable by the service alone
mfa_amr = ["mfa", "hwk"]                   # or mfa_acr = [...]; without both: worth a password
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
from jwt.types import Options

from sekisho.accounts.sign_on import ALGORITHMS, Provider
from sekisho.errors import SekishoError

FILE = "oidc.toml"
KEY = re.compile(r"[a-z0-9-]{1,40}")
TEXTS = ("key", "name", "issuer", "client_id", "secret_file")
LISTS = ("mfa_acr", "mfa_amr")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
FOR_OTHERS = 0o077
SIGNATURE_ALONE: Options = {
    "verify_signature": True,
    "verify_aud": False,
    "verify_iss": False,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_sub": False,
    "verify_jti": False,
}


class BadSignOn(SekishoError):
    """`oidc.toml` does not say what it must."""


class Unsigned(Exception):
    """No signature of the issuer stands under this token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A provider and the secret that it gave us."""

    provider: Provider
    secret: str = field(repr=False)


def sign_ons(home: Path) -> Sequence[Registered]:
    """Return the sign-ons that `oidc.toml` of `home` sets up; without the file, none.

    Raise BadSignOn where the file cannot be read, or asks for what is not safe: an issuer without
    TLS (other than on this machine), or a secret that others may read.
    """
    file = home / FILE
    if not file.exists():
        return ()
    try:
        read = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _bad(f"読めません（{error}）", "TOML の書き方を確かめてください") from error
    tables = read.get("provider")
    if not isinstance(tables, list) or set(read) != {"provider"}:
        raise _bad("[[provider]] のほかは書けません", "1つのサインオンに1つずつ書いてください")
    found = [_registered(table, home) for table in tables]
    for name in ("key", "issuer"):
        if len({getattr(one.provider, name) for one in found}) < len(found):
            raise _bad(f"同じ {name} が2つあります", "1つにしてください")
    return found


def claims_of(token: object, *, keys: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the claims of an ID token whose signature one of the issuer's `keys` made.

    keys: the issuer's JWKS. A token that names its key is verified with that one; where the issuer
          has but one key, it need not be named. Raise Unsigned for anything else. What is claimed
          is not looked at: that is the rule's affair.
    """
    try:
        head = jwt.get_unverified_header(str(token))
        known = [key for key in jwt.PyJWKSet.from_dict(dict(keys)).keys if key.key_type != "oct"]
        named = [key for key in known if key.key_id == head["kid"]] if "kid" in head else known
        if head.get("alg") not in ALGORITHMS or len(named) != 1:
            raise Unsigned
        claims: Mapping[str, Any] = jwt.decode(
            str(token), named[0].key, algorithms=[head["alg"]], options=SIGNATURE_ALONE
        )
    except (jwt.PyJWTError, TypeError, ValueError, AttributeError, KeyError) as error:
        raise Unsigned from error
    return claims


def _registered(table: Any, home: Path) -> Registered:  # noqa: ANN401  # what TOML gave
    if not isinstance(table, dict) or set(table) - {*TEXTS, *LISTS}:
        unknown = "、".join(sorted(set(table) - {*TEXTS, *LISTS})) if table else ""
        raise _bad(f"知らない項目があります: {unknown}", f"書ける項目: {'、'.join(TEXTS + LISTS)}")
    for name in TEXTS:
        if not isinstance(table.get(name), str) or not table[name]:
            raise _bad(f"{name} がありません", "文字で書いてください")
    for name in LISTS:
        values = table.get(name, [])
        if not isinstance(values, list) or not all(isinstance(v, str) and v for v in values):
            raise _bad(f"{name} が文字の並びではありません", f'{name} = ["…"] と書いてください')
    if not KEY.fullmatch(table["key"]):
        raise _bad("key に使えない文字があります", "a-z、0-9、- だけで書いてください")
    issuer = urlsplit(table["issuer"])
    if issuer.scheme != "https" and not (issuer.scheme == "http" and issuer.hostname in LOOPBACK):
        raise _bad("issuer が https ではありません", "https:// で始まる発行者を書いてください")
    return Registered(
        provider=Provider(
            key=table["key"],
            name=table["name"],
            issuer=table["issuer"],
            client_id=table["client_id"],
            mfa_acr=frozenset(table.get("mfa_acr", [])),
            mfa_amr=frozenset(table.get("mfa_amr", [])),
        ),
        secret=_secret(home / table["secret_file"]),
    )


def _secret(file: Path) -> str:
    try:
        if file.stat().st_mode & FOR_OTHERS:
            raise _bad(f"{file.name} をほかの人も読めます", "chmod 600 にしてください")
        secret = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise _bad(f"{file.name} を読めません", "secret_file に秘密を置いてください") from error
    if not secret:
        raise _bad(f"{file.name} が空です", "発行者が渡した秘密を入れてください")
    return secret


def _bad(problem: str, remedy: str) -> BadSignOn:
    return BadSignOn(problem, place=FILE, remedy=remedy)
