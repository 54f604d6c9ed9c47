"""Names as keys: one form for one name, however it is written. A key proposes, it never merges."""

import re
import unicodedata
from collections.abc import Mapping

# Letters that are one letter in two shapes, and stay two under NFKC.
_SHAPES: Mapping[str, str] = {
    "髙": "高", "﨑": "崎", "邊": "辺", "邉": "辺", "齋": "斉", "齊": "斉", "斎": "斉",
    "𠮷": "吉", "德": "徳", "濵": "浜", "濱": "浜", "澤": "沢", "廣": "広", "嶋": "島",
    "嶌": "島", "櫻": "桜", "眞": "真", "淵": "渕", "瀨": "瀬", "彅": "薙", "栁": "柳",
    "瀧": "滝", "龍": "竜", "國": "国", "惠": "恵", "冨": "富", "增": "増", "黑": "黒",
}  # fmt: skip
_SHAPED = str.maketrans(dict(_SHAPES))
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_BETWEEN = re.compile(r"[\s・･]")
_SMALL = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_SAID_ALIKE = str.maketrans(
    {"ヴ": "ブ", "ヅ": "ズ", "ヂ": "ジ", "ヰ": "イ", "ヱ": "エ", "ヲ": "オ"}
)
_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


def name_key(name: str) -> str:
    """Return the key of a name: without spaces and dots, old shapes as the new ones."""
    plain = unicodedata.normalize("NFKC", _SELECTORS.sub("", name))
    return _BETWEEN.sub("", plain).translate(_SHAPED)


def kana_key(kana: str) -> str:
    """Return the key of a reading: katakana, no small letters, no long mark, ヅ as ズ."""
    plain = unicodedata.normalize("NFKC", kana).translate(_KATAKANA)
    plain = _BETWEEN.sub("", plain).translate(_SMALL).translate(_SAID_ALIKE)
    return plain.replace("ー", "").replace("-", "")
