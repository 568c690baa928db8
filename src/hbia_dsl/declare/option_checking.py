"""Which values the options of `@vertex` and `@atomic` can have.

Checked when the decorator runs, so that the report is about one function, and the
import of its module is where it appears.
"""

from collections.abc import Callable, Mapping
from inspect import signature
from math import isfinite
from typing import Final

from hbia_dsl.declare.declaration import NOT_SAID, AtomicDeclaration, VertexDeclaration
from hbia_dsl.declare.misuse import bad_name, misuse
from hbia_dsl.diagnostics.near_miss import nearest

LONGEST_TIMEOUT_S: Final = 1e9
"""About thirty years: beyond that the clocks of the platforms give up."""


def is_duration(value: object) -> bool:
    """Return whether a value can be a number of seconds to wait: above 0, and not for ever."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and 0 < value <= LONGEST_TIMEOUT_S
        and isfinite(value)
    )


def check_vertex_options(fn: object, told: VertexDeclaration) -> None:
    """Refuse options of `@vertex` that cannot be.

    Raises:
        DeclarationError: One has a value that it cannot have.
    """
    _check_choice(fn, "effect", told.effect, ("pure", "side_effect"))
    _check_choice(fn, "backend", told.backend, ("asyncio", "trio"))
    _check_flag(fn, "check", told.check)
    if told.timeout_s is not None and not is_duration(told.timeout_s):
        raise misuse(fn, "`timeout_s` must be a number of seconds above 0", "write timeout_s=2.5")
    version: object = told.version  # callers without a type checker pass anything
    if version is not None and not isinstance(version, str):
        text = f"`version` must be text, not {type(version).__name__}"
        raise misuse(fn, text, 'put it in quotes: version="2"')
    _check_inputs(fn, told.inputs)
    depends_on: object = told.depends_on  # as above
    if not isinstance(depends_on, tuple):
        text = f"`depends_on` must be a tuple or list, not a {type(depends_on).__name__}"
        raise misuse(fn, text, "write depends_on=[parse_rules, RULES]")
    if told.name is not None and not _is_name(told.name):
        raise bad_name(fn, told.name, "a vertex")
    _check_outputs(fn, told.outputs)


def check_atomic_options(fn: object, told: AtomicDeclaration) -> None:
    """Refuse options of `@atomic` that cannot be.

    Raises:
        DeclarationError: One has a value that it cannot have.
    """
    if not _is_name(told.group):
        raise bad_name(fn, told.group, "an atomic group", 'write @atomic(group="payment")')
    _check_choice(fn, "on_failure", told.on_failure, ("rollback", "compensate", "abort"))
    _check_flag(fn, "no_parallel", told.no_parallel)
    _check_flag(fn, "no_cache", told.no_cache)
    _check_flag(fn, "pivot", told.is_pivot)
    _check_flag(fn, "retriable", told.is_retriable)
    _check_compensation(fn, told)


def _check_compensation(fn: object, told: AtomicDeclaration) -> None:
    undo: object = told.compensate  # callers without a type checker pass anything
    if undo is not NOT_SAID and undo is not None and not callable(undo):
        text = f"`compensate` must be a function, not a {type(undo).__name__}"
        raise misuse(fn, text, "write compensate=cancel_booking, the function itself")
    if callable(undo) and not _takes_two(undo):
        text = "`compensate` must be a function that can be called with two values, in this order"
        raise misuse(fn, text, "declare it as def undo(inputs, output)")
    if told.on_failure == "compensate":
        if told.is_pivot and told.is_retriable:
            text = "a member is the pivot of its group or comes after it, not both"
            raise misuse(fn, text, "leave out `pivot` or `retriable`")
        return
    said = {
        "compensate": undo is not NOT_SAID,
        "pivot": told.is_pivot,
        "retriable": told.is_retriable,
    }
    for option, is_said in said.items():
        if is_said:
            text = f'`{option}` is for groups with on_failure="compensate"'
            raise misuse(fn, text, f'write on_failure="compensate", or leave out `{option}`')


def _takes_two(undo: Callable[..., object]) -> bool:
    """Return whether a compensation can be called as it will be, as far as one can see."""
    try:
        called = signature(undo)
    except (TypeError, ValueError):
        return True  # written in C, or not telling: seen when it is called
    try:
        called.bind({}, None)
    except TypeError:
        return False
    return True


def _check_choice(fn: object, option: str, value: object, choices: tuple[str, ...]) -> None:
    if value is None and option != "on_failure":
        return
    if value not in choices:
        *others, last = [f'"{choice}"' for choice in choices]
        shown = repr(value) if isinstance(value, str) else f"a {type(value).__name__}"
        text = f"`{option}` must be {', '.join(others)} or {last}, not {shown}"
        meant = nearest(value, choices) if isinstance(value, str) else ()
        raise misuse(fn, text, f'write {option}="{(meant or choices)[0]}"')


def _check_flag(fn: object, option: str, value: object) -> None:
    if not isinstance(value, bool):
        text = f"`{option}` must be True or False, not a {type(value).__name__}"
        raise misuse(fn, text, f"write {option}=True or {option}=False")


def _check_inputs(fn: object, inputs: object) -> None:
    if not isinstance(inputs, Mapping):
        text = f"`inputs` must map parameters to vertices, not be a {type(inputs).__name__}"
        raise misuse(fn, text, 'write inputs={"user": normalize}')
    for parameter in inputs:
        if not isinstance(parameter, str):
            kind = type(parameter).__name__
            text = f"`inputs` must map names of parameters to vertices, but a key is a {kind}"
            raise misuse(fn, text, 'write inputs={"user": normalize}, the parameter first')


def _check_outputs(fn: object, outputs: object) -> None:
    if outputs is None:
        return
    if isinstance(outputs, list | set | frozenset | dict):
        names = [f'"{name}"' for name in outputs if isinstance(name, str)]
        shown = ", ".join(names if len(names) > 1 else ['"best"', '"score"'])
        text = f"`outputs` must be a name or a tuple of names, not a {type(outputs).__name__}"
        raise misuse(fn, text, f"write outputs=({shown})")
    parts: tuple[object, ...] = outputs if isinstance(outputs, tuple) else (outputs,)
    if not parts:
        text = "`outputs` names no output"
        raise misuse(fn, text, "leave it out: the result is called like the vertex")
    for position, name in enumerate(parts):
        if name is not None and not _is_name(name):
            raise bad_name(fn, name, "an output")
        if name in parts[:position]:
            text = f"`outputs` has the name `{name}` twice"
            raise misuse(fn, text, "give each part a name of its own")


def _is_name(name: object) -> bool:
    return isinstance(name, str) and name.isidentifier()
