"""Functions whose results do not follow from what they are given: what they do cannot be seen.

They are known by module and name, under whatever name the code has imported them.
"""

from collections.abc import Collection, Iterator
from typing import Final

_CALLS: Final = "calls"
_CLOCK: Final = "reads the clock by"
_RANDOM: Final = "draws at random by"

_CLOCKS: Final = ("time", "monotonic", "perf_counter", "process_time", "thread_time")
_VERBS: Final = {
    **dict.fromkeys(
        (
            *("os.getenv", "os.getenvb", "io.open", "_io.open", "os.open", "codecs.open"),
            *("importlib.import_module", "runpy.run_path", "runpy.run_module"),
            *("builtins.eval", "builtins.exec", "builtins.__import__", "builtins.globals"),
        ),
        _CALLS,
    ),
    **dict.fromkeys(
        (
            *(f"time.{clock}{unit}" for clock in _CLOCKS for unit in ("", "_ns")),
            *("time.localtime", "time.gmtime", "time.strftime", "time.ctime"),
            *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today"),
            "datetime.date.today",
        ),
        _CLOCK,
    ),
    **dict.fromkeys(
        ("os.urandom", "posix.urandom", "nt.urandom", "uuid.uuid1", "uuid.uuid4", "uuid.uuid7"),
        _RANDOM,
    ),
}
_NAMES: Final = frozenset(full.rpartition(".")[2] for full in _VERBS)
_DRAWING: Final = frozenset({"random", "secrets", "numpy.random"})
"""Modules whose functions draw at random."""
_NOT_DRAWING: Final = frozenset(
    {"seed", "getstate", "setstate", "get_state", "set_state", "default_rng", "compare_digest"}
)


def is_unseen(module: object, name: str) -> bool:
    """Return whether a function of an installed module does what cannot be seen."""
    if name in _NAMES:  # the quickest way to say no
        return f"{module}.{name}" in _VERBS or module in _DRAWING
    return module in _DRAWING and name[0].islower() and name not in _NOT_DRAWING


def is_unseen_attribute(name: str, attributes: tuple[str, ...]) -> bool:
    """Return whether what is taken from a class of `datetime` reads the clock."""
    return bool(attributes) and f"datetime.{name}.{attributes[0]}" in _VERBS


def unseen_limits(owner: str, found: Collection[str], said: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each function that does what cannot be seen.

    Args:
        owner: What calls it.
        found: Modules and names, such as `time.time`.
        said: Names of which it was said already.
    """
    for full in dict.fromkeys(found):
        if full.rpartition(".")[2] not in said:
            yield f"`{owner}` {_VERBS.get(full, _RANDOM)} `{full}`"
