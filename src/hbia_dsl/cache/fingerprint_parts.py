"""The parts of a fingerprint, put together from all that was read on the way.

Names say which function a name stands for, so nearly always the set of all parts says
everything: what is reached, and from where. Only things that share a name, such as two functions
that one factory made, must be told apart by the order in which they are met.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from types import MappingProxyType
from typing import Final, NamedTuple

import attrs

from hbia_dsl.cache.code_annotation import annotations_as_notes
from hbia_dsl.cache.code_changed_names import without_changed
from hbia_dsl.cache.code_digest import DIGEST_BYTES, digest_of
from hbia_dsl.cache.code_origin import PYTHON
from hbia_dsl.cache.code_thing import Notes, Part, Reading, Thing

LINKS: Final = "links"
"""The kind of a part that says which of several things of one name is meant."""

_FORMAT: Final = f"hbia fingerprint 1\0{PYTHON}".encode()
_PYTHON: Final[Part] = (PYTHON, PYTHON)

Reached = Mapping[Thing, Reading]
"""All things that are reached, and what was read from each, in the order of the code."""


@attrs.frozen
class Fingerprint:
    """All code that a function reaches."""

    digest: bytes
    """16 bytes; the same in every process in which the code is the same."""
    limits: tuple[str, ...] = attrs.field(eq=False)
    """Sentences about what could not be seen, such as "cannot see inside `app.client` (a
    Session)"; that counts by its type."""
    reads_docstrings: bool = attrs.field(eq=False)
    """Whether some of the code reads docstrings, so that they count as well."""
    reads_annotations: bool = attrs.field(eq=False)
    """The same of annotations of functions."""
    _notes: Notes = attrs.field(eq=False, repr=False)
    reached: Reached = attrs.field(eq=False, repr=False)
    """All things that it reaches and that count; they are known weakly."""
    looked_at: Reached = attrs.field(eq=False, repr=False)
    """The same, with what was read, whether it counts or not."""
    _texts: tuple[Part, ...] = attrs.field(eq=False, repr=False)
    """Docstrings and annotations, where they count."""
    roots: tuple[Thing, ...] = attrs.field(eq=False, repr=False)
    """The things that are reached first."""
    wider: dict[tuple[Thing, ...], "Wider"] = attrs.field(
        factory=dict, init=False, eq=False, repr=False
    )
    """What was taken of this code together with classes of inputs, by these."""

    @property
    def own(self) -> Notes:
        """What was noted about the callable itself."""
        return self._notes

    @cached_property
    def parts(self) -> Mapping[str, bytes]:
        """A digest for each thing reached: `function app.text.clean (app/text.py)`.

        Sorted by name; others are called `constant app.text.STOPWORDS` or `package numpy 2.1.0`.
        `changed_parts` compares the parts of two fingerprints.
        """
        placed = (reading.notes.placed for reading in self.reached.values())
        shown = dict(pair for pair in placed if pair is not None)
        parts = {**_parts(self._notes, self.reached), **dict(self._texts)}
        return MappingProxyType(
            {shown.get(name, name): digest_of(text) for name, text in sorted(parts.items())}
        )


class Wider(NamedTuple):
    """A fingerprint of code and of classes that it is given objects of."""

    fingerprint: Fingerprint
    added: Reached
    """What was looked at besides what the code itself reaches."""


def join(own: Notes, roots: Sequence[Thing], looked_at: Reached) -> Fingerprint:
    """Put the parts together.

    Args:
        own: What was noted about the callable itself.
        roots: The things that it reaches first.
        looked_at: All things that it reaches.
    """
    reached = looked_at
    limits = dict.fromkeys(own.limits)
    reads_docstrings, reads_annotations = False, own.reads_annotations
    every_note = [reading.notes for reading in looked_at.values()]
    if [notes for notes in every_note if not notes.is_usual]:
        reached = without_changed(roots, looked_at)
        every_note = [reading.notes for reading in reached.values()]
        for notes in every_note:
            reads_docstrings |= notes.reads_docstrings
            reads_annotations |= notes.reads_annotations
            limits.update(dict.fromkeys(notes.limits))
    digests = [notes.digest for notes in every_note]
    names = {thing.text for thing in reached}
    texts: tuple[Part, ...] = tuple(_docstrings(reached)) if reads_docstrings else ()
    if reads_annotations:
        for notes in _annotations(reached):
            texts += tuple(notes.parts)
            limits.update(dict.fromkeys(notes.limits))
    if texts or len(names) != len(reached):
        every_part = Notes()
        every_part.parts += sorted([*_parts(own, reached).items(), *texts])
        every_part.seal("all")
        digests = [every_part.digest]
    elif own.parts:
        own.seal("itself")
        digests.append(own.digest)
    digests.sort()
    digest = blake2b(b"".join([_FORMAT, *digests]), digest_size=DIGEST_BYTES).digest()
    return Fingerprint(
        digest,
        tuple(limits),
        reads_docstrings,
        reads_annotations,
        own,
        reached,
        looked_at,
        texts,
        tuple(roots),
    )


def _parts(own: Notes, reached: Reached) -> dict[str, str]:
    """Return all parts by name."""
    found = {_PYTHON, *own.parts}
    for reading in reached.values():
        found.update(reading.notes.parts)
    parts = dict(found)
    has_namesakes = len(parts) != len(found) or len({t.text for t in reached}) != len(reached)
    return _told_apart(own, reached) if has_namesakes else parts


def _docstrings(reached: Reached) -> Iterator[Part]:
    for thing in reached:
        text = getattr(thing.target(), "__doc__", None)
        if isinstance(text, str):
            yield f"docstring of {thing.name}", digest_of(text).hex()


def _annotations(reached: Reached) -> Iterator[Notes]:
    for thing in reached:
        target = thing.target()
        if target is not None:
            yield annotations_as_notes(target, thing.name)


def named_by_annotations(reached: Reached) -> Iterator[Thing]:
    """Yield the functions and classes that annotations hold, in the order of the code."""
    for notes in _annotations(reached):
        yield from notes.things


def _told_apart(own: Notes, reached: Reached) -> dict[str, str]:
    """Return all parts, numbered where things share a name, and which thing leads to which."""
    counts: dict[str, int] = {}
    numbers: dict[Thing, int] = {}
    for thing in reached:
        numbers[thing] = counts[thing.text] = counts.get(thing.text, 0) + 1
    parts: dict[str, str] = dict([_PYTHON])
    _put(parts, own.parts, "")
    for thing, reading in reached.items():
        notes = reading.notes
        suffix = _suffix(numbers[thing])
        _put(parts, notes.parts, suffix)
        links = [
            f"{next_thing.text}{_suffix(numbers[next_thing])}"
            for next_thing in notes.things
            if counts.get(next_thing.text, 0) > 1
            if next_thing in numbers
        ]
        if links:
            parts[f"{LINKS} of {thing.name}{suffix}"] = ", ".join(links)
    return parts


def _put(parts: dict[str, str], added: Sequence[Part], suffix: str) -> None:
    for name, text in added:
        key, number = f"{name}{suffix}", 2
        while parts.setdefault(key, text) != text:
            key = f"{name}{suffix} #{number}"
            number += 1


def _suffix(number: int) -> str:
    return "" if number == 1 else f" #{number}"
