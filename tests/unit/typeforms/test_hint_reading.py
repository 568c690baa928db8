"""Annotations of callables, as written and left as text."""

import dataclasses
import functools
import sys
import types
import typing
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, Optional, TypeVar

import attrs
import pytest

from hbia_dsl.typeforms.hint_reading import (
    RETURN,
    UnresolvedHint,
    read_class_hints,
    read_hints,
)
from hbia_dsl.typeforms.signature_reading import MISSING

T = TypeVar("T")


class User:
    pass


def compiled(source: str, **names: object) -> Any:  # noqa: ANN401 - a module may hold anything
    """A module made of text, in which annotations are left as text."""
    module = types.ModuleType("compiled_example")
    vars(module).update(User=User, **names)
    exec(f"from __future__ import annotations\n{source}", vars(module))  # noqa: S102 - our text
    return module


def test_annotations_are_returned_as_they_are() -> None:
    marked = Annotated[User, "note"]

    def fn(a: int, b: list[User], *rest: str, c: marked, **more: bool) -> User | None:
        raise NotImplementedError

    hints = read_hints(fn)

    assert hints.parameters == {"a": int, "b": list[User], "rest": str, "c": marked, "more": bool}
    assert hints.parameters["c"] is marked
    assert hints.returns == User | None
    assert hints.unresolved == ()


def test_what_is_not_annotated_is_missing() -> None:
    module = compiled("def fn(a, b: int): ...")

    assert read_hints(module.fn).parameters == {"b": int}
    assert read_hints(module.fn).returns is MISSING


def test_none_is_none_however_it_is_written() -> None:
    def plain(a: None) -> None: ...
    def as_class(a: types.NoneType) -> types.NoneType:  # type: ignore[nonetype-type]  # the subject
        raise NotImplementedError

    def as_text(a: "None") -> "None": ...

    for fn in (plain, as_class, as_text):
        assert read_hints(fn).parameters == {"a": None}
        assert read_hints(fn).returns is None


def test_a_default_of_none_does_not_make_an_annotation_optional() -> None:
    def fn(a: int = None) -> None: ...  # type: ignore[assignment]  # noqa: RUF013 - the subject

    assert read_hints(fn).parameters == {"a": int}


def test_text_is_looked_up_in_the_module_of_the_function() -> None:
    module = compiled("def fn(a: int, b: list[User] | None, *c: User) -> dict[str, User]: ...")

    hints = read_hints(module.fn)

    assert hints.parameters == {"a": int, "b": list[User] | None, "c": User}
    assert hints.returns == dict[str, User]


def test_a_name_bound_anew_in_the_module_is_noticed() -> None:
    module = compiled("def fn(a: Thing) -> None: ...", Thing=int)
    before = read_hints(module.fn)
    module.Thing = str

    assert before.parameters == {"a": int}
    assert read_hints(module.fn).parameters == {"a": str}


def test_local_names_win_over_those_of_the_module() -> None:
    class Local:
        pass

    module = compiled("def fn(a: User, b: Local) -> None: ...")

    hints = read_hints(module.fn, {"User": int, "Local": Local})

    assert hints.parameters == {"a": int, "b": Local}
    assert read_hints(module.fn).unresolved == (UnresolvedHint("b", "Local", "Local"),)


@pytest.mark.parametrize(
    ("form", "resolved"),
    [
        (list["User"], list[User]),
        (typing.List["User"], typing.List[User]),  # noqa: UP006 - the old spelling is the subject
        (dict[str, list["User"]], dict[str, list[User]]),
        (Optional["User"], User | None),
        (list["User"] | None, list[User] | None),
        (Callable[["User"], "int"], Callable[[User], int]),
        (typing.Callable[..., "User"], Callable[..., User]),
        (Annotated["User", "User"], Annotated[User, "User"]),
        (Annotated[list["User"], 1], Annotated[list[User], 1]),
        (type["User"], type[User]),
        (tuple["User", ...], tuple[User, ...]),
        (Literal["User"], Literal["User"]),
        (list[Literal["User"]], list[Literal["User"]]),
        ("list['User']", list[User]),
        ("  User  ", User),
        ("'User'", User),
        (typing.ForwardRef("User"), User),
    ],
)
def test_text_inside_an_annotation_is_resolved_as_well(form: object, resolved: object) -> None:
    def fn(a: object) -> None: ...

    fn.__annotations__["a"] = form

    assert read_hints(fn).parameters == {"a": resolved}


def test_metadata_is_kept_untouched() -> None:
    note = ["User"]
    module = compiled(
        "def fn(a: Annotated[list[User], note]) -> None: ...", Annotated=Annotated, note=note
    )

    found = read_hints(module.fn).parameters["a"]

    assert typing.get_args(found)[1] is note


def test_one_bad_annotation_spoils_no_other() -> None:
    module = compiled(
        "def fn(a: User, b: Missing, c: list[Gone], d: broken.Name, e: 'not a', f: 1 + None)"
        " -> Lost: ..."
    )

    hints = read_hints(module.fn)

    assert hints.parameters == {"a": User}
    assert hints.returns is MISSING
    assert hints.unresolved == (
        UnresolvedHint("b", "Missing", "Missing"),
        UnresolvedHint("c", "list[Gone]", "Gone"),
        UnresolvedHint("d", "broken.Name", "broken"),
        UnresolvedHint("e", "not a", "a"),
        UnresolvedHint("f", "1 + None", None),
        UnresolvedHint(RETURN, "Lost", "Lost"),
    )


def test_an_attribute_that_a_module_does_not_have_is_named() -> None:
    module = compiled("def fn(a: sys.Missing) -> None: ...", sys=sys)

    assert read_hints(module.fn).unresolved == (UnresolvedHint("a", "sys.Missing", "Missing"),)


def test_text_that_is_no_expression_is_reported_without_a_name() -> None:
    def fn(a: int) -> None: ...

    fn.__annotations__["a"] = "list["

    assert read_hints(fn).unresolved == (UnresolvedHint("a", "list[", None),)


def test_a_name_for_the_type_checker_alone_is_reported() -> None:
    module = compiled(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from elsewhere import Order\n"
        "def fn(a: Order, b: User) -> list[Order]: ..."
    )

    hints = read_hints(module.fn)

    assert hints.parameters == {"b": User}
    assert [problem.missing_name for problem in hints.unresolved] == ["Order", "Order"]


def test_a_wrapper_has_the_annotations_that_wraps_gave_it() -> None:
    module = compiled("def fn(a: User, b: int = 1) -> User: ...")

    @functools.wraps(module.fn)
    def wrapper(*args: object, **kwargs: object) -> object:
        raise NotImplementedError

    # Text is looked up where it was written, not in this module.
    assert read_hints(wrapper).parameters == {"a": User, "b": int}
    assert read_hints(wrapper).returns is User


def test_annotations_of_the_wrapper_itself_count() -> None:
    def fn(a: int) -> str:
        raise NotImplementedError

    @functools.wraps(fn, assigned=("__name__",))
    def wrapper(b: User) -> User:
        raise NotImplementedError

    assert read_hints(wrapper).parameters == {"b": User}


def test_bound_methods_and_callable_objects_are_read() -> None:
    class Service:
        retries: int = 3

        def method(self, a: User) -> int:
            raise NotImplementedError

        def __call__(self, b: "int") -> User:
            raise NotImplementedError

        @staticmethod
        def static(c: User) -> None: ...
        @classmethod
        def make(cls, d: User) -> "Service":
            raise NotImplementedError

    service = Service()

    assert read_hints(service.method).parameters == {"a": User}
    assert read_hints(service).parameters == {"b": int}
    assert read_hints(service).returns is User
    assert read_hints(service.static).parameters == {"c": User}
    assert read_hints(service.make, {"Service": Service}).returns is Service


def test_a_partial_has_the_annotations_of_its_function() -> None:
    def fn(a: User, b: int) -> str:
        raise NotImplementedError

    twice = functools.partial(functools.partial(fn, b=1))

    assert read_hints(twice).parameters == {"a": User, "b": int}
    assert read_hints(twice).returns is str


def test_a_cached_function_is_read_through_its_cache() -> None:
    @functools.lru_cache
    def fn(a: "User") -> int:
        return 1

    assert read_hints(fn).parameters == {"a": User}
    assert read_hints(fn).returns is int


def test_a_class_has_the_annotations_of_its_constructor() -> None:
    @attrs.frozen
    class Signup:
        name: str
        user: "User"

    @dataclasses.dataclass
    class Row:
        name: str
        value: int = 0

    class Made:
        def __new__(cls, a: User) -> "Made":  # noqa: PYI034 - text is the subject
            raise NotImplementedError

    assert read_hints(Signup).parameters == {"name": str, "user": User}
    assert read_hints(Signup).returns is Signup
    assert read_hints(Row).parameters == {"name": str, "value": int}
    assert read_hints(Made, {"Made": Made}).parameters == {"a": User}
    assert read_hints(Made, {"Made": Made}).returns is Made


@pytest.mark.parametrize("fn", [len, int, print, functools.partial(print), "".join, object, type])
def test_what_has_no_annotations_has_no_hints(fn: Callable[..., object]) -> None:
    hints = read_hints(fn)

    assert hints.parameters == {}
    assert hints.unresolved == ()


def test_type_parameters_of_the_function_are_known_names() -> None:
    module = compiled("def fn(a: S) -> list[S]: ...")
    module.fn.__type_params__ = (TypeVar("S"),)

    hints = read_hints(module.fn)

    assert hints.unresolved == ()
    assert typing.get_args(hints.returns) == (hints.parameters["a"],)


def test_unpacked_arguments_are_read() -> None:
    module = compiled("def fn(*args: *Ts) -> None: ...", Ts=tuple[int, str])

    assert str(read_hints(module.fn).parameters["args"]) == "*tuple[int, str]"


def test_a_class_body_is_read_with_its_bases() -> None:
    module = compiled(
        "class Base:\n    a: User\n    b: int\n"
        "class Child(Base):\n    b: list[Child]\n    c: Missing\n    User: User\n"
    )
    module.Base.__module__ = module.Child.__module__ = module.__name__
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, module.__name__, module)
        hints = read_class_hints(module.Child)

    assert hints.parameters == {
        "a": User,
        "b": types.GenericAlias(list, (module.Child,)),
        "User": User,
    }
    assert hints.unresolved == (UnresolvedHint("c", "Missing", "Missing"),)
    assert hints.returns is MISSING


def test_reading_leaves_the_function_as_it_was() -> None:
    module = compiled("def fn(a: User) -> Sequence[User]: ...", Sequence=Sequence)
    before = dict(module.fn.__annotations__)
    read_hints(module.fn)

    assert module.fn.__annotations__ == before == {"a": "User", "return": "Sequence[User]"}
