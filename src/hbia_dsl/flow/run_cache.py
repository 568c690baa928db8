"""The cache of one run: looks values up before vertices run, and keeps them afterwards.

It is in the context of the run, so a vertex that is planned with a cache finds it there.
It fails open: whatever goes wrong with the store costs time, never a value or the run.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final, TypeVar, cast

import attrs

from hbia_dsl.cache.call_key import CallKey, key_of_call, why_other
from hbia_dsl.cache.code_digest import ATOMS
from hbia_dsl.cache.fingerprint import Fingerprinter
from hbia_dsl.cache.run_journal import RunJournal
from hbia_dsl.cache.single_flight import Follower, Lead, Shared, SingleFlight
from hbia_dsl.cache.store import Store
from hbia_dsl.cache.store_entry import Entry
from hbia_dsl.cache.store_size import taken_bytes
from hbia_dsl.cache.value_codec import ValueCodec
from hbia_dsl.cache.value_digest import digest_value
from hbia_dsl.cache.value_envelope import CODEC_VERSION
from hbia_dsl.cache.value_refusal import CorruptValue, Uncacheable, Undigestable
from hbia_dsl.diagnostics.logbook import log_warning
from hbia_dsl.errors import ContractOutputError
from hbia_dsl.flow.cache_note import HIT, MISS, NOT_CACHEABLE, CacheNote
from hbia_dsl.kernel.run_scope import CURRENT_SCOPE, check_cancelled

CODEC: Final = f"hbia {CODEC_VERSION}"

AT_ONCE: Final = "it was being computed at the same time"

_UNWRITTEN: Final = "the store cannot be written now"

Flights = SingleFlight[bytes]

T = TypeVar("T")


@attrs.frozen(eq=False)
class CachedVertex:
    """A vertex whose results can be kept."""

    name: str
    handler: Callable[..., object]
    codec: ValueCodec
    positional: Sequence[str]
    """The parameters that are passed by position."""
    version: str | None = None
    depends_on: Sequence[object] = ()
    refuse: Callable[[object], None] | None = None
    """Raises `ContractOutputError` for a result that the run will refuse, beyond its type."""


class _Absent:
    """Stands for a value that is not kept."""


_ABSENT: Final = _Absent()
_HIT: Final = CacheNote(HIT)


class RunCache:
    """The cache as one run sees it."""

    __slots__ = (
        *("_fingerprints", "_flights", "_is_broken", "flow", "journal", "leave", "notes"),
        "store",
    )

    def __init__(
        self,
        flow: str,
        store: Store,
        flights: Flights,
        journal: RunJournal | None = None,
        leave: Callable[[], None] | None = None,
    ) -> None:
        self.flow: str = flow
        self.store: Store = store
        self.journal: RunJournal | None = journal
        """Where the run is accounted for at its end."""
        self.leave: Callable[[], None] | None = leave
        """To be called when the run has ended: its store may be closed then."""
        self.notes: dict[str, CacheNote] = {}
        """By vertex. Each is written by whoever runs the vertex, once."""
        self._flights = flights
        self._fingerprints = Fingerprinter()
        self._is_broken = False

    def call(
        self, vertex: CachedVertex, args: tuple[object, ...], named: Mapping[str, object]
    ) -> object:
        """Return the kept value of a call, or call the vertex and keep what it gives.

        Raises:
            VertexCancelled: The run was stopped while this one waited for another that was
                computing the same value.
            Exception: What the vertex raises; nothing is kept then.
        """
        key = self._key(vertex, args, named)
        if key is None:
            return vertex.handler(*args, **named)
        found, _ = self._find(vertex, key)
        if found is not _ABSENT:
            return found
        turn = self._flights.join(key.digest)
        if isinstance(turn, Follower):
            outcome = _wait_here(turn)
            if not isinstance(outcome, Lead):
                shared = self._shared(vertex, key, outcome)
                return vertex.handler(*args, **named) if shared is _ABSENT else shared
            turn = outcome
        with turn as lead:
            found = self._found_by_now(vertex, key, lead)
            if found is not _ABSENT:
                return found
            result = vertex.handler(*args, **named)
            self._keep(vertex, key, result, lead, (args, named))
            return result

    async def call_async(
        self, vertex: CachedVertex, args: tuple[object, ...], named: Mapping[str, object]
    ) -> object:
        """Do as `call` does, for a vertex that is async."""
        handler = cast("Callable[..., Awaitable[object]]", vertex.handler)
        key = self._key(vertex, args, named)
        if key is None:
            return await handler(*args, **named)
        found, _ = self._find(vertex, key)
        if found is not _ABSENT:
            return found
        turn = self._flights.join(key.digest)
        if isinstance(turn, Follower):
            outcome = await turn.wait_async()
            if not isinstance(outcome, Lead):
                shared = self._shared(vertex, key, outcome)
                return await handler(*args, **named) if shared is _ABSENT else shared
            turn = outcome
        with turn as lead:
            found = self._found_by_now(vertex, key, lead)
            if found is not _ABSENT:
                return found
            result = await handler(*args, **named)
            self._keep(vertex, key, result, lead, (args, named))
            return result

    def _key(
        self, vertex: CachedVertex, args: tuple[object, ...], named: Mapping[str, object]
    ) -> CallKey | None:
        """Return the key of a call; None, and a note, if it cannot have one."""
        inputs = _by_parameter(vertex, args, named)
        try:
            code = self._fingerprints.of(vertex.handler, vertex.depends_on)
            widen = self._fingerprints.with_classes
            return key_of_call(vertex.name, vertex.version, code, inputs, widen)
        except Undigestable as error:
            reason = f"input `{error.path.lstrip('.')}`: {error.reason}"
        except Exception as error:  # noqa: BLE001 - code of the user's own classes runs here
            reason = f"its key cannot be computed: {type(error).__name__}"
        self.notes[vertex.name] = CacheNote(NOT_CACHEABLE, (reason,))
        return None

    def _find(self, vertex: CachedVertex, key: CallKey) -> tuple[object, bytes]:
        """Return the kept value and its bytes; `_ABSENT` if there is none."""
        if self._is_broken:
            return _ABSENT, b""
        try:
            entry: object = self.store.get(key.digest)
        except Exception as error:  # noqa: BLE001 - a store of the user's own may raise anything
            self._give_up(error)
            return _ABSENT, b""
        if not isinstance(entry, Entry) or entry.codec != CODEC:
            return _ABSENT, b""
        try:
            value = vertex.codec.decode(entry.payload)
        except CorruptValue:
            return _ABSENT, b""
        limits = key.code.limits
        self.notes[vertex.name] = CacheNote(HIT, limits=limits) if limits else _HIT
        return value, entry.payload

    def _found_by_now(self, vertex: CachedVertex, key: CallKey, lead: Lead[bytes]) -> object:
        """Look again: another one may have computed it between our look and our turn."""
        found, payload = self._find(vertex, key)
        if found is not _ABSENT:
            lead.share(payload)
        return found

    def _shared(self, vertex: CachedVertex, key: CallKey, outcome: Shared[bytes] | None) -> object:
        """Return a value that another one has just computed; `_ABSENT` if it is of no use."""
        limits = key.code.limits
        if outcome is not None:
            with suppress(CorruptValue):  # computed by a vertex that returns another type
                value = vertex.codec.decode(outcome.value)
                self.notes[vertex.name] = CacheNote(HIT, (AT_ONCE,), limits)
                return value
        self.notes[vertex.name] = CacheNote(MISS, (AT_ONCE,), limits)
        return _ABSENT

    def _keep(
        self,
        vertex: CachedVertex,
        key: CallKey,
        result: object,
        lead: Lead[bytes],
        given: tuple[tuple[object, ...], Mapping[str, object]],
    ) -> None:
        """Keep a result if it can be kept; note why it was computed, or why it is not kept."""
        limits = key.code.limits
        altered = _altered(key, _by_parameter(vertex, *given))
        if altered:
            self.notes[vertex.name] = CacheNote(NOT_CACHEABLE, altered, limits)
            return
        try:
            if vertex.refuse is not None:
                vertex.refuse(result)
            payload = bytes(vertex.codec.encode(result))
        except Uncacheable as error:
            refusal = f"its result: {error.reason}"
            self.notes[vertex.name] = CacheNote(NOT_CACHEABLE, (refusal,), limits)
            return
        except ContractOutputError:
            reason = "its result breaks its contract"
            self.notes[vertex.name] = CacheNote(NOT_CACHEABLE, (reason,), limits)
            return
        lead.share(payload)
        reasons = self._guarded(lambda: why_other(self.store.latest(self.flow, vertex.name), key))
        self.notes[vertex.name] = CacheNote(MISS, reasons or ("its store is out of use",), limits)
        entry = Entry(payload, CODEC, vertex.name, self.flow)
        is_kept = self._guarded(lambda: self.store.put(key.digest, entry, key.parts()))
        if is_kept is False:
            why = self._guarded(lambda: _why_refused(self.store, key.digest, entry)) or _UNWRITTEN
            self.notes[vertex.name] = CacheNote(NOT_CACHEABLE, (why,), limits)

    def _guarded(self, ask: Callable[[], T]) -> T | None:
        if self._is_broken:
            return None
        try:
            return ask()
        except Exception as error:  # noqa: BLE001 - a store of the user's own may raise anything
            self._give_up(error)
            return None

    def _give_up(self, error: Exception) -> None:
        self._is_broken = True
        log_warning(
            "the cache is not used any more in this run: its store raised %s: %s",
            type(error).__name__,
            error,
        )


def _why_refused(store: Store, key: bytes, entry: Entry) -> str:
    """Say why a store has not kept an entry."""
    size, room = taken_bytes(key, entry), store.info().max_bytes
    if size > room:
        return f"it does not fit in the cache: {size:,} of {room:,} bytes"
    return _UNWRITTEN


def _by_parameter(
    vertex: CachedVertex, args: tuple[object, ...], named: Mapping[str, object]
) -> list[tuple[str, object]]:
    return [*zip(vertex.positional, args, strict=True), *named.items()]


def _altered(key: CallKey, inputs: Sequence[tuple[str, object]]) -> tuple[str, ...]:
    """Say which inputs are no longer what the key was made of.

    A hit would leave them as they are, so that other vertices would see other values than
    after a miss; and if somebody else altered them meanwhile, the result may be of either.
    """
    return tuple(
        f"input `{name}` is not the same after the call"
        for name, value in inputs
        if not _cannot_change(value) and _digest_or_none(value) != key.inputs[name]
    )


def _cannot_change(value: object) -> bool:
    """Return whether a value is immutable all through, so that nobody need look again."""
    ahead = [value]
    while ahead:
        part = ahead.pop()
        cls = type(part)
        if cls is tuple or cls is frozenset:
            ahead.extend(part)  # type: ignore[arg-type]  # one of those two
        elif cls not in ATOMS:
            return False
    return True


def _digest_or_none(value: object) -> bytes | None:
    try:
        return digest_value(value)
    except Exception:  # noqa: BLE001 - code of the user's own classes runs here
        return None


def _wait_here(turn: Follower[bytes]) -> Shared[bytes] | Lead[bytes] | None:
    """Block until the one that computes has ended, or until this run is to stop.

    Raises:
        VertexCancelled: The run is being stopped, or its deadline has passed.
    """
    scope = CURRENT_SCOPE.get()
    if scope is None:
        return turn.wait()
    limit_s = None if scope.deadline is None else max(scope.deadline - scope.clock(), 0.0)
    outcome = turn.wait(scope.token.add_hook, limit_s)
    if outcome is None:
        check_cancelled()  # raises: that is what ended the wait
    return outcome
