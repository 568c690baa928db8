"""What the cache did in a run that has ended, vertex by vertex: for its report and its journal."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from hbia_dsl.flow.cache_note import NOT_CACHEABLE, CacheNote
from hbia_dsl.flow.run_cache import RunCache
from hbia_dsl.kernel.conclusion import identity
from hbia_dsl.kernel.kernel import FAILED, OUTCOME_NAMES, PENDING
from hbia_dsl.kernel.plan import NO_TIME
from hbia_dsl.kernel.run_state import RunState


def notes_of(run: RunState, cache: RunCache) -> Mapping[str, CacheNote]:
    """Return what the cache did about each vertex that was started, in canonical order."""
    noted, always_runs = cache.notes, run.plan.always_runs
    notes: dict[str, CacheNote] = {}
    for vertex, state, started in zip(run.vertices, run.kernel.states, run.started, strict=True):
        if started != NO_TIME and not vertex.is_step:
            name = vertex.name
            notes[name] = noted.get(name) or CacheNote(
                NOT_CACHEABLE, (always_runs.get(name) or f"it {_ended(state)}",)
            )
    return notes


def account_of(run: RunState, cache: RunCache, at_s: float) -> str:
    """Return what the journal of a cache notes of a run, as JSON.

    Vertices of which the same is to be said are noted together: in most runs most of them
    are hits.

    Args:
        run: The run, which has ended.
        cache: Its cache.
        at_s: When it ended, in seconds since the epoch.
    """
    notes: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    limits: dict[str, list[str]] = {}
    for name, note in notes_of(run, cache).items():
        notes.setdefault((note.answer, note.reasons), []).append(name)
        for limit in note.limits:
            limits.setdefault(limit, []).append(name)
    texts = [_noted(*key, tuple(names)) for key, names in notes.items()]
    seen = f',"limits":{_to_json(limits)}' if limits else ""
    head = f'"run":"{identity(run)}","flow":{_text(run.plan.flow)},"at_s":{at_s:.3f}'
    return f'{{{head},"notes":[{",".join(texts)}]{seen}}}'


_to_json: Final = json.JSONEncoder(separators=(",", ":")).encode


@lru_cache(maxsize=256)
def _text(name: str) -> str:
    return _to_json(name)


def _noted(answer: str, reasons: tuple[str, ...], names: tuple[str, ...]) -> str:
    is_usual = not reasons and len(names) <= _FEW
    return _remembered(answer, names) if is_usual else _to_json([answer, reasons, names])


_FEW: Final = 32


@lru_cache(maxsize=256)
def _remembered(answer: str, names: tuple[str, ...]) -> str:
    return _to_json([answer, (), names])


def _ended(state: int) -> str:
    if state == PENDING:  # Ctrl-C, and nobody waited for it
        return "was interrupted"
    outcome = OUTCOME_NAMES[state]
    return outcome if state == FAILED else f"was {outcome.replace('_', ' ')}"
