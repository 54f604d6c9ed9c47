"""What leaves the door: the treatment of every field of a record, in one context."""

from collections.abc import Mapping
from types import MappingProxyType

from sekisho.policy.attributes import RELATION, VIEWER_CLASS
from sekisho.policy.masking import delivered
from sekisho.policy.system import System
from sekisho.policy.table import KEPT, Context
from sekisho.policy.treatment import Treatment


def plan(system: System, context: Context) -> Mapping[str, Treatment]:
    """Return the delivered form of every field of `system` in `context`, by field id.

    The stricter of 判定表 (for the item class) and 整理表 (for the field, the viewer class and
    the group of 契約相手), in the form its mask can give. Where the row is refused, so is every
    field of it. A field that is not in 整理表 is not in the plan: it is 拒否.
    """
    viewer = context.get(VIEWER_CLASS, "")
    group = system.groups.get(context.get(RELATION, ""), "")
    key = (system.table.live(context), viewer, group)
    known = system.kept_plans.get(key)
    if known is None:
        decision = system.table.decide(context)
        shown = decision.row == Treatment.SHOW
        known = MappingProxyType(
            {
                field.id: delivered(
                    max(decision.levels[field.item], field.ceiling(viewer, group)), mask=field.mask
                )
                if shown
                else Treatment.REFUSE
                for field in system.fields.values()
            }
        )
        if len(system.kept_plans) >= KEPT:
            system.kept_plans.clear()
        system.kept_plans[key] = known
    return known


def treatment_of(system: System, field: str, context: Context) -> Treatment:
    """Return the delivered form of one field; a field that 整理表 does not have is 拒否."""
    return plan(system, context).get(field, Treatment.REFUSE)
