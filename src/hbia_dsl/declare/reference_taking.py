"""Take `out(...)` defaults off a function, so that a direct call without them fails as usual."""

from collections.abc import Mapping

from hbia_dsl.declare.misuse import misuse
from hbia_dsl.declare.out_reference import OutReference


def take_references(fn: object) -> Mapping[str, object]:
    """Remove `out(...)` defaults from a function and return them by parameter.

    Functions inside it are looked at too: a wrapper made with `functools.wraps` shows
    the signature of what it wraps.

    Raises:
        DeclarationError: A positional parameter with an ordinary default comes before one
            that is bound by `out`; without the reference there would be no such signature.
    """
    found: dict[str, object] = {}
    seen: set[int] = set()
    while fn is not None and id(fn) not in seen:
        seen.add(id(fn))
        found = {**_take_from(fn), **found}
        fn = getattr(fn, "__wrapped__", None)
    return found


def _take_from(fn: object) -> Mapping[str, object]:
    positional: tuple[object, ...] = getattr(fn, "__defaults__", None) or ()
    keyword: Mapping[str, object] = getattr(fn, "__kwdefaults__", None) or {}
    code = getattr(fn, "__code__", None)
    if code is None or not any(
        isinstance(default, OutReference) for default in (*positional, *keyword.values())
    ):
        return {}
    names = code.co_varnames[code.co_argcount - len(positional) : code.co_argcount]
    found = {n: d for n, d in zip(names, positional, strict=True) if isinstance(d, OutReference)}
    found |= {n: d for n, d in keyword.items() if isinstance(d, OutReference)}
    last = max((i for i, d in enumerate(positional) if isinstance(d, OutReference)), default=-1)
    for name, default in zip(names[:last], positional[:last], strict=True):
        if not isinstance(default, OutReference):
            raise misuse(
                fn,
                f"parameter `{name}` has a default before a parameter bound by `out(...)`",
                f"put `{name}` last, or make the parameters after it keyword-only with `*`",
            )
    _set(fn, "__defaults__", tuple(positional[last + 1 :]) or None)
    _set(fn, "__kwdefaults__", {n: d for n, d in keyword.items() if n not in found} or None)
    return found


def _set(fn: object, attribute: str, value: object) -> None:
    setattr(fn, attribute, value)
