"""Recognise a plain `async def`, of which a call is known not to run anything yet."""

from collections.abc import Callable
from inspect import CO_COROUTINE
from types import FunctionType


def is_async_def(fn: Callable[..., object]) -> bool:
    """Return whether a call runs none of the function's code and is sure to give a coroutine.

    Of other callables that are awaited, such as partials and objects, nobody knows that.
    """
    return type(fn) is FunctionType and bool(fn.__code__.co_flags & CO_COROUTINE)
