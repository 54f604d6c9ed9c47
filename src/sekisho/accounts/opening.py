"""How a system is opened from the launcher (起動のしかた), and where it stands."""

from enum import StrEnum

from sekisho.terms.refusals import Refusal

LONGEST = 300
SCHEME = "https://"


class Opens(StrEnum):
    """How the launcher opens a system. Kept in the register: one may be added, none renamed."""

    ELSEWHERE = ""  # 起動ページからは開かない
    GATE = "gate"  # 関門を、一回だけの引換えで開く
    OIDC = "oidc"  # OpenID Connectで、本人と許可を伝えて開く
    LINK = "link"  # 相手の入口へ案内する


AWAY = (Opens.OIDC, Opens.LINK)  # who is opened so stands elsewhere, at an address of its own


def refusal_of_opening(*, opens_by: str, address: str, through_gate: bool) -> Refusal | None:
    """Return why a system may not be registered so, or None where it may.

    opens_by:     a value of `Opens`.
    address:      where it is opened; for `AWAY` an address with TLS and without anybody's name.
    through_gate: whether the gate shows its records.
    """
    if opens_by not in set(Opens):
        return Refusal(reason="知らない起動のしかたです", remedy="一覧から選んでください")
    if opens_by == Opens.GATE and not through_gate:
        return Refusal(
            reason="関門を通さないシステムは、関門では開けません",
            remedy="「管理のしかた」を「関門を通す」にするか、ほかの起動のしかたを選んでください",
        )
    if opens_by not in AWAY:
        if address:
            return Refusal(
                reason="この起動のしかたには、宛先がありません", remedy="宛先を空欄にしてください"
            )
        return None
    if not is_address(address):
        return Refusal(
            reason="宛先が、https:// で始まるアドレスではありません",
            remedy="入口を https://host/… の形で入れてください。人の名前や符号は含めません",
        )
    return None


def is_address(text: str) -> bool:
    """Return whether `text` is an address with TLS of a host by its name, and names nobody."""
    if not text.startswith(SCHEME) or len(text) > LONGEST or not text.isascii():
        return False
    if any(letter <= " " or letter in "\"'<>\\^`{|}\x7f" for letter in text):
        return False
    host = text.removeprefix(SCHEME).split("/", 1)[0]
    return bool(host) and not set(host) & set("@?#%*") and not host.startswith((":", "."))
