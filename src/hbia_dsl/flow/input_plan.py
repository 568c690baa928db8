"""Of which kind the inputs of a flow are, and so how a run's values become them."""

import typing
from collections.abc import Callable
from enum import Enum


class InputKind(Enum):
    """What declares the inputs of a flow."""

    FOUND = "found"
    """Nothing: wiring found them."""
    OBJECT = "object"
    """A class whose instances have them as attributes."""
    MAPPING = "mapping"
    """A TypedDict."""
    SIGNATURE = "signature"
    """A function with them as parameters."""


def input_kind(inputs_from: Callable[..., object] | None) -> InputKind:
    """Tell what declares the inputs of a flow."""
    from hbia_dsl.wiring.record_fields import RecordKind, record_kind  # loaded where it is used

    if inputs_from is None:
        return InputKind.FOUND
    if not isinstance(typing.get_origin(inputs_from) or inputs_from, type):
        return InputKind.SIGNATURE
    is_dict = record_kind(inputs_from) is RecordKind.TYPED_DICT
    return InputKind.MAPPING if is_dict else InputKind.OBJECT
