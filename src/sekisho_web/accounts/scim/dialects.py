"""What peers write otherwise than the standard, put right before it is read.

The library takes `op` in any case, booleans as text and a PATCH without a path. It does not take
a superior as a plain string, nor `active` as a list of one. Nothing here decides anything.
"""

import json
from typing import Any

from sekisho_web.accounts.scim.schemas import ENTERPRISE

MANAGER = f"{ENTERPRISE}:manager".lower()
ACTIVE, FALSE = b'active"', frozenset({"false", "0", "f", "n", "no", "off"})
SECRET, VEIL = "password", "（残しません）"


def put_right(body: bytes) -> bytes:
    """Return `body` as the standard would have it; what is no JSON object comes back unchanged."""
    twice = body.lower().count(ACTIVE) > 1
    try:
        told = json.loads(body, object_pairs_hook=_stop_wins) if twice else json.loads(body)
    except (ValueError, RecursionError):
        return body  # the library says what is wrong with it
    if not isinstance(told, dict):
        return body
    operations = next((value for key, value in told.items() if key.lower() == "operations"), None)
    if isinstance(operations, list):
        for operation in operations:
            if isinstance(operation, dict):
                _operation(operation)
    else:
        _document(told)
    return json.dumps(told, ensure_ascii=False).encode()


def _stop_wins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; where it says `active` twice, in whatever case, the word that stops."""
    said = [(key, value) for key, value in pairs if key.strip().lower() == "active"]
    if len(said) < 2:
        return dict(pairs)
    stops = [one for one in said if str(_single(one[1])).strip().lower() in FALSE]
    kept = (stops or said)[-1]
    return {**dict(pair for pair in pairs if pair not in said), "active": kept[1]}


def without_passwords(body: bytes) -> bytes:
    """Return `body` as it came where it holds no password, else written anew without it."""
    if SECRET.encode() not in body.lower():
        return body
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return b""  # it was refused, and a password may stand anywhere in it
    return json.dumps(_veiled(told), ensure_ascii=False).encode()


def _veiled(told: Any) -> Any:  # noqa: ANN401  # JSON
    if isinstance(told, list):
        return [_veiled(one) for one in told]
    if not isinstance(told, dict):
        return told
    path = next((value for key, value in told.items() if key.lower() == "path"), None)
    secret = isinstance(path, str) and SECRET in path.lower()
    return {
        key: VEIL if SECRET in key.lower() or (secret and key.lower() == "value") else _veiled(one)
        for key, one in told.items()
    }


def _operation(operation: dict[str, Any]) -> None:
    names = {key.lower(): key for key in operation}
    path, value = operation.get(names.get("path", "")), names.get("value")
    if value is None:
        return
    if not isinstance(path, str) or not path:
        if isinstance(operation[value], dict):
            _document(operation[value])
        return
    place = path.strip().lower()
    if place == MANAGER:
        operation[value] = _manager(operation[value])
    elif place == ENTERPRISE.lower() and isinstance(operation[value], dict):
        _extension(operation[value])
    elif place.rpartition(":")[2] == "active":
        operation[value] = _single(operation[value])


def _document(told: dict[str, Any]) -> None:
    for key in list(told):
        name = key.lower()
        if name == ENTERPRISE.lower() and isinstance(told[key], dict):
            _extension(told[key])
        elif name == MANAGER:
            told[key] = _manager(told[key])
        elif name.rpartition(":")[2] == "active":
            told[key] = _single(told[key])


def _extension(told: dict[str, Any]) -> None:
    for key in list(told):
        if key.lower() == "manager":
            told[key] = _manager(told[key])


def _manager(value: Any) -> Any:  # noqa: ANN401  # JSON
    """Return a superior as an object: `"M1"` and `["M1"]` mean `{"value": "M1"}`."""
    value = _single(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str):
        return {"value": value} if value.strip() else None
    return value


def _single(value: Any) -> Any:  # noqa: ANN401  # JSON
    """Return the one value of a list of one, also where it stands under `value`."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
        if isinstance(value, dict) and set(value) == {"value"}:
            value = value["value"]
    return value
