"""The outputs of a function as a document calls them."""

from collections.abc import Mapping

import attrs

from hbia_dsl.documents.document import DocumentVertex
from hbia_dsl.documents.type_text import type_text
from hbia_dsl.typeforms.assignability import is_assignable
from hbia_dsl.typeforms.type_names import type_of_name
from hbia_dsl.typeforms.verdict import NO
from hbia_dsl.wiring.output_names import (
    UnresolvedFieldError,
    UnsplittableResultError,
    parts_of_result,
)
from hbia_dsl.wiring.record_fields import fields_of_record, record_kind


@attrs.frozen
class StatedOutputs:
    """What `outputs=` of the function is to be, and the type of each value it gives."""

    outputs: str | tuple[str, ...] | None
    forms: Mapping[str, object]
    """By output; of a result that cannot be split, and of a TypedDict's like, as far as known."""


def stated_outputs(
    vertex: DocumentVertex, told: str | tuple[str, ...] | None, returns: object
) -> StatedOutputs:
    """Decide what the outputs of a document mean for a function.

    What the function itself says is kept. If it says nothing, a document may give the
    result a name, or names to split it by: several; or one that is a field of the result,
    or whose type the result as a whole does not have.

    Args:
        vertex: The vertex with its outputs.
        told: `outputs=` of the function.
        returns: The type that it returns, after awaiting.
    """
    whole = vertex.name
    names = tuple(name for name in vertex.outputs if name != whole)
    if told is None and names:
        told = names
        if len(names) == 1 and whole not in vertex.outputs and _is_whole(vertex, names[0], returns):
            told = names[0]
    if not isinstance(told, tuple):
        return StatedOutputs(told, {told or whole: returns})
    return StatedOutputs(told, {whole: returns, **_forms_of_parts(returns, told)})


def _is_whole(vertex: DocumentVertex, name: str, returns: object) -> bool:
    kind = record_kind(returns)
    if kind is not None:
        return all(field.name != name for field in fields_of_record(returns, kind))
    claim = type_of_name(vertex.outputs[name].type.text)
    fits = is_assignable(type_of_name(type_text(returns)), claim) is not NO
    return fits or not _forms_of_parts(returns, (name,))


def _forms_of_parts(returns: object, names: tuple[str, ...]) -> Mapping[str, object]:
    try:
        return {part.name: part.form for part in parts_of_result(returns, names)}
    except (UnsplittableResultError, UnresolvedFieldError):
        return {}  # wiring reports it
