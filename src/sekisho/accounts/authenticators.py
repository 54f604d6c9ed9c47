"""Which authenticators (認証器) may stand for a person, and which proof by one is believed."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from sekisho.errors import SekishoError
from sekisho.terms.refusals import Refusal

ANY = "＊"  # in the place of an AAGUID: every model that has no row of its own
COLUMNS = ("AAGUID", "名称", "証明", "根の証明書", "出典")


class Attested(IntEnum):
    """How well the maker of an authenticator is known; the number is the order."""

    NONE = 0  # なし: it says nothing of its maker
    SELF = 1  # 自己: signed, by itself or by somebody we do not know
    CERTIFIED = 2  # 認証局: signed up to a root that the company laid down for this model


WORDS: Mapping[str, Attested] = {
    "なし": Attested.NONE,
    "自己": Attested.SELF,
    "認証局": Attested.CERTIFIED,
}


class TicketKind(StrEnum):
    """What a ticket (登録票) is for."""

    FIRST = "first"  # はじめて: the person never had an authenticator
    ADDITIONAL = "additional"  # 追加: one more beside those in use
    REPLACEMENT = "replacement"  # 取替え: the new one ends all older ones


class UnreadablePolicy(SekishoError):
    """The list of authenticators that may be used cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One row of the list: a model of authenticator, and how well it must be attested."""

    aaguid: str
    name: str
    needs: Attested
    root: str  # name of the file with its root certificates, beside the list; "" for none


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The models of authenticator that may be bound, by AAGUID."""

    models: Mapping[str, Model]

    def model(self, aaguid: str) -> Model | None:
        """Return the row for `aaguid`, or the row for any, or None where neither stands."""
        return self.models.get(aaguid) or self.models.get(ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A new authenticator after its ceremony: all that it said is verified already."""

    credential_id: bytes
    public_key: bytes  # COSE key, CBOR
    aaguid: str
    attested: Attested
    user_verified: bool
    backup_eligible: bool  # it can be synced to other devices
    backed_up: bool
    sign_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was kept of an authenticator when it was bound, and at its last use."""

    sign_count: int
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One proof by an authenticator: its signature is verified already."""

    credential_id: bytes
    user_verified: bool
    backup_eligible: bool
    sign_count: int


def read(text: str, *, place: str) -> Policy:
    """Return the policy in `text`, a CSV with the columns COLUMNS.

    An AAGUID twice, an unknown word or a missing root is refused: a list that is read wrongly
    would let a wrong key in.
    """
    rows = csv.DictReader(io.StringIO(text))
    if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        raise UnreadablePolicy(
            f"列がありません: {'、'.join(missing)}",
            place=place,
            remedy=f"列を {'、'.join(COLUMNS)} にしてください",
        )
    models: dict[str, Model] = {}
    for line, row in enumerate(rows, start=2):
        model = _model(row, place=f"{place} {line}行")
        if model.aaguid in models:
            raise UnreadablePolicy(
                f"同じAAGUIDが2行あります: {model.aaguid}",
                place=f"{place} {line}行",
                remedy="どちらかの行を消してください",
            )
        models[model.aaguid] = model
    return Policy(models=models)


def _model(row: Mapping[str, str | None], *, place: str) -> Model:
    needs = WORDS.get((row["証明"] or "").strip())
    root = (row["根の証明書"] or "").strip()
    if needs is None:
        raise UnreadablePolicy(
            f"「証明」を読めません: {row['証明']}",
            place=place,
            remedy=f"{'、'.join(WORDS)}のどれかにしてください",
        )
    if needs is Attested.CERTIFIED and not root:
        raise UnreadablePolicy(
            "認証局まで確かめる機種に、根の証明書がありません",
            place=place,
            remedy="「根の証明書」に、この一覧と同じ場所に置いたファイルの名前を書いてください",
        )
    return Model(
        aaguid=(row["AAGUID"] or "").strip().lower(),
        name=(row["名称"] or "").strip(),
        needs=needs,
        root=root,
    )


def refusal_to_bind(
    offered: Offered,
    *,
    policy: Policy,
    credential_is_known: bool,
    card_is_bound: bool,
) -> Refusal | None:
    """Return why the authenticator `offered` may not be bound to anybody, or None where it may.

    credential_is_known: somebody, this person too, has or had a key with the same credential id.
    card_is_bound:       its card number is on an authenticator that is in use.

    A key that can be synced is refused everywhere: a copy of it could lie in other hands.
    """
    model = policy.model(offered.aaguid)
    if not offered.user_verified:
        return Refusal(
            reason="この認証器は、持ち主を確かめませんでした",
            remedy="PINか指紋を設定した認証器を使ってください",
        )
    if offered.backup_eligible or offered.backed_up:
        return Refusal(
            reason="この認証器の鍵は、ほかの機器と同期できるものです",
            remedy="職員証やUSBの鍵など、鍵が外に出ない認証器を使ってください",
        )
    if model is None:
        return Refusal(
            reason=f"この機種の認証器は、使えるものの一覧にありません（{offered.aaguid}）",
            remedy="会社が配った認証器を使ってください",
        )
    if offered.attested < model.needs:
        return Refusal(
            reason=f"この認証器が本物の「{model.name}」であることを確かめられません",
            remedy="会社が配った認証器を使うか、責任者に機種の証明書を確かめてもらってください",
        )
    if credential_is_known:
        return Refusal(
            reason="この認証器は、すでに登録されています",
            remedy="ほかの認証器を使ってください",
        )
    return refusal_of_card(is_bound=card_is_bound)


def refusal_of_card(*, is_bound: bool) -> Refusal | None:
    if not is_bound:
        return None
    return Refusal(
        reason="このカードの番号は、使用中の認証器のものです",
        remedy="番号を確かめ、前の登録を失効させてから登録してください",
    )


def refusal_of_proof(kept: Kept, shown: Shown) -> Refusal | None:
    """Return why the proof `shown` by a bound authenticator is not believed, or None.

    A counter that stands still at zero says that the authenticator has none.
    """
    if kept.revoked_at is not None:
        return Refusal(
            reason="この認証器は失効しています",
            remedy="登録してあるほかの認証器を使ってください",
        )
    if not shown.user_verified:
        return Refusal(
            reason="この認証器は、持ち主を確かめませんでした",
            remedy="PINか指紋で確かめてください",
        )
    if shown.backup_eligible:
        return Refusal(
            reason="この認証器の鍵は、登録のあとで同期できるものに変わっています",
            remedy="責任者に登録票を出してもらい、ほかの認証器を登録してください",
        )
    if counter_went_back(kept, shown):
        return Refusal(
            reason="この認証器の署名の回数が戻っています。複製のおそれがあります",
            remedy="使うのをやめて、すぐに責任者へ知らせてください",
        )
    return None


def counter_went_back(kept: Kept, shown: Shown) -> bool:
    """Return whether the signature counter shows two keys where there should be one.

    Source: WebAuthn Level 2, 7.2 step 21 (a counter that does not grow is a sign of a clone).
    """
    if kept.sign_count == shown.sign_count == 0:
        return False
    return shown.sign_count <= kept.sign_count
