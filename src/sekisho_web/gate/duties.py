"""Duties (義務): what the door does around a screen. What it cannot do, it refuses."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils.dateparse import parse_datetime

from sekisho.policy.treatment import DUTIES
from sekisho_web.accounts.signed_in import hat_of
from sekisho_web.gate.pages import EXPORTS, REPORT, SENSITIVE
from sekisho_web.gate.visits import Visit

REASON, CONSENT, FOCUS, NO_COPY = "理由入力", "同意確認", "重点記録", "複写禁止"
SECOND_LINE, LOOK_BACK, RETURN = "第2線通知", "事後点検", "返却廃棄"
CAN = frozenset(DUTIES)
OF_A_REFUSAL = (FOCUS, SECOND_LINE)  # on a refused look, only these are carried out

SAID = "gate_reasons"  # in the session: what it was said for -> what was said, and until when
OF_SENSITIVE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person gave before a screen opened."""

    words: str
    consent: bool


def is_undoable(visit: Visit, duties: frozenset[str]) -> bool:
    """Return whether a duty stands against the screen itself: then the answer is 拒否.

    What must not be copied is neither printed nor exported.
    """
    prints = visit.page.kind in (REPORT, *EXPORTS)
    return not duties <= CAN or (NO_COPY in duties and prints)


def asks_before(duties: frozenset[str]) -> bool:
    """Return whether something must be said before the screen opens."""
    return bool(duties & {REASON, CONSENT})


def said(request: HttpRequest, visit: Visit, *, handle: str) -> Said | None:
    """Return what was said for this screen and is still good, or None."""
    kept = request.session.get(SAID, {}).get(_name(visit, handle))
    if not kept or (parse_datetime(kept["until"]) or visit.now) <= visit.now:
        return None
    return Said(words=kept["words"], consent=kept["consent"])


def keep(request: HttpRequest, visit: Visit, *, handle: str, words: str, consent: bool) -> None:
    """Keep what was said: for the use in hand; under 要配慮 for one record and two minutes."""
    hat = hat_of(request)
    until: datetime = hat.until if hat else visit.now
    if visit.page.kind == SENSITIVE:
        until = min(until, visit.now + OF_SENSITIVE)
    kept = {
        name: one
        for name, one in dict(request.session.get(SAID, {})).items()
        if (parse_datetime(one["until"]) or visit.now) > visit.now
    }
    kept[_name(visit, handle)] = {
        "words": words,
        "consent": consent,
        "until": until.isoformat(),
    }
    request.session[SAID] = kept


def _name(visit: Visit, handle: str) -> str:
    """Return what a reason is good for. Another hat or purpose needs another one."""
    hat = visit.use.hat
    use = f"{visit.page.system.key}/{hat.post}/{hat.purpose}/{visit.use.grant}"
    if visit.page.kind == SENSITIVE:
        return f"{use}/{visit.page.screen.id}/{handle}"
    return f"{use}/{'export' if visit.page.kind in (REPORT, *EXPORTS) else 'look'}"
