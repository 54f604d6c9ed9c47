"""The named masks (マスク方式): what is left of a value under 一部. Total, and never the value.

Each works on text, whatever stands in it: where the form cannot be recognised, nothing is left.
The same masks exist in SQL; both are held to the vectors of マスク方式.csv and to each other, so
the expressions here keep to what PostgreSQL understands as well.
"""

import hmac
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal

ELLIPSIS = "…"

# Upper bounds of the classes of 階級; a bound belongs to the class below it.
BOUNDS = (10, 30, 60, 120, 300, 500, 1000, 2000, 5000, 10000, 50000)

# Domains under which private persons have their mail: they say nothing of an employer,
# and together with a town they may say who it is.
PRIVATE_DOMAINS = frozenset(
    {
        "gmail.com",
        "googlemail.com",
        "yahoo.co.jp",
        "yahoo.com",
        "ymail.ne.jp",
        "icloud.com",
        "me.com",
        "outlook.com",
        "outlook.jp",
        "hotmail.com",
        "hotmail.co.jp",
        "live.jp",
        "msn.com",
        "docomo.ne.jp",
        "ezweb.ne.jp",
        "au.com",
        "softbank.ne.jp",
        "i.softbank.jp",
        "rakuten.jp",
        "biglobe.ne.jp",
        "nifty.com",
        "ocn.ne.jp",
        "so-net.ne.jp",
        "plala.or.jp",
    }
)

NO_WORDS = frozenset({"", "なし", "無", "無し", "N", "n", "No", "no", "false", "False", "0", "否"})

_SPACE = re.compile(r"\s+")
_NOT_ALPHANUMERIC = re.compile("[^0-9A-Za-z]")
_PREFECTURE = "^[^0-9都道府県]{1,4}[都道府県]"
# Towns whose names hold 市, 郡, 町 or 村 themselves come first; what is unclear stays short.
_TOWN = (
    "(四日市市|廿日市市|野々市市|八日市場市|蒲郡市|大和郡山市|小郡市|十日町市|大町市|東村山市"
    "|武蔵村山市|羽村市|大村市|田村市|村上市|村山市|町田市|市川市|市原市|郡山市|郡上市"
    "|[^0-9市区町村郡]{1,5}郡[^0-9市区町村郡]{1,6}[町村]"
    "|[^0-9市区町村郡]{1,6}[市区町村])"
)
_CITY = re.compile(_PREFECTURE + _TOWN)
_DATE = re.compile("^([0-9]{4})-(0[1-9]|1[0-2])-[0-9]{2}([T ].*)?$", re.DOTALL)
_AMOUNT = re.compile("^([0-9]{1,12}([.][0-9]{1,6})?) ?[A-Za-z%]{0,4}$")
_DOMAIN = re.compile("^[a-z0-9-]+([.][a-z0-9-]+)*[.][a-z]{2,}$")
_MONTHS = re.compile("^([0-9]{1,3})か月分[(]名義変更から([0-9]{1,3})か月[)]$")


def mask(name: str, value: str | None) -> str | None:
    """Return what is left of `value` under the mask `name`; None: nothing.

    A mask that is not known leaves nothing. Only 変えない returns the value itself.
    """
    one = MASKS.get(name)
    return one(value) if one else None


def code(value: str, *, key: bytes) -> str:
    """Return the code (符号化) of `value`: 16 hexadecimal digits of HMAC-SHA-256.

    key: of one purpose and one rotation. Never a plain hash: a point number can be enumerated.
    """
    text = value.encode("utf-8", "surrogatepass")
    return hmac.new(key, text, "sha256").hexdigest()[:16]


def _family_name(value: str | None) -> str | None:
    text = (value or "").strip()
    family, *rest = _SPACE.split(text, maxsplit=1)
    left = family if rest else family[:1]
    return left if left and left != value else None


def _city(value: str | None) -> str | None:
    found = _CITY.match(unicodedata.normalize("NFKC", value or "").strip())
    return found[0] if found and found[0] != value else None


def _last4(value: str | None) -> str | None:
    text = _NOT_ALPHANUMERIC.sub("", unicodedata.normalize("NFKC", value or ""))
    return ELLIPSIS + text[-4:] if len(text) > 4 else None


def _year_month(value: str | None) -> str | None:
    found = _DATE.match(value or "")
    return f"{found[1]}-{found[2]}" if found else None


def _bucket(value: str | None) -> str | None:
    text = unicodedata.normalize("NFKC", value or "").strip().replace(",", "")
    found = _AMOUNT.match(text)
    if not found:
        return None
    amount, lower = Decimal(found[1]), 0
    for upper in BOUNDS:
        if amount <= upper:
            return f"{lower}〜{upper}"
        lower = upper + 1
    return f"{lower}〜"


def _domain(value: str | None) -> str | None:
    local, at, domain = (value or "").strip().lower().rpartition("@")
    shown = local and at and domain not in PRIVATE_DOMAINS and _DOMAIN.match(domain)
    return domain if shown else None


def _presence(value: str | None) -> str | None:
    return "なし" if unicodedata.normalize("NFKC", value or "").strip() in NO_WORDS else "あり"


def _is_supplied(value: str | None) -> str | None:
    return None if value is None else ("供給中" if value.strip() == "供給中" else "その他")


def _is_safety(value: str | None) -> str | None:
    return None if value is None else ("保安" if value.strip() == "保安" else "その他")


def _since_name_change(value: str | None) -> str | None:
    found = _MONTHS.match(unicodedata.normalize("NFKC", value or "").strip())
    return f"{min(int(found[1]), int(found[2]))}か月分" if found else None


def _as_is(value: str | None) -> str | None:
    return value


def _nothing(value: str | None) -> str | None:  # noqa: ARG001 -- of no value anything is left
    return None


MASKS: Mapping[str, Callable[[str | None], str | None]] = {
    "姓のみ": _family_name,
    "市区町村まで": _city,
    "下4桁": _last4,
    "年月まで": _year_month,
    "階級": _bucket,
    "ドメインのみ": _domain,
    "有無のみ": _presence,
    "供給中か": _is_supplied,
    "保安か": _is_safety,
    "名義変更後のみ": _since_name_change,
    "変えない": _as_is,
    "空": _nothing,
    "出さない": _nothing,
}
