"""What must hold of sign-in before a page is served: hashes, and the files of the home."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import get_hashers
from django.core.checks import CheckMessage, Error, Tags, register

from sekisho.accounts.sessions import IDLE, IDLE_LENT, LONGEST
from sekisho.errors import SekishoError
from sekisho_links.accounts import breached, places, sign_on
from sekisho_web.accounts.hashing import is_dear_enough


@register(Tags.security)
def passwords_are_hashed_dearly(**_: object) -> list[CheckMessage]:
    """Refuse any hasher that is cheaper than OWASP asks."""
    if all(is_dear_enough(hasher) for hasher in get_hashers()):
        return []
    return [
        Error(
            "パスワードの要約の計算が、OWASP の下限より弱くなっています",
            hint="PASSWORD_HASHERS の設定を外してください",
            id="sekisho.E006",
        )
    ]


@register(Tags.security)
def sessions_are_not_lengthened(**_: object) -> list[CheckMessage]:
    """Refuse limits of a session that are longer than the house allows."""
    longest = (
        ("SEKISHO_IDLE_SECONDS", IDLE),
        ("SEKISHO_IDLE_SECONDS_LENT", IDLE_LENT),
        ("SESSION_COOKIE_AGE", LONGEST),
    )
    named = [name for name, most in longest if getattr(settings, name) > most.total_seconds()]
    if not named:
        return []
    return [
        Error(
            f"セッションの時間が、決まりより長くなっています: {'、'.join(named)}",
            hint="短くすることだけができます",
            id="sekisho.E007",
        )
    ]


@register(Tags.security)
def files_of_the_home_are_read(**_: object) -> list[CheckMessage]:
    """Refuse a sign-on, a place or a list of passwords that cannot be read: not at sign-in."""
    home = Path(settings.SEKISHO_HOME)
    asked: Sequence[Callable[[], object]] = (
        lambda: sign_on.sign_ons(home),
        lambda: places.places(home),
        *(partial(breached.check, path) for path in breached.lists(home)),
    )
    return [message for read in asked for message in _read(read)]


def _read(read: Callable[[], object]) -> list[CheckMessage]:
    try:
        read()
    except SekishoError as error:
        hint = f"{error.place}: {error.remedy}"
        return [Error(error.problem, hint=hint, id="sekisho.E008")]
    return []
