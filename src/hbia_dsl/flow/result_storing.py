"""How a vertex's result is put away: checked against its contract, split into its parts."""

from collections.abc import Callable

import attrs

from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BROKEN_CONTRACT
from hbia_dsl.diagnostics.location import location_of
from hbia_dsl.errors import ContractOutputError
from hbia_dsl.kernel.plan import Slots
from hbia_dsl.typeforms.compiled_check import ValueCheck
from hbia_dsl.wiring.wired_flow import OutputPart

Store = Callable[[Slots, object], None]


@attrs.frozen(eq=False)
class Contract:
    """What a result must be, and how to complain if it is not."""

    check: ValueCheck
    vertex: str
    handler: Callable[..., object]

    def refusal(self, value: object) -> ContractOutputError:
        """Describe a result that is not of the declared type; never shows the value."""
        return ContractOutputError(
            Diagnostic(
                BROKEN_CONTRACT,
                f"vertex `{self.vertex}` returned something that is not `{self.check.expected}`: "
                f"{self.check.explain(value)}",
                location=location_of(self.handler, "return"),
                help="return what the annotation says, or correct the annotation",
            )
        )


def compile_store(
    slot: int, contract: Contract | None, parts: tuple[tuple[OutputPart, int], ...]
) -> Store | None:
    """Return what puts a result away, or None if the slot is all there is to fill.

    Args:
        slot: Where the whole result goes.
        contract: What it must be, if that is checked.
        parts: The parts that it is split into, with their slots.
    """
    if parts:
        return _splitting(slot, contract, parts)
    if contract is None:
        return None
    accepts, refusal, sure = contract.check.accepts, contract.refusal, contract.check.sure

    def store(slots: Slots, result: object) -> None:
        # The exact class settles most results without a call.
        if type(result) not in sure and not accepts(result):
            raise refusal(result)
        slots[slot] = result

    return store


def _splitting(
    slot: int, contract: Contract | None, parts: tuple[tuple[OutputPart, int], ...]
) -> Store:
    items = tuple((part.key, s) for part, s in parts if not part.by_attribute)
    fields = tuple((str(part.key), s) for part, s in parts if part.by_attribute)
    accepts = contract.check.accepts if contract is not None else None

    def store(slots: Slots, result: object) -> None:
        if accepts is not None and contract is not None and not accepts(result):
            raise contract.refusal(result)
        for key, part_slot in items:
            slots[part_slot] = result[key]  # type: ignore[index]  # wiring saw that the type has it
        for field, part_slot in fields:
            slots[part_slot] = getattr(result, field)
        slots[slot] = result

    return store
