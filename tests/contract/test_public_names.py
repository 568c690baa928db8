"""The front door: few names, sorted, and exactly those that are there."""

from types import ModuleType
from typing import Final

import pytest

import hbia_dsl
import hbia_dsl.atomicity
import hbia_dsl.cache
import hbia_dsl.conf
import hbia_dsl.documents
import hbia_dsl.testing
from contract.source_tree import listed

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
