"""What every store must do, held by the one in memory and by the one on disk."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbia_dsl.cache.memory_store import MemoryStore
from hbia_dsl.cache.sqlite_store import SqliteStore
from hbia_dsl.cache.store import Store
from hbia_dsl.cache.store_entry import Entry
from hbia_dsl.cache.store_parts import pack_parts, unpack_parts
from hbia_dsl.cache.store_size import taken_bytes
from hbia_dsl.errors import CacheError
from stored_values import SIZES, TurnedClock, entry_of, fill, found, is_right, key_of, parts_of

MakeStore = Callable[..., Store]


@pytest.fixture(params=["memory", "sqlite"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeStore]:
    made: list[Store] = []

    def make(max_bytes: int = 1 << 30, clock: Callable[[], float] | None = None) -> Store:
        taken = TurnedClock() if clock is None else clock
        if request.param == "memory":
            made.append(MemoryStore(max_bytes, clock=taken))
        else:
            made.append(SqliteStore(tmp_path / "cache", max_bytes, clock=taken))
        return made[-1]

    yield make
    for store in made:
        assert not store.info().problems
        store.close()


def test_what_was_put_is_found_whatever_its_size(make_store: MakeStore) -> None:
    store = make_store()
    count = 2 * len(SIZES)
    fill(store, count)

    assert list(found(store, count)) == list(range(count))
    assert store.get(key_of(count)) is None


def test_the_store_sets_the_times(make_store: MakeStore) -> None:
    clock = TurnedClock()
    store = make_store(clock=clock)
    store.put(b"k", Entry(b"v", "c", created_s=5.0, used_s=6.0))

    entry = store.get(b"k")

    assert entry == Entry(b"v", "c", created_s=clock.now_s, used_s=clock.now_s)


def test_the_last_put_under_a_key_counts(make_store: MakeStore) -> None:
    store = make_store()
    for version in range(3):
        for number in range(len(SIZES)):
            store.put(key_of(number), entry_of(number, version))

    for number in range(len(SIZES)):
        entry = store.get(key_of(number))
        assert entry is not None
        assert entry.codec == "codec-2"
        assert is_right(number, entry, versions=3)
    assert store.info().entries == len(SIZES)


def test_the_newest_explanation_of_a_vertex_is_known(make_store: MakeStore) -> None:
    store = make_store()
    entry = Entry(b"v", "c", vertex="v", flow="f")
    store.put(b"1", entry, parts_of(1))
    store.put(b"2", entry, parts_of(2))
    store.put(b"3", entry)
    store.put(b"4", Entry(b"v", "c", vertex="w", flow="f"), parts_of(4))

    assert store.latest("f", "v") == parts_of(2)
    assert store.latest("f", "w") == parts_of(4)
    assert store.latest("g", "v") is None


def test_info_counts_entries_bytes_hits_and_misses(make_store: MakeStore) -> None:
    store = make_store(max_bytes=1 << 20)
    fill(store, 3)
    store.get(key_of(0))
    store.get(key_of(99))

    info = store.info()

    size = sum(taken_bytes(key_of(number), entry_of(number)) for number in range(3))
    assert (info.entries, info.size_bytes, info.max_bytes) == (3, size, 1 << 20)
    assert (info.hits, info.misses, info.evictions) == (1, 1, 0)
    assert info.is_writable


@pytest.mark.parametrize("max_bytes", [0, -1, True, 1.5, "1", None])
def test_a_store_may_take_a_whole_number_of_bytes_above_0(
    make_store: MakeStore, max_bytes: object
) -> None:
    with pytest.raises(CacheError, match="`max_bytes` must be a whole number above 0") as caught:
        make_store(max_bytes=max_bytes)

    assert caught.value.diagnostic.code.number == "HB702"
    assert not make_store(max_bytes=1).put(b"k", Entry(b"v", "c"))


def test_a_full_store_loses_what_was_used_least_recently(make_store: MakeStore) -> None:
    clock = TurnedClock()
    entry = Entry(b"x" * 1_000, "c")
    store = make_store(10 * taken_bytes(key_of(0), entry), clock)
    for number in range(10):
        clock.now_s += 1
        store.put(key_of(number), entry)
    clock.now_s += 10_000
    for number in range(0, 10, 2):
        clock.now_s += 1
        assert store.get(key_of(number))
    for number in range(10, 15):
        clock.now_s += 1
        assert store.put(key_of(number), entry)

    kept = [number for number in range(15) if store.get(key_of(number))]

    assert kept == [0, 2, 4, 6, 8, 10, 11, 12, 13, 14]
    assert store.info().evictions == 5


def test_a_store_never_grows_over_its_limit(make_store: MakeStore) -> None:
    clock = TurnedClock()
    store = make_store(200_000, clock)
    for number in range(100):
        clock.now_s += 1
        assert store.put(key_of(number), entry_of(number))
        assert store.info().size_bytes <= 200_000

    assert list(found(store, 100))[-1] == 99


def test_what_can_never_fit_is_not_kept(make_store: MakeStore) -> None:
    store = make_store(1_000)
    assert store.put(b"small", Entry(b"x" * 100, "c"))

    assert not store.put(b"large", Entry(b"x" * 1_000, "c"))
    assert store.get(b"small")


def test_pruning_by_size_keeps_the_newest(make_store: MakeStore) -> None:
    clock = TurnedClock()
    store = make_store(clock=clock)
    for number in range(200):
        clock.now_s += 1
        store.put(key_of(number), Entry(b"x" * 872 if number % 50 else b"x" * 40_000, "c"))
    limit = store.info().size_bytes // 2

    gone = store.prune(max_bytes=limit)

    kept = [number for number in range(200) if store.get(key_of(number))]
    assert kept == list(range(gone, 200))
    assert limit - 41_000 < store.info().size_bytes <= limit


def test_pruning_by_age_goes_by_the_last_use(make_store: MakeStore) -> None:
    clock = TurnedClock()
    store = make_store(clock=clock)
    fill(store, 12)
    clock.now_s += 3_600
    assert store.get(key_of(5))
    clock.now_s += 3_600

    assert store.prune(older_than_s=5_400) == 11
    assert list(found(store, 12)) == [5]


def test_pruning_a_store_within_its_limit_removes_nothing(make_store: MakeStore) -> None:
    store = make_store()
    fill(store, 12)

    assert store.prune() == 0
    assert len(list(found(store, 12))) == 12


def test_clearing_removes_everything(make_store: MakeStore) -> None:
    store = make_store()
    fill(store, 12)

    assert store.clear() == 12
    assert not list(found(store, 12))
    assert store.latest("flow", "v1") is None
    assert (store.info().entries, store.info().size_bytes) == (0, 0)


def test_a_closed_store_keeps_and_finds_nothing(make_store: MakeStore) -> None:
    store = make_store()
    fill(store, 3)
    store.close()
    store.close()

    assert not store.put(b"k", Entry(b"v", "c"))
    assert store.get(key_of(0)) is None
    assert store.latest("flow", "v0") is None
    assert (store.prune(), store.clear(), store.info().is_writable) == (0, 0, False)


def test_threads_read_and_write_at_once(make_store: MakeStore) -> None:
    store = make_store(2_000_000)
    barrier = threading.Barrier(6)

    def work(worker: int) -> int:
        barrier.wait()
        hits = 0
        for step in range(120):
            number = (step * 7 + worker) % 30
            entry = store.get(key_of(number))
            if entry is None or step % 5 == 0:
                store.put(key_of(number), entry_of(number, step % 4), parts_of(number))
            if entry is not None:
                hits += 1
                assert is_right(number, entry, versions=4)
        return hits

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(work, range(6))) > 300


@given(st.dictionaries(st.text(), st.binary()))
def test_parts_come_back_in_their_order(parts: dict[str, bytes]) -> None:
    back = unpack_parts(pack_parts(parts))

    assert back is not None
    assert list(back.items()) == list(parts.items())


@given(st.dictionaries(st.text(), st.binary()), st.data())
def test_damaged_parts_are_told(parts: dict[str, bytes], data: st.DataObject) -> None:
    packed = bytearray(pack_parts(parts))
    packed[data.draw(st.integers(0, len(packed) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    assert unpack_parts(bytes(packed)) is None
    assert unpack_parts(bytes(packed[: data.draw(st.integers(0, len(packed) - 1))])) is None
