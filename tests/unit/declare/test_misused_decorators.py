"""What a careless user does with a decorator, and what is said about it, at which line."""

import re
from collections.abc import Callable
from typing import Any, Final

import pytest

from hbia_dsl import atomic, out, vertex
from hbia_dsl.errors import DeclarationError

careless_vertex: Final[Any] = vertex  # callers without a type checker
careless_atomic: Final[Any] = atomic
careless_out: Final[Any] = out


def plain(number: int) -> int:
    return number


class Holder:
    def method(self, number: int) -> int:
        return number


def _decorate(decorator: Callable[[Any], object]) -> Callable[[], object]:
    return lambda: decorator(plain)


MISUSES: Final[dict[str, tuple[Callable[[], object], str, str]]] = {
    "name by position": (
        lambda: careless_vertex("mail"),
        "`@vertex` was given a str, not a function",
        '@vertex(name="mail")',
    ),
    "a property": (
        lambda: careless_vertex(property(plain)),
        "`@vertex` was given a property, not a function",
        "by keyword",
    ),
    "a builtin": (
        lambda: careless_vertex(len),
        "`@vertex` cannot mark `len`, which is a builtin_function_or_method",
        "wrap it in a function",
    ),
    "a builtin class": (
        lambda: careless_vertex(int),
        "`@vertex` cannot mark `int`",
        "wrap it in a function",
    ),
    "a bound method": (
        lambda: careless_vertex(Holder().method),
        "`@vertex` cannot mark `method`, which is a method",
        "where its class defines it",
    ),
    "an unknown effect": (
        _decorate(careless_vertex(effect="pur")),
        '`effect` must be "pure" or "side_effect", not \'pur\'',
        'effect="pure"',
    ),
    "an effect that is no text": (
        _decorate(careless_vertex(effect=["pure"])),
        "not a list",
        'effect="pure"',
    ),
    "an unknown loop": (
        _decorate(careless_vertex(backend="curio")),
        '`backend` must be "asyncio" or "trio"',
        'backend="',
    ),
    "a check that is no flag": (
        _decorate(careless_vertex(check="no")),
        "`check` must be True or False, not a str",
        "check=False",
    ),
    "no time": (_decorate(careless_vertex(timeout_s=0)), "`timeout_s` must be", "timeout_s=2.5"),
    "endless time": (
        _decorate(careless_vertex(timeout_s=float("inf"))),
        "`timeout_s` must be",
        "timeout_s=2.5",
    ),
    "a version that is a number": (
        _decorate(careless_vertex(version=2.0)),
        "`version` must be text, not float",
        'version="2"',
    ),
    "inputs that are no mapping": (
        _decorate(careless_vertex(inputs=[plain])),
        "`inputs` must map parameters to vertices, not be a list",
        'inputs={"user": normalize}',
    ),
    "inputs the wrong way round": (
        _decorate(careless_vertex(inputs={plain: "number"})),
        "but a key is a function",
        "the parameter first",
    ),
    "outputs in a list": (
        _decorate(careless_vertex(outputs=["best", "score"])),
        "not a list",
        'outputs=("best", "score")',
    ),
    "outputs in one text": (
        _decorate(careless_vertex(outputs="best, score")),
        "'best, score' cannot be the name of an output",
        "letters, digits and underscores",
    ),
    "no outputs": (
        _decorate(careless_vertex(outputs=())),
        "`outputs` names no output",
        "leave it out",
    ),
    "one output twice": (
        _decorate(careless_vertex(outputs=("best", "best"))),
        "`outputs` has the name `best` twice",
        "a name of its own",
    ),
    "a name with a dash": (
        _decorate(careless_vertex(name="send-mail")),
        "'send-mail' cannot be the name of a vertex",
        "letters, digits and underscores",
    ),
    "a function as name": (
        _decorate(careless_vertex(name=plain)),
        "a function cannot be the name of a vertex",
        "letters, digits and underscores",
    ),
    "no group": (
        lambda: careless_atomic(plain),
        "`@atomic` needs the name of a group",
        '@atomic(group="payment")',
    ),
    "empty parentheses of atomic": (
        _decorate(careless_atomic()),
        "a NoneType cannot be the name of an atomic group",
        '@atomic(group="payment")',
    ),
    "an unknown policy": (
        _decorate(careless_atomic(group="payment", on_failure="rolback")),
        '`on_failure` must be "rollback", "compensate" or "abort", not \'rolback\'',
        'on_failure="rollback"',
    ),
    "a policy of None": (
        _decorate(careless_atomic(group="payment", on_failure=None)),
        "not a NoneType",
        'on_failure="rollback"',
    ),
    "a flag that is none": (
        _decorate(careless_atomic(group="payment", no_cache=1)),
        "`no_cache` must be True or False",
        "no_cache=True",
    ),
    "out of a name": (
        lambda: careless_out("save"),
        "`out` was given a str",
        'inputs={"parameter": "save"}',
    ),
    "out of a result": (
        lambda: careless_out(plain(1)),
        "`out` was given a int",
        "the function itself, not with its result",
    ),
    "a part by number": (lambda: careless_out(plain)[0], "`out(plain)` has no part 0", "outputs="),
    "a part of a part": (
        lambda: careless_out(plain)["best"]["name"],
        "`out(plain).best` has no part 'name'",
        "outputs=",
    ),
    "unpacking": (lambda: list(careless_out(plain)), "no part 0", "outputs="),
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_each_misuse_is_named_with_a_way_out(misuse: str) -> None:
    action, message, way_out = MISUSES[misuse]

    with pytest.raises(DeclarationError) as error:
        action()

    assert message in error.value.diagnostic.message
    assert way_out in str(error.value.diagnostic.help)
    assert isinstance(error.value, TypeError)
    assert not re.search(r"0x[0-9a-f]{6}", str(error.value))


@pytest.mark.parametrize("misuse", MISUSES)
def test_each_misuse_is_shown_at_a_line_of_the_user(misuse: str) -> None:
    with pytest.raises(DeclarationError) as error:
        MISUSES[misuse][0]()

    place = error.value.diagnostic.location
    assert place is not None
    assert place.file == __file__


def test_the_place_is_the_function_and_not_the_call_of_the_decorator() -> None:
    with pytest.raises(DeclarationError) as error:
        careless_vertex(effect="pur")(plain)

    place = error.value.diagnostic.location
    assert place is not None
    assert place.line == plain.__code__.co_firstlineno


def test_a_refused_decorator_leaves_no_mark() -> None:
    def fresh(number: int) -> int:
        return number

    with pytest.raises(DeclarationError):
        careless_vertex(effect="pur")(fresh)

    assert not hasattr(fresh, "__hbia__")


def test_two_groups_for_one_vertex_are_refused() -> None:
    with pytest.raises(DeclarationError, match="`fresh` is in atomic group `first` already"):

        @atomic(group="second")
        @atomic(group="first")
        def fresh() -> int:
            return 1


def test_an_unknown_option_fails_as_python_does() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'effct'"):
        careless_vertex(effct="pure")
