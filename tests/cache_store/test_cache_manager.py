"""The original's verbs: keys that change with what matters, and values that come back exactly."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hbia_dsl import vertex
from hbia_dsl.cache.cache_manager import UNUSED_S, CacheManager
from hbia_dsl.cache.memory_store import MemoryStore
from hbia_dsl.cache.store_entry import Entry
from hbia_dsl.conf.settings_in_force import settings_in_force
from hbia_dsl.errors import CacheError, HbiaError
from hbia_dsl.graph.vertex import Vertex
from stored_values import TurnedClock


def double(x: int) -> int:
    return 2 * x


def triple(x: int) -> int:
    return 3 * x


@vertex(name="renamed", version="2", effect="pure")
def declared(x: int) -> int:
    return x


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[CacheManager]:
    with CacheManager(tmp_path / "cache") as made:
        yield made


def test_what_was_saved_is_loaded(cache: CacheManager) -> None:
    key = cache.build_key(double, {"x": 4})

    assert cache.load(key) is None
    assert cache.save(key, {"doubled": (8, b"8", {8}, 8.5, None)})
    assert cache.load(key) == {"doubled": (8, b"8", {8}, 8.5, None)}


def test_a_saved_none_is_told_from_a_miss(cache: CacheManager) -> None:
    missing = object()
    key = cache.build_key(double, {"x": 4})
    assert cache.load(key, missing) is missing

    assert cache.save(key, None)

    assert cache.load(key, missing) is None


def test_what_was_loaded_is_a_new_object_each_time(cache: CacheManager) -> None:
    saved = {"rows": [1, 2]}
    cache.save("key", saved)
    saved["rows"].append(3)

    first = cache.load("key")
    assert first == {"rows": [1, 2]}
    assert isinstance(first, dict)
    first["rows"].append(4)
    assert cache.load("key") == {"rows": [1, 2]}


def test_what_cannot_come_back_exactly_is_not_kept(cache: CacheManager) -> None:
    assert not cache.save("key", object())
    assert not cache.save("key", double)
    assert cache.load("key") is None


def test_bytes_of_another_codec_or_of_none_are_a_miss(cache: CacheManager) -> None:
    cache.save("key", 1)
    entry = cache.store.get(b"key")
    assert entry is not None
    cache.store.put(b"other", Entry(entry.payload, "other codec"))
    cache.store.put(b"broken", Entry(entry.payload[:-1], entry.codec))
    cache.store.put(b"noise", Entry(b"\x80noise", entry.codec))

    assert [cache.load(key) for key in ("key", "other", "broken", "noise")] == [1, None, None, None]


def test_a_key_is_a_text_that_another_process_makes_as_well(cache: CacheManager) -> None:
    program = (
        "from hbia_dsl.cache.cache_manager import CacheManager\n"
        "from hbia_dsl.cache.memory_store import MemoryStore\n"
        "from hbia_dsl.graph.vertex import Vertex\n"
        "import json\n"
        "cache = CacheManager(store=MemoryStore())\n"
        "print(cache.build_key(Vertex('v', json.dumps), {'b': {2, 'x'}, 'a': 1.0}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == cache.build_key(
        Vertex("v", json.dumps), {"a": 1.0, "b": {"x", 2}}
    )


def test_a_key_differs_with_name_version_code_and_inputs(cache: CacheManager) -> None:
    handlers: list[Callable[..., object]] = [double, triple]
    keys = [
        cache.build_key(Vertex(name, handler, version=version), inputs)
        for name in ("a", "b")
        for version in (None, "", "1")
        for handler in handlers
        for inputs in ({"x": 1}, {"x": True}, {"x": "1"}, {"x": 1.0}, {"y": 1}, {})
    ]

    assert len(set(keys)) == len(keys) == 2 * 3 * 2 * 6


def test_a_decorated_function_is_its_vertex(cache: CacheManager) -> None:
    key = cache.build_key(declared, {"x": 1})

    assert key == cache.build_key(Vertex("renamed", declared, version="2"), {"x": 1})
    assert key != cache.build_key(Vertex("renamed", declared), {"x": 1})


def test_what_a_vertex_depends_on_by_its_own_word_counts(cache: CacheManager) -> None:
    keys = {
        cache.build_key(vertex(effect="pure", depends_on=depends_on)(_fresh()), {"x": 1})
        for depends_on in ([], [1], [2], [1, 2])
    }

    assert len(keys) == 4


def _fresh() -> Callable[[int], int]:
    def same(x: int) -> int:
        return x

    return same


@pytest.mark.parametrize("handler", [None, "app.module:function"])
def test_a_vertex_without_code_to_look_at_has_no_key(
    cache: CacheManager, handler: str | None
) -> None:
    with pytest.raises(CacheError, match="vertex `v` cannot be cached: its handler"):
        cache.build_key(Vertex("v", handler), {"x": 1})


def test_all_inputs_without_a_digest_are_named(cache: CacheManager) -> None:
    with pytest.raises(CacheError) as caught:
        cache.build_key(double, {"x": 1, "f": open, "deep": {"a": [object()]}})

    message = caught.value.diagnostic.message
    assert "input `f`" in message
    assert "input `deep`: " in message
    assert "input `x`" not in message
    assert isinstance(caught.value, HbiaError)
    assert isinstance(caught.value, ValueError)


def test_the_other_verbs_speak_of_the_store() -> None:
    clock = TurnedClock()
    cache = CacheManager(store=MemoryStore(10_000, clock=clock))
    cache.save("old", 1)
    clock.now_s += UNUSED_S + 1
    cache.save("new", 1)
    cache.load("new")
    cache.load("none")

    info = cache.info()
    assert (info["entries"], info["hits"], info["misses"], info["problems"]) == (2, 1, 1, 0)
    assert 0 < info["size_bytes"] < info["max_bytes"] == 10_000
    assert cache.prune() == 1
    assert cache.load("new") == 1
    assert cache.prune(max_bytes=0) == 1
    cache.save("new", 1)
    assert cache.clear() == 1
    assert cache.info()["entries"] == 0


@pytest.mark.parametrize("key", [5, b"key", None])
def test_a_key_that_is_not_a_text_is_refused(cache: CacheManager, key: object) -> None:
    with pytest.raises(CacheError, match="`key` must be a text, not a") as caught:
        cache.load(key)  # type: ignore[arg-type]  # what is refused
    with pytest.raises(CacheError, match="`key` must be a text, not a"):
        cache.save(key, 1)  # type: ignore[arg-type]  # as above

    assert caught.value.diagnostic.help == "pass what `build_key` has returned"


def test_a_key_may_be_any_text(cache: CacheManager) -> None:
    assert cache.save("\ud800\0", 1)
    assert cache.load("\ud800\0") == 1


def test_it_is_below_settings_and_takes_the_folder_from_them_if_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HBIA_CACHE_DIR", "elsewhere")

    for made in (CacheManager(), CacheManager(settings_in_force().cache_dir)):
        with made:
            made.save("key", 1)

    assert sorted(path.name for path in tmp_path.iterdir()) == [".hbia_cache", "elsewhere"]
