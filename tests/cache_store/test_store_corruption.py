"""Whatever happens to the files of a store: never a wrong value, never an exception.

Each trial is made from a seed, so a failing one can be repeated alone by its number.
"""

import logging
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Final

import pytest

from hbia_dsl.cache import sqlite_store_opening
from hbia_dsl.cache.sqlite_store import SqliteStore
from hbia_dsl.cache.sqlite_store_schema import APPLICATION_ID
from stored_values import SIZES, entry_of, fill, found, is_right, key_of, parts_of

COUNT: Final = 18
TRIALS: Final = 10_000 if os.environ.get("HBIA_LONG") == "1" else 300
PIECES: Final = 6
"""Parts of the trials that are tests of their own, so that they are cut short soon by a timeout."""

pytestmark = pytest.mark.timeout(3_600 if os.environ.get("HBIA_LONG") == "1" else 60)

Damage = Callable[[Path, Random], None]


def _database(home: Path) -> Path:
    return home / "entries.sqlite3"


def _flip(path: Path, random: Random, count: int = 1) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(count):
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    path.write_bytes(content)


def _cut(path: Path, random: Random) -> None:
    os.truncate(path, random.randrange(path.stat().st_size))


def _value_file(home: Path, random: Random) -> Path:
    return random.choice(sorted((home / "values").iterdir()))


def flip_a_bit(home: Path, random: Random) -> None:
    _flip(_database(home), random)


def flip_a_bit_of_the_first_pages(home: Path, random: Random) -> None:
    path = _database(home)
    content = bytearray(path.read_bytes())
    content[random.randrange(8_192)] ^= 1 << random.randrange(8)
    path.write_bytes(content)


def flip_many_bits(home: Path, random: Random) -> None:
    _flip(_database(home), random, 200)


def cut_the_database_short(home: Path, random: Random) -> None:
    _cut(_database(home), random)


def zero_a_page(home: Path, random: Random) -> None:
    content = bytearray(_database(home).read_bytes())
    start = random.randrange(len(content) // 4_096) * 4_096
    content[start : start + 4_096] = bytes(4_096)
    _database(home).write_bytes(content)


def exchange_two_pages(home: Path, random: Random) -> None:
    content = bytearray(_database(home).read_bytes())
    a, b = (random.randrange(1, len(content) // 4_096) * 4_096 for _ in range(2))
    content[a : a + 4_096], content[b : b + 4_096] = content[b : b + 4_096], content[a : a + 4_096]
    _database(home).write_bytes(content)


def empty_the_database(home: Path, random: Random) -> None:
    os.truncate(_database(home), 0)


def remove_the_database(home: Path, random: Random) -> None:
    _database(home).unlink()


def put_noise_in_its_place(home: Path, random: Random) -> None:
    _database(home).write_bytes(random.randbytes(random.randrange(1, 20_000)))


def _execute(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def put_a_foreign_database_in_its_place(home: Path, random: Random) -> None:
    for path in home.glob("entries*"):
        path.unlink()
    _execute(_database(home), "CREATE TABLE precious (x)", "INSERT INTO precious VALUES (1)")


def give_it_another_version(home: Path, random: Random) -> None:
    _execute(_database(home), f"PRAGMA user_version = {random.choice([0, 2, 77])}")


def give_it_other_tables(home: Path, random: Random) -> None:
    change = random.choice(
        [
            "DROP TABLE latest",
            "DROP INDEX entry_by_use",
            "ALTER TABLE entry ADD COLUMN more",
            "CREATE TRIGGER planted AFTER INSERT ON entry BEGIN DELETE FROM entry; END",
        ]
    )
    _execute(_database(home), change)


def give_rows_other_values(home: Path, random: Random) -> None:
    column = random.choice(
        ["codec", "flow", "vertex", "created_s", "used_s", "digest", "payload", "key"]
    )
    value = random.choice(["zeroblob(5)", "'text'", "7", "1.5", "x'ff'", "1e300", "-1", "''"])
    limit = random.randrange(1, COUNT)
    _execute(
        _database(home),
        f"UPDATE OR REPLACE entry SET {column} = {value} WHERE rowid % {COUNT} < {limit}",  # noqa: S608 - no foreign text
    )


def exchange_the_values_of_rows(home: Path, random: Random) -> None:
    _execute(
        _database(home),
        "UPDATE entry SET payload ="
        " (SELECT payload FROM entry AS other WHERE other.rowid IS NOT entry.rowid)",
    )


def remove_the_journal(home: Path, random: Random) -> None:
    for path in home.glob("*-wal"):
        path.unlink()


def flip_bits_of_the_journal(home: Path, random: Random) -> None:
    for path in home.glob("*-wal"):
        _flip(path, random, random.choice([1, 30]))


def cut_the_journal_short(home: Path, random: Random) -> None:
    for path in home.glob("*-wal"):
        _cut(path, random)


def flip_a_bit_of_a_value_file(home: Path, random: Random) -> None:
    _flip(_value_file(home, random), random)


def cut_a_value_file_short(home: Path, random: Random) -> None:
    _cut(_value_file(home, random), random)


def make_a_value_file_longer(home: Path, random: Random) -> None:
    with _value_file(home, random).open("ab") as file:
        file.write(b"more")


def remove_a_value_file(home: Path, random: Random) -> None:
    _value_file(home, random).unlink()


def exchange_two_value_files(home: Path, random: Random) -> None:
    a, b = random.sample(sorted((home / "values").iterdir()), 2)
    a.rename(home / "aside")
    b.rename(a)
    (home / "aside").rename(b)


def put_a_folder_in_place_of_a_value_file(home: Path, random: Random) -> None:
    path = _value_file(home, random)
    path.unlink()
    path.mkdir()


def remove_the_folder_of_values(home: Path, random: Random) -> None:
    shutil.rmtree(home / "values")


DAMAGES: Final[tuple[Damage, ...]] = (
    flip_a_bit,
    flip_a_bit_of_the_first_pages,
    flip_many_bits,
    cut_the_database_short,
    zero_a_page,
    exchange_two_pages,
    empty_the_database,
    remove_the_database,
    put_noise_in_its_place,
    put_a_foreign_database_in_its_place,
    give_it_another_version,
    give_it_other_tables,
    give_rows_other_values,
    exchange_the_values_of_rows,
    remove_the_journal,
    flip_bits_of_the_journal,
    cut_the_journal_short,
    flip_a_bit_of_a_value_file,
    cut_a_value_file_short,
    make_a_value_file_longer,
    remove_a_value_file,
    exchange_two_value_files,
    put_a_folder_in_place_of_a_value_file,
    remove_the_folder_of_values,
)


@pytest.fixture(autouse=True)
def _without_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Power cuts are no part of this, and each sync takes milliseconds."""
    settings = tuple(setting.replace("NORMAL", "OFF") for setting in sqlite_store_opening._SETTINGS)  # noqa: SLF001 - a setting
    monkeypatch.setattr(sqlite_store_opening, "_SETTINGS", settings)


@pytest.fixture(scope="module")
def with_journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store as a killed process leaves it: half of its rows are in the journal only."""
    made = tmp_path_factory.mktemp("made") / "cache"
    store = SqliteStore(made)
    fill(store, COUNT // 2)
    store.close()
    store = SqliteStore(made)
    fill(store, COUNT)
    left = made.parent / "left"
    shutil.copytree(made, left)
    store.close()
    assert list(left.rglob("*-wal"))
    return left


@pytest.fixture(scope="module")
def closed(with_journal: Path) -> Path:
    """The same store after it was closed: all in one file, and files of large values."""
    folder = with_journal.parent / "closed"
    shutil.copytree(with_journal, folder)
    store = SqliteStore(folder)
    assert len(list(found(store, COUNT))) == COUNT
    store.close()
    assert not list(folder.rglob("*-wal"))
    return folder


def _trials(piece: int) -> Iterator[tuple[int, Damage]]:
    for number in range(piece, TRIALS, PIECES):
        yield number, DAMAGES[number % len(DAMAGES)]


@pytest.mark.parametrize("piece", range(PIECES))
def test_no_damage_gives_a_wrong_value_or_an_exception(
    piece: int, tmp_path: Path, with_journal: Path, closed: Path
) -> None:
    logging.getLogger("hbia_dsl").addFilter(_silent)
    outcomes: Counter[str] = Counter()
    for number, damage in _trials(piece):
        random = Random(number)
        folder = tmp_path / str(number)
        is_of_journal = damage.__name__.endswith(("journal", "journal_short"))
        shutil.copytree(with_journal if is_of_journal or random.random() < 0.3 else closed, folder)
        damage(folder / "hbia-store-1", random)
        try:
            outcomes.update(_use(folder))
        except Exception as error:
            raise AssertionError(f"trial {number}: {damage.__name__}") from error
        shutil.rmtree(folder)
    logging.getLogger("hbia_dsl").removeFilter(_silent)

    assert outcomes["hit"]
    assert outcomes["miss"]


def _use(folder: Path) -> Iterator[str]:
    """Use a damaged store in every way; afterwards it must be as good as new."""
    store = SqliteStore(folder)
    hits = list(found(store, COUNT))
    yield from ["hit"] * len(hits)
    yield from ["miss"] * (COUNT - len(hits))
    for number in range(0, COUNT, 7):
        assert store.latest("flow", f"v{number}") in (None, parts_of(number))
    for number in range(0, COUNT, 3):
        store.put(key_of(number), entry_of(number, 1), parts_of(number))
    for number in range(COUNT):
        entry = store.get(key_of(number))
        assert entry is None or is_right(number, entry, versions=2)
    store.prune(max_bytes=store.info().size_bytes // 2)
    store.clear()
    fill(store, len(SIZES))
    assert len(list(found(store, COUNT))) == len(SIZES)
    store.close()


def _silent(record: logging.LogRecord) -> bool:
    return False


def test_damage_while_the_store_is_open_is_borne_as_well(tmp_path: Path, closed: Path) -> None:
    for number in range(30):
        random = Random(number)
        folder = tmp_path / str(number)
        shutil.copytree(closed, folder)
        store = SqliteStore(folder)
        assert store.get(key_of(0))
        home = folder / "hbia-store-1"
        # As another program would: in the middle of the file that is open.
        with _database(home).open("r+b") as file:
            for _ in range(40):
                file.seek(random.randrange(_database(home).stat().st_size))
                file.write(random.randbytes(8))
        flip_a_bit_of_a_value_file(home, random)
        list(found(store, COUNT))
        for again in range(COUNT):
            store.put(key_of(again), entry_of(again))
        list(found(store, COUNT))
        store.close()


def test_a_damaged_row_is_removed_and_counted(tmp_path: Path, closed: Path) -> None:
    folder = tmp_path / "cache"
    shutil.copytree(closed, folder)
    _execute(_database(folder / "hbia-store-1"), "UPDATE entry SET digest = zeroblob(16)")
    store = SqliteStore(folder)

    assert not list(found(store, COUNT))
    assert store.info().problems == {"damaged entry": COUNT}
    assert store.info().entries == 0
    assert not list((folder / "hbia-store-1" / "values").iterdir()) or store.prune() == 0
    assert not list((folder / "hbia-store-1" / "values").iterdir())
    store.close()


def test_a_damaged_database_is_set_aside_once_and_kept_small(tmp_path: Path, closed: Path) -> None:
    folder = tmp_path / "cache"
    shutil.copytree(closed, folder)
    for _ in range(3):
        give_it_another_version(folder / "hbia-store-1", Random(1))
        store = SqliteStore(folder)
        fill(store, COUNT)
        assert store.info().problems == {"damaged": 1}
        store.close()
    SqliteStore(folder).get(b"k")

    aside = list(folder.glob("hbia-damaged-*"))
    assert len(aside) == 1
    assert [path.name for path in aside[0].iterdir()] == ["entries.sqlite3"]


def test_a_foreign_database_is_left_alone(tmp_path: Path, closed: Path) -> None:
    folder = tmp_path / "cache"
    shutil.copytree(closed, folder)
    put_a_foreign_database_in_its_place(folder / "hbia-store-1", Random(1))
    before = _database(folder / "hbia-store-1").read_bytes()
    store = SqliteStore(folder)

    fill(store, COUNT)

    assert len(list(found(store, COUNT))) == COUNT
    assert store.clear() == COUNT
    store.close()
    assert _database(folder / "hbia-store-1").read_bytes() == before
    assert (folder / "hbia-store-1-b").is_dir()
    assert not store.info().problems


def test_a_file_that_is_no_database_is_never_deleted(tmp_path: Path, closed: Path) -> None:
    folder = tmp_path / "cache"
    for number in range(3):
        shutil.copytree(closed, folder, dirs_exist_ok=True)
        _database(folder / "hbia-store-1").write_text(f"my notes {number}")
        store = SqliteStore(folder)
        fill(store, COUNT)
        store.close()
        shutil.rmtree(folder / "hbia-store-1")

    notes = {_database(path).read_text() for path in folder.glob("hbia-unknown-*")}
    assert notes == {f"my notes {number}" for number in range(3)}


def test_nothing_is_stored_where_every_name_is_taken(tmp_path: Path) -> None:
    for name in ("", "-b", "-c", "-d"):
        home = tmp_path / f"hbia-store-1{name}"
        home.mkdir()
        _execute(
            _database(home), f"PRAGMA application_id = {APPLICATION_ID + 1}", "CREATE TABLE t (x)"
        )
    store = SqliteStore(tmp_path)

    assert not store.put(key_of(1), entry_of(1))
    assert store.info().problems == {"unable": 1}
