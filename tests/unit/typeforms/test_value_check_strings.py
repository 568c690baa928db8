"""Forms of a module whose annotations are strings."""

from __future__ import annotations

import typing

from hbia_dsl.typeforms.value_check import compile_check


class Settings(typing.TypedDict):
    host: str
    port: typing.NotRequired[int]
    parent: typing.NotRequired[Settings]


class Loose(typing.TypedDict, total=False):
    host: typing.Required[str]
    port: int


class Sized(typing.Protocol):
    size: int


def test_string_annotations_do_not_make_an_optional_key_required() -> None:
    check = compile_check(Settings)

    assert check is not None
    assert check.accepts({"host": "a"})
    assert not check.accepts({})
    assert str(check.explain({"host": "a", "port": "1"})) == 'key "port": expected int, found str'


def test_string_annotations_do_not_make_a_required_key_optional() -> None:
    check = compile_check(Loose)

    assert check is not None
    assert check.accepts({"host": "a"})
    assert str(check.explain({"port": 1})) == 'key "host": missing'


def test_a_typed_dict_inside_itself_is_checked_inside() -> None:
    check = compile_check(Settings)
    nested = {"host": "a", "parent": {"host": "b", "parent": {"host": 3}}}

    assert check is not None
    assert not check.accepts(nested)
    assert (
        str(check.explain(nested))
        == 'key "parent", key "parent", key "host": expected str, found int'
    )


def test_members_of_a_protocol_are_read_from_string_annotations() -> None:
    check = compile_check(Sized)

    assert check is not None
    assert str(check.explain(3)) == "expected Sized, found int without `size`"
