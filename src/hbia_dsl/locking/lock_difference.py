"""How a flow differs from its lock, in words that say what it means for those who use it."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from hbia_dsl.locking.lock_text import FactKey, LockedFlow

_TAKEN: Final = re.compile(r"(?P<type>.*) <- (?P<sources>.*) \((?P<rule>[a-z-]+)\)", re.DOTALL)
"""A parameter; sources never contain an arrow, so the last one is the one that is meant."""
_CHOSEN_BY_HAND: Final = "explicit"
_NONE: Final = "none"
_OPTIONAL: Final = " (optional)"


@attrs.frozen
class LockDifference:
    """One fact that is not as it was."""

    subject: str
    """What it is about: `mail.to`, or `vertex rank`."""
    before: str | None
    """None if it was not there."""
    after: str | None
    """None if it is no longer there."""
    meaning: str
    """What follows from it, in one sentence."""

    def line(self) -> str:
        """Return the difference on one line."""
        if self.before is None and self.after is None:
            return self.subject
        return f"{self.subject}: {_shown(self.before)} -> {_shown(self.after)}"


def differences(locked: LockedFlow | None, now: LockedFlow | None) -> list[LockDifference]:
    """Compare a flow with its lock.

    Args:
        locked: The flow as the lock has it; None if it does not.
        now: The flow as it is; None if there is none any more.
    """
    if locked is None or now is None:
        return _whole_flow(locked, now)
    has = now.vertices()
    lonely = {*locked.vertices()} ^ {*has}
    found = [_whole_vertex(name, added=name in has) for name in sorted(lonely)]
    minor: list[LockDifference] = []
    for key in sorted({*locked.facts, *now.facts}):
        if key[0] == "vertex" and (key[1] in lonely or len(key) == 2):
            continue
        before, after = locked.facts.get(key), now.facts.get(key)
        if before == after:
            continue
        # A type comes or goes with a parameter or a result, and that says more.
        is_minor = key[0] == "type" and None in (before, after)
        (minor if is_minor else found).extend(_changed(key, before, after))
    return found or minor


def _whole_flow(locked: LockedFlow | None, now: LockedFlow | None) -> list[LockDifference]:
    if now is not None:
        return [LockDifference("the flow is new", None, None, "the lock does not have it yet")]
    if locked is not None:
        return [LockDifference("the flow is gone", None, None, "the lock still has it")]
    return []


def _whole_vertex(name: str, *, added: bool) -> LockDifference:
    if added:
        return LockDifference(f"vertex {name} was added", None, None, "every run calls it")
    return LockDifference(f"vertex {name} was removed", None, None, "no run calls it any more")


def _changed(key: FactKey, before: str | None, after: str | None) -> Iterator[LockDifference]:
    if key[0] != "vertex":
        subject, meaning = _of_flow(key, before, after)
        yield LockDifference(subject, before, after, meaning)
        return
    _, vertex, word, *name = key
    if word == "takes":
        yield from _parameter(f"{vertex}.{name[0]}", before, after)
    elif word == "gives":
        yield LockDifference(f"{vertex}.{name[0]}", before, after, _output(before, after))
    else:
        meaning = _MEANINGS[word](before, after)
        yield LockDifference(f"{vertex} {word}", before, after, meaning)


def _of_flow(key: FactKey, before: str | None, after: str | None) -> tuple[str, str]:
    word, *name = key
    if word == "input":
        return f"input.{name[0]}", _input(before, after)
    if word == "group":
        return f"group {name[0]}", _of_group(before, after)
    if word == "type":
        return f"type {name[0]}", _of_type(before, after)
    return word, _OF_FLOW[word]


def _parameter(subject: str, before: str | None, after: str | None) -> Iterator[LockDifference]:
    if before is None:
        yield LockDifference(subject, before, after, "the vertex takes one more value")
        return
    if after is None:
        yield LockDifference(subject, before, after, "the vertex takes this value no longer")
        return
    was, has = _TAKEN.fullmatch(before), _TAKEN.fullmatch(after)
    if was is None or has is None:
        yield LockDifference(subject, before, after, "the parameter changed")
        return
    if was["type"] != has["type"]:
        meaning = "the parameter has another type"
        yield LockDifference(subject, was["type"], has["type"], meaning)
    if (was["sources"], was["rule"]) != (has["sources"], has["rule"]):
        sources = [f"{match['sources']} ({match['rule']})" for match in (was, has)]
        yield LockDifference(subject, sources[0], sources[1], _wiring(was, has))


def _wiring(was: re.Match[str], has: re.Match[str]) -> str:
    if was["sources"] == has["sources"]:
        if has["rule"] == _CHOSEN_BY_HAND:
            return "the same source, now written down: later changes cannot re-wire it"
        return "the same source, chosen by another rule: later changes may re-wire it"
    if sorted(was["sources"].split(", ")) == sorted(has["sources"].split(", ")):
        return "the same values in another order"
    if has["rule"] == _CHOSEN_BY_HAND:
        return "re-wired: the value is taken from elsewhere, as the code says"
    return f"re-wired: nobody wrote this source down, the rule `{has['rule']}` chose it"


def _input(before: str | None, after: str | None) -> str:
    if before is None:
        optional = (after or "").endswith(_OPTIONAL)
        return "callers can give one more input" if optional else "callers must give one more input"
    if after is None:
        return "callers can give this input no longer"
    if before.removesuffix(_OPTIONAL) != after.removesuffix(_OPTIONAL):
        return "callers must give another type"
    if after.endswith(_OPTIONAL):
        return "callers can leave this input out now"
    return "callers can leave this input out no longer"


def _output(before: str | None, after: str | None) -> str:
    if before is None:
        return "the vertex gives one more value"
    if after is None:
        return "the vertex gives this value no longer"
    return "the value has another type"


def _of_group(before: str | None, after: str | None) -> str:
    if before is None:
        return "the flow has one more atomic group"
    if after is None:
        return "the flow has this atomic group no longer"
    return "the members of the group run or fail otherwise"


def _of_type(before: str | None, after: str | None) -> str:
    if before is None:
        return "the flow uses one more type"
    if after is None:
        return "the flow uses this type no longer"
    return "the name stands for another type, or the type moved"


def _of_effect(before: str | None, after: str | None) -> str:
    del before
    if after == "pure":
        return "results may be cached now, and a run may repeat it"
    return "results are never cached"


def _of_kind(before: str | None, after: str | None) -> str:
    del before
    return "it runs in an event loop now" if after == "async" else "it needs no event loop any more"


def _of_version(before: str | None, after: str | None) -> str:
    del before, after
    return "results that were cached are not used any more"


def _of_membership(before: str | None, after: str | None) -> str:
    if before is None:
        return "it succeeds or fails with the others of the group now"
    if after is None:
        return "it is not undone any more when the group fails"
    return "it succeeds or fails with others now"


def _of_undo(before: str | None, after: str | None) -> str:
    del before
    if after is None or after == "nothing":
        return "it is not taken back any more when the group fails"
    return "something else takes it back when the group fails"


def _of_place(before: str | None, after: str | None) -> str:
    del before, after
    return "the point of no return of the group lies elsewhere"


def _of_result(before: str | None, after: str | None) -> str:
    del before, after
    return "the vertex gives another type"


_MEANINGS: Final = {
    "effect": _of_effect,
    "kind": _of_kind,
    "version": _of_version,
    "group": _of_membership,
    "undo": _of_undo,
    "place": _of_place,
    "returns": _of_result,
}
_OF_FLOW: Final[Mapping[str, str]] = {
    "name": "the flow has another name in reports",
    "inputs": "the inputs are declared by something else",
    "result": "the value of a run comes from another vertex",
}


def _shown(value: str | None) -> str:
    """Return a value on one line."""
    if value is None:
        return _NONE
    return value if value.isprintable() else ascii(value)[1:-1]
