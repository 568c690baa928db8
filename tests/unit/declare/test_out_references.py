"""`out(...)`: a reference that looks like a value to a type checker only."""

import copy
from typing import Any, Final

import pytest

from hbia_dsl import out, vertex
from hbia_dsl.declare.out_reference import OutReference, reference_parts

reference: Final[Any] = out  # the typed fiction, seen as what it is


@vertex
def rank(number: int) -> int:
    return number


class Service:
    @vertex
    @staticmethod
    def save(number: int) -> int:
        return number


def test_out_refers_to_a_vertex() -> None:
    assert reference_parts(reference(rank)) == (rank, None)


@pytest.mark.parametrize("part", [reference(rank).best, reference(rank)["best"]])
def test_a_part_is_named_like_an_attribute_or_a_key(part: OutReference) -> None:
    assert reference_parts(part) == (rank, "best")


def test_a_reference_shows_what_was_written() -> None:
    assert repr(reference(rank)) == "out(rank)"
    assert repr(reference(rank).best) == "out(rank).best"


def test_outputs_may_have_any_public_name() -> None:
    for name in ("vertex", "output", "name", "items", "keys", "index", "count"):
        assert reference_parts(getattr(reference(rank), name)) == (rank, name)


def test_a_part_has_no_parts() -> None:
    with pytest.raises(AttributeError, match=r"`out\(rank\).best` is one output"):
        _ = reference(rank).best.name


def test_introspection_finds_no_dunder_names() -> None:
    assert not hasattr(reference(rank), "__wrapped__")
    assert not hasattr(reference(rank), "__html__")


def test_a_reference_can_be_copied() -> None:
    assert reference_parts(copy.copy(reference(rank).best)) == (rank, "best")


def test_static_and_class_methods_can_be_referred_to_inside_their_class() -> None:
    inner = Service.__dict__["save"]

    assert reference_parts(reference(inner))[0] is inner
