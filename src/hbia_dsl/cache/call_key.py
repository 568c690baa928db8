"""The key of one call of a vertex, and what it is made of, by name.

A key is the digest of the vertex's name and version, of all code that it reaches (which
includes the classes of its inputs), of the format of stored values, and of each input. The
same things by name, each with a digest of its own, are its explanation: two of them side by
side say why a call is not the one before.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Final

import attrs

from hbia_dsl.cache.fingerprint import Fingerprinter
from hbia_dsl.cache.fingerprint_changes import changed_parts
from hbia_dsl.cache.fingerprint_parts import Fingerprint
from hbia_dsl.cache.value_digest import digest_value
from hbia_dsl.cache.value_envelope import CODEC_VERSION
from hbia_dsl.cache.value_refusal import Undigestable

KEY_FORMAT: Final = f"hbia key 1, values {CODEC_VERSION}"
"""Changes with everything that would make an old entry mean something else."""

KEY_BYTES: Final = 32

WithClasses = Callable[[Fingerprint, Iterable[type]], Fingerprint]
"""`Fingerprinter.with_classes`."""

_INPUT: Final = "input "
_VERSION: Final = "version of "
_SCRIPT: Final = " __main__."


@attrs.frozen
class CallKey:
    """What identifies a call."""

    digest: bytes
    vertex: str
    version: str | None
    code: Fingerprint
    """All that the vertex reaches, and the classes of its inputs."""
    inputs: Mapping[str, bytes]
    """The digest of each input by parameter."""

    def parts(self) -> dict[str, bytes]:
        """Return what the key is made of, by name."""
        parts = {f"{_INPUT}{name}": digest for name, digest in self.inputs.items()}
        parts[f"{_VERSION}{self.vertex}"] = (self.version or "").encode()
        parts.update(self.code.parts)
        return parts


def key_of_call(
    vertex: str,
    version: str | None,
    code: Fingerprint,
    inputs: Sequence[tuple[str, object]],
    with_classes: WithClasses | None = None,
) -> CallKey:
    """Return the key of a call.

    Args:
        vertex: Name of the vertex.
        version: Its version, if it has one.
        code: All code that it reaches.
        inputs: Values by parameter.
        with_classes: Adds the classes of the inputs to the code; a look at them as they are
            now unless something else is given.

    Raises:
        Undigestable: An input has no digest; the path begins with its name.
    """
    digests: dict[str, bytes] = {}
    classes: dict[type, None] = {}
    pieces: list[bytes] = []
    for name, value in inputs:
        try:
            digest = digests[name] = digest_value(value, classes)
        except Undigestable as error:
            raise error.under(f".{name}") from None
        pieces += (_framed(name), digest)
    if classes:
        code = (with_classes or Fingerprinter().with_classes)(code, classes)
    begin = (_FORMAT, _framed(vertex), _framed_version(version), code.digest)
    digest = blake2b(b"".join((*begin, *pieces)), digest_size=KEY_BYTES).digest()
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
    code_before, code_now = _code_of(before), _code_of(now)
    renamed = _name_of_script(code_before, code_now)
    sentences += changed_parts(code_before, code_now) if renamed is None else [renamed]
    return tuple(sentences) or ("the value of this very call is not kept any more",)


def _code_of(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    return {n: d for n, d in parts.items() if not n.startswith((_INPUT, _VERSION))}


def _name_of_script(was: Mapping[str, bytes], now: Mapping[str, bytes]) -> str | None:
    """Say that code has another name because its module was run, and is imported now.

    Args:
        was: What the code was made of.
        now: What it is made of; it may be the other way round.

    Returns:
        One sentence instead of one for everything that has a name; None if it is not so.
    """
    for scripts, others, text in (
        (was, now, "its module was run as a script the last time, and is `{}` now"),
        (now, was, "its module was `{}` the last time, and is run as a script now"),
    ):
        if any(_SCRIPT in name for name in others):
            continue
        for name in scripts:
            kind, is_script, rest = name.partition(_SCRIPT)
            if is_script and kind in ("function", "method", "class"):
                called = re.compile(rf"{kind} ([\w.]+)\.{re.escape(rest)}(?: \(.*\))?")
                found = next(filter(None, map(called.fullmatch, others)), None)
                if found is not None:
                    return f"{text.format(found[1])}: each has results of its own"
    return None


def _shown(version: bytes | None) -> str:
    return f'"{version.decode("utf-8", "replace")}"' if version else "none"
