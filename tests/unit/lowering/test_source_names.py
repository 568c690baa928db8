"""A name leads to the object or is not given; imports never clash."""

import builtins
import functools
import io
import json
import keyword
import sys
import types
from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbia_dsl.lowering.source_names import ImportedModules, SourceName, source_name_of

OWN: Final = __name__


def plain(number: int) -> int:
    return number


def wrapped_by_somebody(function: Callable[[int], int]) -> Callable[[int], int]:
    def replacement(number: int) -> int:
        return function(number)

    return replacement


@wrapped_by_somebody
def replaced(number: int) -> int:
    return number


class Shop:
    """Methods of every kind."""

    def open(self) -> str:
        return ""

    @classmethod
    def found(cls) -> str:
        return ""

    @staticmethod
    def close() -> str:
        return ""

    def __call__(self) -> str:
        return ""


shop: Final = Shop()
assigned: Final = lambda number: number  # noqa: E731 - a lambda in a variable is the case
filled: Final = functools.partial(plain, 3)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (plain, "plain"),
        (Shop, "Shop"),
        (Shop.found, "Shop.found"),
        (Shop.close, "Shop.close"),
        (Shop.open, "Shop.open"),
        (shop.open, "shop.open"),
        (shop.found, "Shop.found"),
    ],
)
def test_functions_classes_and_methods_have_names(value: object, path: str) -> None:
    assert source_name_of(value) == SourceName(OWN, path)


def test_objects_and_replaced_functions_are_named_by_variables_of_their_homes() -> None:
    assert source_name_of(shop, [OWN]) == SourceName(OWN, "shop")
    assert source_name_of(replaced, [OWN]) == SourceName(OWN, "replaced")


@pytest.mark.parametrize("value", [shop, replaced])
def test_nothing_is_found_in_a_variable_of_a_module_that_is_not_a_home(value: object) -> None:
    assert source_name_of(value, ["json"]) is None


@pytest.mark.parametrize("value", [assigned, filled])
def test_lambdas_and_partials_have_no_name_even_in_a_variable(value: object) -> None:
    assert source_name_of(value, [OWN]) is None


def test_a_method_of_an_object_that_no_module_holds_has_no_name() -> None:
    assert source_name_of(Shop().open, [OWN]) is None


def test_a_function_inside_another_has_no_name() -> None:
    def inner() -> None:
        pass

    assert source_name_of(inner, [OWN]) is None


def test_a_function_that_its_module_holds_under_its_name_no_longer_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given_up = plain
    monkeypatch.setattr(sys.modules[OWN], "plain", shop)

    assert source_name_of(given_up) is None


def test_public_modules_are_named_rather_than_the_private_ones_behind_them() -> None:
    assert source_name_of(io.StringIO) == SourceName("io", "StringIO")


def test_the_program_is_named_as_others_import_it(monkeypatch: pytest.MonkeyPatch) -> None:
    program = types.ModuleType("__main__")
    program.__file__ = "/some/where/daily.py"
    exec("def work() -> int: return 1", vars(program))  # noqa: S102 - a program in a program
    monkeypatch.setitem(sys.modules, "__main__", program)

    assert source_name_of(vars(program)["work"]) == SourceName("daily", "work")


def test_functions_of_an_interactive_session_have_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    session = types.ModuleType("__main__")
    exec("def work() -> int: return 1", vars(session))  # noqa: S102 - as above
    monkeypatch.setitem(sys.modules, "__main__", session)

    assert source_name_of(vars(session)["work"]) is None


def test_modules_are_called_by_their_last_part_and_by_more_where_that_clashes() -> None:
    imports = ImportedModules(["app.flows", "app.users.flows", "json", "app.models"])

    assert imports.lines() == [
        "import app.flows as app_flows",
        "import app.models as models",
        "import app.users.flows as users_flows",
        "import json",
    ]


def test_builtins_are_not_imported() -> None:
    imports = ImportedModules(["builtins", "json"])

    assert imports.lines() == ["import json"]
    assert imports.expression(SourceName("builtins", "int")) == "int"
    assert imports.expression(SourceName("json", "JSONDecoder")) == f"{json.__name__}.JSONDecoder"


_parts = st.sampled_from(["a", "b", "a_b", "list", "inputs", "b_", "flow_x", "type", "_"])
_modules = st.lists(_parts, min_size=1, max_size=3).map(".".join)


@given(st.lists(_modules, unique=True, max_size=12), st.sets(_parts, max_size=3))
def test_short_names_are_distinct_and_mean_nothing_else(
    modules: list[str], taken: set[str]
) -> None:
    imports = ImportedModules(modules, taken)
    names = list(imports.alias_of.values())

    assert sorted(imports.alias_of) == sorted(modules)
    assert len(set(names)) == len(names)
    assert not {*taken, "inputs"} & set(names)
    assert not [n for n in names if hasattr(builtins, n) or keyword.iskeyword(n)]
    assert all(name.isidentifier() for name in names)


@given(st.lists(_modules, unique=True, max_size=8), st.randoms(use_true_random=False))
def test_short_names_do_not_depend_on_the_order_of_the_modules(
    modules: list[str], random: "st.DataObject"
) -> None:
    shuffled = list(modules)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a `random.Random` of hypothesis

    assert ImportedModules(modules).alias_of == ImportedModules(shuffled).alias_of
