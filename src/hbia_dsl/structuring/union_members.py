"""What a union is made of."""

import types
import typing

from hbia_dsl.structuring.opened_form import opened

_MOST_NESTED = 20


def is_union_form(form: object) -> bool:
    """Whether a form is a union, however it is spelled."""
    return typing.get_origin(form) in (typing.Union, types.UnionType)


def members_of_union(form: object, depth: int = 0) -> list[object]:
    """Return the members of a union, those of unions inside it among them."""
    found: list[object] = []
    for member in typing.get_args(form):
        inner = opened(member)
        is_union = depth < _MOST_NESTED and is_union_form(inner)
        found += members_of_union(inner, depth + 1) if is_union else [member]
    return found
