"""What is given to a cache or a store by hand, checked where it is given."""

from hbia_dsl.diagnostics.caller import caller_location
from hbia_dsl.diagnostics.diagnostic import Diagnostic
from hbia_dsl.diagnostics.diagnostic_code import BAD_CACHE_ARGUMENT
from hbia_dsl.errors import CacheError


def checked_max_bytes(value: object) -> int:
    """Return how many bytes a store may take, if it is a number that can be that.

    Raises:
        CacheError: It is not a whole number above 0.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    shown = str(value) if type(value) in (int, float, bool) else f"a {type(value).__name__}"
    raise _bad(
        f"`max_bytes` must be a whole number above 0, not {shown}",
        "give bytes, such as max_bytes=100_000_000; `cache=False` turns a cache off",
    )


def checked_key(value: object) -> bytes:
    """Return a key as stores know it.

    Raises:
        CacheError: It is not a text.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    raise _bad(
        f"`key` must be a text, not a {type(value).__name__}", "pass what `build_key` has returned"
    )


def _bad(message: str, advice: str) -> CacheError:
    return CacheError(
        Diagnostic(BAD_CACHE_ARGUMENT, message, location=caller_location(), help=advice)
    )
