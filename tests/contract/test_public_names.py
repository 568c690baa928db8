"""The front door: few names, sorted, and exactly those that are there."""

import ast
from types import ModuleType
from typing import Final

import pytest

import hbia_dsl
import hbia_dsl.atomicity
import hbia_dsl.cache
import hbia_dsl.conf
import hbia_dsl.documents
import hbia_dsl.testing
from contract.source_tree import PACKAGE, listed, tree_of

LARGEST_FACE: Final = 30

every_face = pytest.mark.parametrize(
    "face",
    [
        hbia_dsl,
        hbia_dsl.atomicity,
        hbia_dsl.cache,
        hbia_dsl.conf,
        hbia_dsl.documents,
        hbia_dsl.testing,
    ],
    ids=lambda face: face.__name__,
)


def _names(face: ModuleType) -> list[str]:
    return list(getattr(face, "__all__", []))


def test_the_package_lists_its_public_names() -> None:
    assert _names(hbia_dsl)


@every_face
def test_public_names_are_sorted_and_each_is_listed_once(face: ModuleType) -> None:
    assert sorted(set(_names(face))) == _names(face)


@every_face
def test_one_can_learn_all_public_names(face: ModuleType) -> None:
    assert len(_names(face)) <= LARGEST_FACE


@every_face
def test_every_listed_name_exists(face: ModuleType) -> None:
    missing = [name for name in _names(face) if not hasattr(face, name)]

    assert not missing, listed(missing)


@every_face
def test_every_public_name_is_listed(face: ModuleType) -> None:
    unlisted = [
        name
        for name, value in vars(face).items()
        if not name.startswith("_")
        if not isinstance(value, ModuleType)
        if name not in _names(face)
    ]

    assert not unlisted, listed(unlisted)


@every_face
def test_every_listed_function_and_class_is_ours_and_documented(face: ModuleType) -> None:
    foreign = [
        name
        for name in _names(face)
        if callable(value := getattr(face, name, None))
        if not str(getattr(value, "__module__", "")).startswith("hbia_dsl.")
        or not getattr(value, "__doc__", None)
    ]

    assert not foreign, listed(foreign)


def test_a_type_checker_sees_the_names_that_are_loaded_when_asked_from_where_they_come() -> None:
    seen = {
        alias.name: item.module
        for block in tree_of(PACKAGE / "__init__.py").body
        if isinstance(block, ast.If)
        for item in block.body
        if isinstance(item, ast.ImportFrom)
        for alias in item.names
    }

    assert seen
    assert seen == hbia_dsl._LOADED_WHEN_ASKED  # noqa: SLF001 - the other half of the block
    assert [name for name in seen if getattr(hbia_dsl, name).__module__ != seen[name]] == []


def test_a_name_that_is_not_there_is_an_attribute_error_and_all_names_are_listed() -> None:
    with pytest.raises(AttributeError, match="no attribute 'run_flows'") as caught:
        _ = hbia_dsl.run_flows  # type: ignore[attr-defined]  # what is tried

    assert caught.value.name == "run_flows"
    assert set(hbia_dsl.__all__) <= set(dir(hbia_dsl))
