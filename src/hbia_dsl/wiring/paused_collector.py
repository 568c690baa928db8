"""Large flows without the garbage collector looking over the builder's shoulder.

Wiring makes many lasting objects and no cycles among them. The collector would go through
them again and again, which takes a third of the time at 100,000 vertices and more beyond.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

WORTH_PAUSING_VERTICES: Final = 1_000
"""Below this a pause gains nothing: wiring takes milliseconds."""


@contextmanager
def collector_paused(vertices: int) -> Iterator[None]:
    """Pause the cyclic garbage collector while many vertices are wired.

    It is the whole process that pauses, but for tens of microseconds a vertex only, and
    reference counting goes on.

    Args:
        vertices: How many; for few of them nothing is paused.
    """
    if vertices < WORTH_PAUSING_VERTICES or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
