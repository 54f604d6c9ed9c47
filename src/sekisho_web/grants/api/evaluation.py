"""May this person use this system now? OpenID AuthZEN Authorization API 1.0, with access requests.

What is asked for one use at a time must run: the person starts it themselves, at their terminal.
A denial that a request could lift says where the person asks; no program asks in their stead,
and none decides.
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from sekisho.accounts.keys import Scope
from sekisho.grants.policies import MODE_WORDS
from sekisho.grants.refusals import NO_GRANT, NO_SYSTEM, NOT_BEGUN, OUTSIDE, OVER, USED_UP
from sekisho.grants.use import Permit
from sekisho.terms.refusals import Refusal
from sekisho_web.accounts.api.endpoints import endpoint
from sekisho_web.accounts.models import ApiToken, AppointmentTerm, Person, System
from sekisho_web.accounts.queries.programs import is_own
from sekisho_web.grants import asking
from sekisho_web.grants.api import shapes
from sekisho_web.grants.api.registers import systems_of
from sekisho_web.grants.models import Grant, Use
from sekisho_web.grants.queries import policies

ROOT = "access/v1/"
LIFTED_BY_A_REQUEST = (NO_GRANT, OVER, OUTSIDE, USED_UP)
NO_ID = Refusal(reason="このシステムのIDがありません", remedy="利用責任者にIDを申請してください")


@endpoint(
    "evaluation", root=ROOT, scope=Scope.EVALUATE, method="POST", reading=True,
    summary="この人が、いまこのシステムを利用してよいか（AuthZEN）", asks=shapes.Evaluate,
    answers=shapes.Evaluation,
)  # fmt: skip
def evaluation(*, key: ApiToken, asked: shapes.Evaluate, now: datetime) -> shapes.Evaluation:
    purpose = str(asked.action.properties.get("purpose", asked.context.get("purpose", "")))
    role = str(asked.action.properties.get("role", ""))
    system = System.objects.select_related("owner").filter(key=asked.resource.id).first()
    person = Person.objects.filter(code=asked.subject.id).first()
    if system is None or person is None or not _may_ask(key, system, person):
        return _denied(NO_SYSTEM)  # as if there were none: the same answer for both
    answer = _answer(person, system, purpose, role, now)
    if isinstance(answer, Refusal):
        lifted = answer in LIFTED_BY_A_REQUEST
        ways = _ways(person, system, purpose, role, now) if lifted else ()
        return _denied(answer, system=system.key, ways=ways)
    grant = Grant.objects.select_related("request", "emergency").get(pk=answer.grant)
    if grant.kind == Grant.Kind.PER_USE and not _is_running(grant, now):
        return _denied(NOT_BEGUN)
    return shapes.Evaluation(decision=True, context=_told(answer, grant))


def _may_ask(key: ApiToken, system: System, person: Person) -> bool:
    answers = systems_of(key.company).filter(pk=system.pk).exists()
    return answers or is_own(person.pk, key.company)


def _answer(
    person: Person, system: System, purpose: str, role: str, now: datetime
) -> Permit | Refusal:
    """Return what fares best among the person's open IDs in that system."""
    codes = list(
        system.accounts.filter(person=person, closed_at=None)
        .order_by("pk")
        .values_list("code", flat=True)
    )
    facts = asking.facts_of(person.pk, system.key, at=now)
    answers = [
        asking.entitled(facts, account=code, purpose=purpose, role=role, at=now) for code in codes
    ]
    permits = [one for one in answers if isinstance(one, Permit)]
    return permits[0] if permits else answers[0] if answers else NO_ID


def _is_running(grant: Grant, now: datetime) -> bool:
    return Use.objects.filter(grant=grant, during__contains=now).exists()


def _ways(
    person: Person, system: System, purpose: str, role: str, now: datetime
) -> Sequence[shapes.Way]:
    """Return how the person could ask for it, in whichever post it goes; none: in no way."""
    posts = AppointmentTerm.objects.in_force(now=now).filter(person=person)
    found = {}
    for post in posts.values_list("appointment", flat=True):
        for one in policies.fitting(
            system=system.key, purpose=purpose, appointment=post, at=now, role=role
        ):
            rule = policies.rule_of(one)
            found[one.code, one.version] = shapes.Way(
                policy=f"{one.code} {one.version}",
                mode=MODE_WORDS[rule.mode],
                parties=[party.words for party in rule.parties],
            )
    return [found[each] for each in sorted(found)]


def _denied(
    refusal: Refusal, *, system: str = "", ways: Sequence[shapes.Way] = ()
) -> shapes.Evaluation:
    where = f"{settings.SEKISHO_SITE.rstrip('/')}{reverse('grants:ask')}?system={system}"
    request = shapes.AccessRequest(
        type="sekisho_use", endpoint=where, interactive=True, ways=list(ways)
    )
    return shapes.Evaluation(
        decision=False,
        context=shapes.Told(
            reason=refusal.reason,
            remedy=refusal.remedy,
            grant=None,
            emergency=None,
            until=None,
            approval=None,
            access_request=request if ways else None,
        ),
    )


def _told(permit: Permit, grant: Grant) -> shapes.Told:
    return shapes.Told(
        reason="発令、ID、利用許可があります",
        remedy="",
        grant=grant.code,
        emergency=grant.emergency.code if grant.emergency else None,
        until=permit.until,
        approval=shapes.Approval(
            status=shapes.Status.APPROVED if grant.request else shapes.Status.STANDING,
            request=grant.request.code if grant.request else None,
        ),
        access_request=None,
    )
