"""The canonical text of a value: one text for values that nobody can tell apart.

Every part has a tag of its own and says its length or its end, so no two different
values have the same text. Digests are hashes of this text; large buffers (bytes, the
data of arrays) do not go through it: they are hashed where they are, or handed over.
"""

import hashlib
from collections.abc import Callable

from hbia_dsl.cache.raw_bytes import RawBytes
from hbia_dsl.cache.value_refusal import Undigestable

DEEPEST = 200
"""Values nested deeper than this have no digest; so neither has one that contains itself."""
MOST_PARTS = 10_000_000
"""Parts of a value, at most; a value that holds itself twice on each level grows without end."""
LARGE_BYTES = 512
"""Buffers of at least so many bytes are hashed by themselves."""

_MOST_CLASSES = 4_096


class CanonicalText(list[str]):
    """The text so far, in pieces, and how to go on."""

    __slots__ = ("buffers", "classes", "writers")

    def __init__(
        self,
        writers: "Writers",
        classes: dict[type, None] | None = None,
        *,
        keeps_buffers: bool = False,
    ) -> None:
        super().__init__()
        self.writers = writers
        """How values of each class are written."""
        self.buffers: list[RawBytes] | None = [] if keeps_buffers else None
        """Large buffers, left out of the text to be compared as they are; None to hash them."""
        self.classes = classes
        """Takes the classes of the values that do not come with Python; None to forget them."""

    def write(self, value: object, depth: int) -> None:
        """Append the text of a value."""
        self.writers[type(value)](value, self, depth)

    def write_buffer(self, buffer: RawBytes) -> None:
        """Append the content of a buffer, by its digest if it is large."""
        size = buffer.size
        if size < LARGE_BYTES:
            self.append(f"{size}:{buffer.view.hex()}")
        elif self.buffers is None:
            self.append(f"{size}#{hashlib.sha256(buffer.view).hexdigest()}")
        else:
            self.buffers.append(buffer)
            self.append(f"{size}#")

    def encoded(self) -> bytes:
        """Return the text as bytes; halves of a surrogate pair stay halves."""
        return "".join(self).encode("utf-8", "surrogatepass")


Write = Callable[[object, CanonicalText, int], None]
"""Appends the text of a value that lies so many levels deep; or raises `Undigestable`."""


class Writers(dict[type, Write]):
    """How values of each class are written; found out at the first value of a class."""

    __slots__ = ("_find", "_fixed")

    def __init__(self, fixed: dict[type, Write], find: Callable[[type], Write]) -> None:
        super().__init__(fixed)
        self._fixed = fixed
        self._find = find

    def __missing__(self, cls: type) -> Write:
        """Find how values of a class are written and remember it."""
        if len(self) >= _MOST_CLASSES:  # classes made in functions would be kept for ever
            for known in list(self):  # one by one: other threads go on looking things up
                if known not in self._fixed:
                    self.pop(known, None)
        found = self[cls] = self._find(cls)
        return found


def open_part(text: CanonicalText, depth: int) -> int:
    """Begin a value that holds others and return the depth of these.

    Args:
        text: The text so far.
        depth: How deep the value lies.

    Raises:
        Undigestable: The value is too deep or too large, which includes being inside itself.
    """
    if depth >= DEEPEST:
        raise Undigestable("nested too deeply, or inside itself")
    if len(text) > MOST_PARTS:
        raise Undigestable(f"made of more than {MOST_PARTS:,} parts")
    return depth + 1


def class_text(cls: type) -> str:
    """Return the name of a class as it stands in canonical texts: length, module, name."""
    name = f"{cls.__module__}:{cls.__qualname__}"
    return f"{len(name)}:{name}"
