"""The desk of the provisioner: which targets are open, which rest, and what one hand does next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from sekisho.errors import SekishoError
from sekisho_links.accounts.targets import Target as Reached
from sekisho_links.accounts.targets import TargetUnreachable, open_target
from sekisho_links.accounts.targets.secrets import secret_of
from sekisho_web.accounts.models import Push, Reconciliation, Target
from sekisho_web.accounts.operations import carrying, pushes, reconciling

Clock = Callable[[], datetime]
HANDFUL = 4  # pushes that one hand takes at a time; the last must not wait for its lease to end
FIRST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest:
    until: datetime
    long: timedelta
    on_trial: bool = False


class Desk:
    """What the hands of one provisioner share.

    A target that does not answer rests for a while. Then one hand tries it, and the others go on
    with those that do answer.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = Lock()
        self._open: dict[int, tuple[str, Reached]] = {}
        self._rests: dict[int, _Rest] = {}

    def reached(self, target: Target) -> Reached:
        """Return the target, opened once and anew when its address or its secret changes.

        Raise SekishoError where it cannot be opened as it is registered.
        """
        secret = secret_of(self._home, target.system.key)
        print_of = repr((target.kind, target.address, target.probes, secret))
        with self._lock:  # one for all hands: a target remembers what its readings back need
            known = self._open.get(target.pk)
            if known is not None and known[0] == print_of:
                return known[1]
            made = open_target(
                target.kind,
                target.address,
                secret,
                place=target.system.name,
                probes=target.probes,
            )
            self._open[target.pk] = (print_of, made)
        return made

    def close(self) -> None:
        """Let go of what stays open between two pushes."""
        with self._lock:
            kept, self._open = self._open, {}
        for _, reached in kept.values():
            getattr(reached, "close", _nothing)()

    def resting(self) -> frozenset[int]:
        """Return the targets that are left alone, those on trial by another hand included."""
        with self._lock:
            return frozenset(self._rests)

    def on_trial(self, *, now: datetime) -> int | None:
        """Return a target whose rest is over, for the asking hand alone; None: there is none."""
        with self._lock:
            for target, rest in self._rests.items():
                if rest.until <= now and not rest.on_trial:
                    self._rests[target] = _Rest(until=rest.until, long=rest.long, on_trial=True)
                    return target
        return None

    def lay_down(self, target: int, *, now: datetime) -> None:
        """Let `target` rest, longer each time that it does not answer."""
        with self._lock:
            rest = self._rests.get(target)
            if rest is not None and not rest.on_trial:
                return  # another hand has just found the same
            long = min(2 * rest.long, LONGEST_REST) if rest else FIRST_REST
            self._rests[target] = _Rest(until=now + long, long=long)

    def is_up(self, target: int) -> bool:
        """Take the rest from `target`, and return whether it had one."""
        with self._lock:
            return self._rests.pop(target, None) is not None


def _nothing() -> None:
    """Close what opens anew with each call."""


def one_round(desk: Desk, *, clock: Clock, handful: int = HANDFUL) -> int:
    """Take what is due and carry it; return how many were taken. One hand, one round."""
    trial = desk.on_trial(now=clock())
    if trial is not None:
        taken = carrying.take_due(now=clock(), limit=1, target=trial)
        if not taken:  # nothing waits for it any more
            desk.is_up(trial)
    else:
        taken = carrying.take_due(now=clock(), limit=handful, resting=desk.resting())
    states = carrying.wanted_by_now(taken, now=clock()) if taken else {}
    down: set[int] = set()
    for push in taken:
        if push.target_id in down:
            carrying.hand_back(push, now=clock())
            continue
        try:
            reached = desk.reached(push.target)
            carrying.carry(push, reached, clock=clock, wanted=states.get(push.pk))
        except TargetUnreachable:
            down.add(push.target_id)
            desk.lay_down(push.target_id, now=clock())
        except SekishoError as error:  # as it is registered, it cannot even be opened
            carrying.give_up_for_now(push, why=error.problem, now=clock())
        else:
            if desk.is_up(push.target_id):
                carrying.wake(push.target_id, now=clock())
    return len(taken)


def compare(desk: Desk, target: Target, *, clock: Clock) -> Reconciliation:
    """Reconcile `target` (突合), and return the run. One that cannot be opened is 不読."""
    try:
        reached = desk.reached(target)
    except SekishoError as error:
        return reconciling.not_opened(target, why=error.problem, clock=clock)
    return reconciling.run(target, reached, clock=clock)


def look_round(desk: Desk, *, clock: Clock) -> int:
    """Look again at what people do and what logs show; return how many were looked at."""
    due = carrying.to_look_at(now=clock())
    for push in due:
        try:
            carrying.look_again(push, desk.reached(push.target), clock=clock)
        except SekishoError as error:
            Push.objects.filter(pk=push.pk, state__in=Push.OPEN).update(
                next_at=clock() + pushes.LOOKS, problem=error.problem[: carrying.LONGEST]
            )
    return len(due)
