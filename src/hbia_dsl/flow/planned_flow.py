"""What planning a flow gives: a plan, and where its values are found by name."""

from collections.abc import Mapping

import attrs

from hbia_dsl.flow.input_plan import InputKind
from hbia_dsl.kernel.plan import Plan
from hbia_dsl.typeforms.compiled_check import ValueCheck


@attrs.frozen(eq=False)
class PlannedFlow:
    """A plan, and where the values of its flow are found by name."""

    plan: Plan
    input_slots: Mapping[str, int]
    """Slot of each input of the flow."""
    input_checks: Mapping[str, ValueCheck]
    """The contract of each input that has one."""
    output_slots: Mapping[str, Mapping[str, int]]
    """By vertex, in canonical order: its outputs and their slots; of a split vertex the parts."""
    numbers: Mapping[str, int]
    """Canonical number of each vertex."""
    result_slot: int | None
    input_kind: InputKind
