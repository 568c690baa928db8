"""The parts of a key as one run of bytes with their digest, and back."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Final

TEXT: Final = ("utf-8", "surrogatepass")
"""How names are written: any text that Python can hold."""

_LENGTH_BYTES: Final = 4
_DIGEST_BYTES: Final = 16


def pack_parts(parts: Mapping[str, bytes]) -> bytes:
    """Write parts down: a digest, then each name and each part after its length."""
    pieces: list[bytes] = []
    for name, part in parts.items():
        text = name.encode(*TEXT)
        pieces += (
            len(text).to_bytes(_LENGTH_BYTES, "big"),
            text,
            len(part).to_bytes(_LENGTH_BYTES, "big"),
            part,
        )
    body = b"".join(pieces)
    return sha256(body).digest()[:_DIGEST_BYTES] + body


def unpack_parts(packed: bytes) -> dict[str, bytes] | None:
    """Read parts back, in their order; None if these are not bytes that `pack_parts` wrote."""
    digest, body = packed[:_DIGEST_BYTES], packed[_DIGEST_BYTES:]
    if sha256(body).digest()[:_DIGEST_BYTES] != digest:
        return None
    pieces = list(_pieces_of(body))
    return dict(zip((name.decode(*TEXT) for name in pieces[::2]), pieces[1::2], strict=True))


def _pieces_of(body: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(body):
        start = place + _LENGTH_BYTES
        place = start + int.from_bytes(body[place:start], "big")
        yield body[start:place]
