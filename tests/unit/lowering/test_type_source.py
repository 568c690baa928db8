"""A type written as source code means the same type, and what has no name has no text."""

import importlib
import types
import typing
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Annotated, Any, Final, ForwardRef, Literal, NewType, ParamSpec, TypeVar

import pytest

from hbia_dsl.lowering.source_names import ImportedModules
from hbia_dsl.lowering.type_source import TypeSource, type_source_of
from hbia_dsl.typeforms.assignability import is_assignable
from hbia_dsl.typeforms.verdict import NO
from typeform_grammar import HEADER
from typeform_pairs import PairGenerator, text

FORMS: Final = 2_000

T = TypeVar("T")
P = ParamSpec("P")
Number = NewType("Number", int)


class Colour(Enum):
    RED = "red"


class Outer:
    class Inner:
        pass


def _namespace() -> dict[str, object]:
    names: dict[str, object] = {}
    exec(HEADER, names)  # noqa: S102 - imports that are written in this project
    return names


def _read_back(source: TypeSource) -> object:
    """Evaluate a text as a module with its imports would."""
    imports = ImportedModules(source.modules())
    names: dict[str, object] = {
        alias: importlib.import_module(module) for module, alias in imports.alias_of.items()
    }
    found: object = eval(source.text(imports), names)  # noqa: S307 - made from types of this project
    return found


def _mean_the_same(one: object, other: object) -> bool:
    """Whether two types are written alike, and neither is refused where the other is wanted."""
    again, source = (type_source_of(form, with_variables=True) for form in (one, other))
    return again == source and NO not in (is_assignable(one, other), is_assignable(other, one))


def test_every_generated_type_is_read_back_as_itself() -> None:
    names = _namespace()
    generator = PairGenerator(7)
    wrong, unnamed = [], []
    for pair in generator.pairs(FORMS // 2):
        for written in map(text, pair):
            form: object = eval(written, names)  # noqa: S307 - annotations that this project generates
            source = type_source_of(form, with_variables=True)
            if source is None:
                unnamed.append(written)
            elif not _mean_the_same(_read_back(source), form):
                wrong.append(f"{written}: {_read_back(source)}")

    assert not wrong, "\n".join(wrong[:20])
    assert not unnamed, "\n".join(unnamed[:20])


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (None, "None"),
        (type(None), "None"),
        (int, "int"),
        (Any, "typing.Any"),
        (int | None, "int | None"),
        (typing.Optional[str], "str | None"),  # noqa: UP045 - the other spelling
        (tuple[int, ...], "tuple[int, ...]"),
        (tuple[()], "tuple[()]"),
        (Annotated[int, "mark"], "int"),
        (Callable[[int, str], bool], "abc.Callable[[int, str], bool]"),
        (Callable[..., None], "abc.Callable[..., None]"),
        (Literal["a'b", 1, b"x", True], "typing.Literal[\"a'b\", 1, b'x', True]"),
        (tuple[int, *tuple[str, ...]], "tuple[int, *tuple[str, ...]]"),
        (types.MappingProxyType[str, int], "types.MappingProxyType[str, int]"),
        (typing.List, "list"),  # noqa: UP006 - the other spelling
        (list[Sequence[int]], "list[abc.Sequence[int]]"),
        (Literal[Colour.RED], "typing.Literal[test_type_source.Colour.RED]"),
        (Outer.Inner, "test_type_source.Outer.Inner"),
        (Number, "test_type_source.Number"),
    ],
)
def test_types_are_written_as_their_authors_would(form: object, expected: str) -> None:
    source = type_source_of(form)

    assert source is not None
    assert (
        source.text(ImportedModules(source.modules())).replace(_OWN, "test_type_source") == expected
    )


_OWN: Final = __name__.rpartition(".")[2]


def test_private_modules_of_the_standard_library_are_named_by_their_public_ones() -> None:
    source = type_source_of(typing.cast(object, importlib.import_module("io").StringIO))

    assert source is not None
    assert list(source.modules()) == ["io"]


def test_a_class_inside_a_function_has_no_text() -> None:
    class Local:
        pass

    assert type_source_of(Local) is None
    assert type_source_of(dict[str, list[Local]]) is None


@pytest.mark.parametrize("form", ["User", ForwardRef("User"), types.GenericAlias(list, ("User",))])
def test_annotations_that_are_still_text_have_no_text(form: object) -> None:
    assert type_source_of(form) is None


def test_type_variables_count_only_where_they_make_a_signature_generic() -> None:
    assert type_source_of(list[T]) is None  # type: ignore[valid-type]  # a form with a free variable
    assert type_source_of(Callable[P, T]) is None
    assert type_source_of(list[T], with_variables=True) is not None  # type: ignore[valid-type]  # as above
