"""The classes of a line and of a use (突合の区分): what was found, and who is to look at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sekisho.campaigns.findings import Kind


class Class(StrEnum):
    """What became of one line. Kept in the database: one may be added, none renamed."""

    MATCHED = "matched"
    NO_GRANT = "no_grant"
    OUTSIDE = "outside"
    WRONG_PERSON = "wrong_person"
    WRONG_PLACE = "wrong_place"
    STOPPED = "stopped"
    UNKNOWN_ID = "unknown_id"
    OFF_PURPOSE = "off_purpose"
    UNREADABLE = "unreadable"


class OfUse(StrEnum):
    """What became of one approved use."""

    USED = "used"
    UNUSED = "unused"
    NOT_YET = "not_yet"


class GoesTo(StrEnum):
    """Who looks at lines of a class."""

    NOBODY = "nobody"
    OFFICER = "officer"
    SECOND_LINE = "second_line"
    OWNER = "owner"
    LOOK_BACK = "look_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is said of a class. finding: what it opens; None: nothing. high: at once (重大)."""

    word: str
    means: str
    goes_to: GoesTo
    finding: Kind | None = None
    high: bool = False


ABOUT: Mapping[Class, About] = {
    Class.MATCHED: About(
        word="照合済",
        means="承認された利用の時間のうちにあり、人と場所が合う",
        goes_to=GoesTo.NOBODY,
    ),
    Class.NO_GRANT: About(
        word="許可なし",
        means="その時刻に、このIDの利用許可がない",
        goes_to=GoesTo.SECOND_LINE,
        finding=Kind.NO_GRANT,
    ),
    Class.OUTSIDE: About(
        word="時間外",
        means="利用許可はあるが、利用の前か後、または承認された回数を超えている",
        goes_to=GoesTo.OFFICER,
        finding=Kind.OUTSIDE_TIME,
    ),
    Class.WRONG_PERSON: About(
        word="別人",
        means="持ち主の休職や別の場所での利用、同じ続きの中の二つの端末・場所と食い違う",
        goes_to=GoesTo.SECOND_LINE,
        finding=Kind.WRONG_PERSON,
    ),
    Class.WRONG_PLACE: About(
        word="場所違い",
        means="持ち主の会社の設置場所でないネットワークから来ている",
        goes_to=GoesTo.SECOND_LINE,
        finding=Kind.WRONG_PLACE,
    ),
    Class.STOPPED: About(
        word="停止中",
        means="停止、休眠、廃止、または発令の終わったあとに使われている",
        goes_to=GoesTo.SECOND_LINE,
        finding=Kind.STOPPED_USED,
        high=True,
    ),
    Class.UNKNOWN_ID: About(
        word="不明ID",
        means="アカウント台帳にないID。システムの持ち主に、IDの一覧を求める",
        goes_to=GoesTo.OWNER,
        finding=Kind.UNKNOWN_ID,
        high=True,
    ),
    Class.OFF_PURPOSE: About(
        word="目的外の疑い",
        means="利用の時間のうちだが、申請の参照番号にない対象が見られている",
        goes_to=GoesTo.LOOK_BACK,
        finding=Kind.OFF_PURPOSE,
    ),
    Class.UNREADABLE: About(
        word="読めない行",
        means="日時、ID、書き方のどれかが読めない。記録の出し方を直してもらう",
        goes_to=GoesTo.OFFICER,
    ),
}

GOES_TO: Mapping[GoesTo, str] = {
    GoesTo.NOBODY: "－",
    GoesTo.OFFICER: "システム管理責任者",
    GoesTo.SECOND_LINE: "第2線",
    GoesTo.OWNER: "第2線、システムの持ち主",
    GoesTo.LOOK_BACK: "利用結果の確認",
}

OF_USE: Mapping[OfUse, str] = {
    OfUse.USED: "利用あり",
    OfUse.UNUSED: "未使用",
    OfUse.NOT_YET: "未着",
}


class Why(StrEnum):
    """The nearer reason of a class. Empty where the class says it all."""

    NONE = ""
    STOPPED = "stopped"
    NOT_OPEN = "not_open"
    AWAY = "away"
    TWO_DEVICES = "two_devices"
    TWO_PLACES = "two_places"
    SESSIONS = "sessions"


WHY: Mapping[Why, str] = {
    Why.NONE: "",
    Why.STOPPED: "停止中",
    Why.NOT_OPEN: "発行の前か、廃止・発令の終わりのあと",
    Why.AWAY: "休職中か、同じ時刻に別の場所にいる",
    Why.TWO_DEVICES: "続きの中に二つの端末",
    Why.TWO_PLACES: "続きの中に二つの場所",
    Why.SESSIONS: "承認された回数より多い",
}
