"""What changed between two fingerprints, in sentences."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

_PLACE: Final = re.compile(r"(?P<part>.*) \((?P<place>[^()]*)\)", re.DOTALL)
_KIND: Final = re.compile(
    r"(?P<kind>enum member|depends_on number|docstring of|annotations of|links of|\w+)"
    r" (?P<subject>.*)",
    re.DOTALL,
)
_VERSIONED: Final = ("package", "Python")


def changed_parts(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[str]:
    """Say what changed between two fingerprints.

    Args:
        before: `Fingerprint.parts` of the earlier one.
        after: `Fingerprint.parts` of the later one.

    Returns:
        A sentence for each difference, what is reached for the first time or no longer at
        the end; empty if nothing changed.

    Example:
        >>> changed_parts({"package numpy 1.26": b"1"}, {"package numpy 2.1": b"2"})
        ['package numpy changed from 1.26 to 2.1']
    """
    was, now = _by_part(before), _by_part(after)
    changed = [part for part in now if part in was and was[part][0] != now[part][0]]
    gone = [part for part in was if part not in now]
    new = [part for part in now if part not in was]
    sentences = [f"{_described(part, now[part][1])} changed" for part in sorted(changed, key=_rank)]
    for part in list(gone):
        later = next((other for other in new if _is_other_version(part, other)), None)
        if later is not None:
            name, _, version = part.rpartition(" ")
            sentences.append(f"{name} changed from {version} to {later.rpartition(' ')[2]}")
            gone.remove(part)
            new.remove(later)
    renamed = [part for part in (*gone, *new) if _is_renamed(part, was, now)]
    sentences += [f"{_described(part, '')} changed" for part in renamed]
    sentences += [f"now also reaches {_described(part, now[part][1])}" for part in _told(new)]
    sentences += [f"no longer reaches {_described(part, was[part][1])}" for part in _told(gone)]
    return sentences


def _by_part(parts: Mapping[str, bytes]) -> dict[str, tuple[bytes, str]]:
    """Return digest and place by the name of a part without its place, which may move."""
    found: dict[str, tuple[bytes, str]] = {}
    for name, digest in parts.items():
        match = _PLACE.fullmatch(name)
        if match is None:
            found[name] = digest, ""
        else:
            found[match["part"]] = digest, match["place"]
    return found


def _is_other_version(part: str, other: str) -> bool:
    name = part.rpartition(" ")[0]
    return part.startswith(_VERSIONED) and name == other.rpartition(" ")[0]


def _is_renamed(part: str, *sides: Mapping[str, object]) -> bool:
    """Return whether a name stood for something called otherwise, and now for its namesake."""
    kind, _, name = part.partition(" ")
    return kind == "name" and all(
        any(f"{other} {name}" in side for other in ("name", "function", "class", "constant"))
        for side in sides
    )


def _rank(part: str) -> tuple[int, str]:
    """Put first what somebody edited, and last what follows from that."""
    kind = part.partition(" ")[0]
    return (2 if kind == "links" else 1 if kind == "name" else 0, part)


def _told(parts: list[str]) -> Iterator[str]:
    """Leave out what says again that a thing is new or gone: its closure, its defaults."""
    subjects = {part.partition(" ")[2] for part in parts}
    for part in parts:
        _, _, owner = part.partition(" of ")
        kind, _, name = part.partition(" ")
        if kind in ("links", "name") or owner.partition(" around ")[0] in subjects:
            continue
        if kind in ("constant", "method", "enum") and name.rpartition(".")[0] in subjects:
            continue
        yield part


def _described(part: str, place: str) -> str:
    match = _KIND.fullmatch(part)
    if match is None or match["kind"] in _VERSIONED:
        return part
    kind, subject = match["kind"], match["subject"]
    name, of, owner = subject.partition(" of ")
    if kind == "links of":
        return f"what `{subject}` reaches"
    text = f"{kind} `{name}` of `{owner}`" if of else f"{kind} `{subject}`"
    return f"{text} in {place}" if place else text
