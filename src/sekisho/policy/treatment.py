"""How an item is treated, and which of two treatments is the stricter."""

from enum import IntEnum


class Treatment(IntEnum):
    """How one item is shown. The number is the strictness; rows and records store it."""

    SHOW = 0  # 表示
    PART = 1  # 一部
    CODE = 2  # 符号化
    HIDE = 3  # 非表示
    REFUSE = 4  # 拒否

    @property
    def word(self) -> str:
        """The word of the sheets."""
        return _WORDS[self]

    @property
    def sign(self) -> str:
        """The sign of the grids on screen and on paper."""
        return _SIGNS[self]


_WORDS = dict(zip(Treatment, ("表示", "一部", "符号化", "非表示", "拒否"), strict=True))
_SIGNS = dict(zip(Treatment, "○△◇■×", strict=True))
FROM_WORD = {word: treatment for treatment, word in _WORDS.items()}

ROW = "レコード"  # the item class that is the existence of the row itself

FREE, DUE = 0, 1
DUTY_WORDS = ("不要", "要")
FROM_DUTY_WORD = {word: level for level, word in enumerate(DUTY_WORDS)}

# What a door knows how to do. A duty that no door can perform must not stand in a table.
DUTIES = ("理由入力", "同意確認", "重点記録", "複写禁止", "第2線通知", "事後点検", "返却廃棄")
