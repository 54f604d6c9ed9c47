"""What became of the uses that were approved: used, unused, or of a day not yet received."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sekisho.grants.reconciling.classes import OfUse
from sekisho.grants.reconciling.facts import Use, at_moment
from sekisho.grants.reconciling.receipt import Stretch, is_received


def uses_found(
    uses: Iterable[Use], *, seen: Collection[str], received: Sequence[Stretch]
) -> Mapping[str, OfUse]:
    """Return what became of each use.

    seen:     the uses for which a line speaks.
    received: the days of which a log was received. Without one a use is never called unused.
    """
    return {
        use.use: OfUse.USED
        if use.use in seen
        else OfUse.UNUSED
        if is_received(received, starts=at_moment(use.starts), ends=at_moment(use.ends))
        else OfUse.NOT_YET
        for use in uses
    }
