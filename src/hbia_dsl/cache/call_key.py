"""The key of one call of a vertex, and what it is made of, by name.

A key is the digest of the vertex's name and version, of all code that it reaches, of the
format of stored values, and of each input. The same things by name, each with a digest of
its own, are its explanation: two of them side by side say why a call is not the one before.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final

import attrs

from hbia_dsl.cache.fingerprint_changes import changed_parts
from hbia_dsl.cache.fingerprint_parts import Fingerprint
from hbia_dsl.cache.value_digest import digest_value
from hbia_dsl.cache.value_envelope import CODEC_VERSION
from hbia_dsl.cache.value_refusal import Undigestable

KEY_FORMAT: Final = f"hbia key 1, values {CODEC_VERSION}"
"""Changes with everything that would make an old entry mean something else."""

KEY_BYTES: Final = 32

_INPUT: Final = "input "
_VERSION: Final = "version of "


@attrs.frozen
class CallKey:
    """What identifies a call."""

    digest: bytes
    vertex: str
    version: str | None
    code: Fingerprint
    inputs: Mapping[str, bytes]
    """The digest of each input by parameter."""

    def parts(self) -> dict[str, bytes]:
        """Return what the key is made of, by name."""
        parts = {f"{_INPUT}{name}": digest for name, digest in self.inputs.items()}
        parts[f"{_VERSION}{self.vertex}"] = (self.version or "").encode()
        parts.update(self.code.parts)
        return parts


def key_of_call(
    vertex: str, version: str | None, code: Fingerprint, inputs: Sequence[tuple[str, object]]
) -> CallKey:
    """Return the key of a call.

    Args:
        vertex: Name of the vertex.
        version: Its version, if it has one.
        code: All code that it reaches.
        inputs: Values by parameter.

    Raises:
        Undigestable: An input has no digest; the path begins with its name.
    """
    digests: dict[str, bytes] = {}
    pieces = [_FORMAT, _framed(vertex), _framed_version(version), code.digest]
    for name, value in inputs:
        try:
            digest = digests[name] = digest_value(value)
        except Undigestable as error:
            raise error.under(f".{name}") from None
        pieces += (_framed(name), digest)
    digest = blake2b(b"".join(pieces), digest_size=KEY_BYTES).digest()
    return CallKey(digest, vertex, version, code, digests)


@lru_cache(maxsize=4_096)  # names of vertices and parameters: few, and used in every run
def _framed(text: str) -> bytes:
    """Return a text as bytes behind its length, so that no two rows of texts look alike."""
    data = text.encode("utf-8", "surrogatepass")
    return len(data).to_bytes(8, "little") + data


def _framed_version(version: str | None) -> bytes:
    return _framed("" if version is None else f"version {version}")


_FORMAT: Final = _framed(KEY_FORMAT)


def why_other(before: Mapping[str, bytes] | None, key: CallKey) -> tuple[str, ...]:
    """Say what distinguishes a call from the one of which a value was kept last.

    Args:
        before: The explanation of that one; None if there is none.
        key: The key of this call.

    Returns:
        At least one sentence.
    """
    if before is None:
        return ("nothing is kept of this vertex yet",)
    now = key.parts()
    sentences = []
    for name, digest in now.items():
        if name.startswith(_INPUT) and before.get(name) != digest:
            what = "is new" if name not in before else "changed"
            sentences.append(f"input `{name.removeprefix(_INPUT)}` {what}")
    gone = [n for n in before if n.startswith(_INPUT) and n not in now]
    sentences += [f"input `{name.removeprefix(_INPUT)}` is taken no longer" for name in gone]
    version = f"{_VERSION}{key.vertex}"
    if before.get(version) != now[version]:
        was, is_now = (_shown(parts.get(version)) for parts in (before, now))
        sentences.append(f"version changed from {was} to {is_now}")
    sentences += changed_parts(_code_of(before), _code_of(now))
    return tuple(sentences) or ("the value of this very call is not kept any more",)


def _code_of(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    return {n: d for n, d in parts.items() if not n.startswith((_INPUT, _VERSION))}


def _shown(version: bytes | None) -> str:
    return f'"{version.decode("utf-8", "replace")}"' if version else "none"
