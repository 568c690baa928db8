"""A stretch of memory that belongs to a value: the bytes of a `bytes` or of an array.

Large ones are never copied into texts. They are hashed, compared and written where they
are, which is what makes a large array cost little more than its bytes.
"""

import attrs

_CHUNK_BYTES = 1 << 18


@attrs.frozen(eq=False)
class RawBytes:
    """Contiguous memory."""

    view: bytes | memoryview
    """The bytes; of a memoryview the items are single bytes."""
    address: int
    """Where the memory begins; the identity of the object stands for it where it is immutable."""
    is_lent: bool = False
    """Whether what is made of it for a moment may share it."""

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return len(self.view)

    def is_same(self, other: "RawBytes") -> bool:
        """Whether two stretches have the same content; one and the same is not read.

        Args:
            other: Another stretch of memory, which must be in use as well, so that two
                of them cannot have one address by chance.
        """
        if self.size != other.size:
            return False
        if self.address == other.address:
            return True
        # Comparing memoryviews goes item by item; copies that fit the processor's cache are faster.
        return all(
            bytes(self.view[start : start + _CHUNK_BYTES])
            == bytes(other.view[start : start + _CHUNK_BYTES])
            for start in range(0, self.size, _CHUNK_BYTES)
        )
