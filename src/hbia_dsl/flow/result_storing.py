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

    check: ValueCheck | None
    """None if the result is not checked."""
    vertex: str
    handler: Callable[..., object]

    def refusal(self, value: object) -> ContractOutputError:
        """Describe a result that is not of the declared type; never shows the value."""
        expected = "" if self.check is None else f"`{self.check.expected}`"
        found = "" if self.check is None else f": {self.check.explain(value)}"
        return self._broken(
            f"vertex `{self.vertex}` returned something that is not {expected}{found}",
            "return what the annotation says, or correct the annotation",
        )

    def lacks(self, part: object, value: object) -> ContractOutputError:
        """Describe a result without one of the parts that it is split into."""
        return self._broken(
            f"vertex `{self.vertex}` returned a {type(value).__name__} without the part `{part}`, "
            "which `outputs=` names",
            f"return it, or take `{part}` out of `outputs=`",
        )

    def _broken(self, message: str, help_: str) -> ContractOutputError:
        place = location_of(self.handler, "return")
        return ContractOutputError(Diagnostic(BROKEN_CONTRACT, message, location=place, help=help_))


def compile_store(
    slot: int, contract: Contract, parts: tuple[tuple[OutputPart, int], ...]
) -> Store | None:
    """Return what puts a result away, or None if the slot is all there is to fill.

    Args:
        slot: Where the whole result goes.
        contract: What it must be.
        parts: The parts that it is split into, with their slots.
    """
    check = contract.check
    if parts:
        return _splitting(slot, contract, parts)
    if check is None:
        return None
    accepts, refusal, sure = check.accepts, contract.refusal, check.sure

    def store(slots: Slots, result: object) -> None:
        # The exact class settles most results without a call.
        if type(result) not in sure and not accepts(result):
            raise refusal(result)
        slots[slot] = result

    return store


def _splitting(slot: int, contract: Contract, parts: tuple[tuple[OutputPart, int], ...]) -> Store:
    items = tuple((part.key, s) for part, s in parts if not part.by_attribute)
    fields = tuple((str(part.key), s) for part, s in parts if part.by_attribute)
    accepts = contract.check.accepts if contract.check is not None else None

    def store(slots: Slots, result: object) -> None:
        if accepts is not None and not accepts(result):
            raise contract.refusal(result)
        key: object = None
        try:
            for key, part_slot in items:
                slots[part_slot] = result[key]  # type: ignore[index]  # nearly always it has it
            for key, part_slot in fields:
                slots[part_slot] = getattr(result, key)
        except (LookupError, TypeError, AttributeError) as error:
            raise contract.lacks(key, result) from error
        slots[slot] = result

    return store
