"""From a request to an ID (アカウントの発行): by whom, for whom, and when not.

A use officer (利用責任者) asks, the owner's system officer (システム管理責任者) decides, and nobody
asks, decides or issues for themselves. What is missing refuses: no officer in post, no unit on the
list, no news from personnel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sekisho.terms.periods import Period
from sekisho.terms.refusals import Refusal

SYSTEM_OFFICER, DEPUTY, USE_OFFICER = "system_officer", "deputy", "use_officer"
OF_THE_OWNER = frozenset({SYSTEM_OFFICER, DEPUTY})
IN_USE = "in_use"


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Somebody responsible for a system (責任者), as long as the office and the post both run."""

    person: str
    role: str  # SYSTEM_OFFICER, DEPUTY or USE_OFFICER
    company: str  # for whose people
    appointment: str
    period: Period  # of the office, inside the post

    def is_in_post(self, at: datetime) -> bool:
        return self.period.holds(at)


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What the register says of a system, as far as issue depends on it.

    eligible: which posts may ever get an ID. Each line names a unit, a kind of unit, a kind of
              company and kinds of posts; what it does not name it does not narrow. No line at
              all: nobody.
    """

    key: str
    state: str
    owner: str | None
    officers: tuple[Officer, ...] = ()
    eligible: tuple[Mapping[str, Any], ...] = ()
    log_source: str = ""
    has_table: bool = True  # a decision table, or it shows no governed records
    is_controlled: bool = True  # by its owner, here; else only its log is read (log_only)
    is_registered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """For whom an ID is asked, by which post. Names and addresses as they would be registered."""

    person: str
    works_for: str
    company_kind: str
    unit: str
    unit_kind: str
    post_kind: str
    post: Period
    on_leave: bool = False
    name: str = ""
    phone: str = ""
    mail: str = ""
    purpose: str = ""
    is_held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What else is so when an ID is asked for or issued.

    feed_is_silent: whether the personnel feed of the person's company has said nothing for more
                    than three business days; None: there is no feed that anybody could have heard.
    open_accounts:  (system, works_for) of the person's open personal IDs.
    waiting:        the same of requests that wait.
    """

    feed_is_silent: bool | None
    open_accounts: frozenset[tuple[str, str]] = frozenset()
    waiting: frozenset[tuple[str, str]] = frozenset()


def defects(system: System, *, at: datetime) -> Sequence[Refusal]:
    """Return what the register lacks (台帳不備): while there is any, no ID is issued."""
    found = []
    if system.owner is None:
        found.append(
            Refusal(reason="持ち主の会社がありません", remedy="持ち主の会社を登録してください")
        )
    if not any(
        officer.role in OF_THE_OWNER
        and (officer.company == system.owner or not system.is_controlled)
        and officer.is_in_post(at)
        for officer in system.officers
    ):
        found.append(
            Refusal(
                reason="在任のシステム管理責任者がいません",
                remedy="システム管理責任者を、発令の期間の中で登録してください",
            )
        )
    if not system.log_source:
        found.append(
            Refusal(
                reason="記録の出どころがありません",
                remedy="閲覧の記録がどこにあるかを書いてください",
            )
        )
    if not system.has_table:
        found.append(
            Refusal(reason="判定表がありません", remedy="整理表と判定表を作り、公開してください")
        )
    return found


def is_eligible(system: System, candidate: Candidate) -> bool:
    """Return whether the post of `candidate` is one that may get an ID in `system`."""
    known = {
        "unit": candidate.unit,
        "unit_kind": candidate.unit_kind,
        "company_kind": candidate.company_kind,
    }
    for line in system.eligible:
        named = {name: line[name] for name in known if line.get(name)}
        kinds = line.get("kinds") or ()
        # a line that names nothing would let everybody in: it lets in nobody
        if not named or any(known[name] != value for name, value in named.items()):
            continue
        if not kinds or candidate.post_kind in kinds:
            return True
    return False


def refusal_to_ask(
    system: System,
    candidate: Candidate,
    circumstances: Circumstances,
    *,
    by: str,
    at: datetime,
) -> Refusal | None:
    """Return why `by` may not ask for an ID of `candidate` in `system`, or None where they may."""
    if by == candidate.person:
        return OWN_REQUEST
    if not _holds_office(system, by, (USE_OFFICER,), company=candidate.works_for, at=at):
        return Refusal(
            reason="申請できるのは、この会社の在任の利用責任者だけです",
            remedy="利用責任者に申請を頼んでください",
        )
    pair = (system.key, candidate.works_for)
    if pair in circumstances.waiting:
        return Refusal(
            reason="同じ人の申請が承認を待っています", remedy="その申請の結果を待ってください"
        )
    return refusal_to_issue(system, candidate, circumstances, at=at)


def refusal_to_decide(
    system: System, *, person: str, asked_by: str, by: str, works_for: str, at: datetime
) -> Refusal | None:
    """Return why `by` may not approve or deny a request, or None where they may.

    The owner's officer decides. For a system that its owner does not control here (the state's),
    it is the officer of the company whose work is done: each company answers for its own people.
    """
    if by == person:
        return Refusal(
            reason="自分のIDの申請には答えられません",
            remedy="ほかのシステム管理責任者に頼んでください",
        )
    if by == asked_by:
        return Refusal(
            reason="自分が出した申請には答えられません",
            remedy="ほかのシステム管理責任者に頼んでください",
        )
    company = system.owner if system.is_controlled else works_for
    if not _holds_office(system, by, OF_THE_OWNER, company=company, at=at):
        return Refusal(
            reason="答えられるのは、在任のシステム管理責任者だけです",
            remedy="システム管理責任者に連絡してください",
        )
    return None


def refusal_to_issue(
    system: System, candidate: Candidate, circumstances: Circumstances, *, at: datetime
) -> Refusal | None:
    """Return why no ID may be issued to `candidate` in `system` at `at`, or None where one may."""
    if system.state != IN_USE or not system.is_registered:
        return Refusal(
            reason="利用中の対象システムではありません",
            remedy="対象システムの台帳を確かめてください",
        )
    if missing := defects(system, at=at):
        return missing[0]
    if not candidate.post.holds(at):
        return Refusal(reason="発令がいま有効ではありません", remedy="有効な発令を選んでください")
    if candidate.on_leave:
        return Refusal(reason="休職中の人です", remedy="復職の発令を待ってください")
    if candidate.is_held:
        return Refusal(reason="停止されている人です", remedy="停止が解除されてから申請してください")
    if not is_eligible(system, candidate):
        return Refusal(
            reason="この組織または発令の人は、このシステムのIDを持てません",
            remedy="持てる組織は、対象システムの台帳で確かめてください",
        )
    if refusal := refusal_of_silence(circumstances.feed_is_silent):
        return refusal
    if lacking := [
        word
        for word, value in (
            ("氏名", candidate.name),
            ("電話", candidate.phone),
            ("電子メール", candidate.mail),
            ("用途", candidate.purpose),
        )
        if not value.strip()
    ]:
        return Refusal(
            reason=f"登録する事項がありません（{'、'.join(lacking)}）",
            remedy="すべて書いてから申請してください",
        )
    if (system.key, candidate.works_for) in circumstances.open_accounts:
        return Refusal(
            reason="この人は、同じ業務のIDをすでに持っています",
            remedy="いまのIDを使うか、廃止してから申請してください",
        )
    return None


def refusal_of_silence(feed_is_silent: bool | None) -> Refusal | None:  # noqa: FBT001
    """Return why nothing new is given to people of whom personnel has not spoken for days."""
    if feed_is_silent is None:
        return Refusal(
            reason="この人の会社の人事連携がありません",
            remedy="人事連携を登録し、発令を受け取ってから申請してください",
        )
    if feed_is_silent:
        return Refusal(
            reason="人事連携が3営業日より長く届いていません",
            remedy="人事連携が届いてから申請してください。いまあるIDは使えます",
        )
    return None


OWN_REQUEST = Refusal(
    reason="自分のIDは申請できません", remedy="ほかの利用責任者に申請を頼んでください"
)


def _holds_office(
    system: System,
    person: str,
    roles: Sequence[str] | frozenset[str],
    *,
    company: str | None,
    at: datetime,
) -> bool:
    return any(
        officer.person == person
        and officer.role in roles
        and officer.company == company
        and officer.is_in_post(at)
        for officer in system.officers
    )
