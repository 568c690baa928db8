"""Laws of fingerprints, on random programs: they change if and only if something reached does."""

import os
import random
from typing import Final

import pytest

from generated_programs import random_program
from hbia_dsl.cache import code_thing
from hbia_dsl.cache.code_memo import IdentityMemo
from hbia_dsl.cache.fingerprint import fingerprint_of
from hbia_dsl.cache.fingerprint_changes import changed_parts

SEEDS: Final = 1_000 if os.environ.get("HBIA_LONG") == "1" else 60


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_fingerprint_changes_if_and_only_if_something_reached_was_edited(seed: int) -> None:
    program = random_program(seed)
    noise = random.Random(seed)
    numbers = [noise.randrange(2, 1_000) for _ in program.items]
    reached = program.reached()
    before = fingerprint_of(program.run(numbers, noise))
    assert before.limits == ()

    for at, item in enumerate(program.items):
        edited = [number + 1_000 * (k == at) for k, number in enumerate(numbers)]
        after = fingerprint_of(program.run(edited, noise))

        assert (after.digest != before.digest) == (at in reached), item
        assert (dict(after.parts) != dict(before.parts)) == (at in reached), item
        said = changed_parts(before.parts, after.parts)
        if at in reached:
            # A constant that a table holds is seen as a part of the table.
            names = [item.name, *(t.name for t in program.items if t.kind == "table")]
            assert any(name in sentence for name in names for sentence in said), (item, said)
        else:
            assert said == []


@pytest.mark.parametrize("seed", range(0, SEEDS, 3))
def test_what_is_remembered_never_makes_a_difference(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = random_program(seed)
    noise = random.Random(seed)
    numbers = [noise.randrange(2, 1_000) for _ in program.items]
    root = program.run(numbers, noise)
    namespace = root.__globals__
    fingerprint_of(root)

    for at, item in enumerate(program.items[1:], start=1):
        # Another helper takes the place of the first one while the process goes on.
        edited = [number + 1_000 * (k == at) for k, number in enumerate(numbers)]
        other = program.run(edited, noise)
        theirs = other.__globals__[f"part{item.module}"]
        vars(namespace[f"part{item.module}"])[item.name] = vars(theirs)[item.name]

        remembered = fingerprint_of(root)
        with monkeypatch.context() as forgetful:
            forgetful.setattr(code_thing, "_memo", IdentityMemo())
            anew = fingerprint_of(root)

        assert remembered.digest == anew.digest, item
        assert remembered.parts == anew.parts, item
