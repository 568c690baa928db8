"""`hbia init`, `hbia doctor`, and the commands about the cache."""

import json
import os
import subprocess
import sys

import pytest

from hbia_dsl.cache.sqlite_store import SqliteStore
from hbia_dsl.cache.store_entry import Entry
from hbia_dsl.cli.init import _package_name
from written_apps import WrittenApp


def test_a_new_project_runs_and_passes_its_own_tests(app: WrittenApp) -> None:
    done = app.hbia("init", "app_orders")
    assert (done.code, done.err) == (0, "")
    assert "next:\n    cd app_orders\n    hbia run app_orders.flows:greeting" in done.out
    os.chdir("app_orders")
    document = ("run", "flows/greeting.yaml", "--handlers", "app_orders.handlers")

    in_code = app.hbia("run", "app_orders.flows:greeting", "--set", "name=ann", "--json")
    in_document = app.hbia(*document, "--set", "name=ann", "--json")

    hello = "Hello Ann, your name has 3 letters."
    assert json.loads(in_code.out)["result"] == hello
    assert json.loads(in_document.out)["values"]["greet.text"] == hello
    assert app.hbia("validate", "flows").code == 0
    assert app.hbia("lint", "flows", "--strict").code == 0
    for command in (
        ["pytest", "-q", "-p", "no:cacheprovider", "-W", "error"],
        ["ruff", "check", "--isolated", "--select", "E,F,I,B,UP,D1", "app_orders"],
        ["ruff", "format", "--isolated", "--check", "app_orders", "tests"],
    ):
        done_by = subprocess.run(
            [sys.executable, "-m", *command],
            capture_output=True,
            text=True,
            check=False,
            timeout=50,
        )
        assert done_by.returncode == 0, done_by.stdout + done_by.stderr


def test_a_project_may_be_made_here(app: WrittenApp) -> None:
    here = app.folder / "app_here"
    here.mkdir()
    os.chdir(here)

    done = app.hbia("init")

    assert done.code == 0
    assert "README.md\n" in done.out
    assert (here / "app_here" / "flows.py").is_file()


def test_init_overwrites_nothing(app: WrittenApp) -> None:
    app.write("app_shop/README.md", "mine\n")

    done = app.hbia("init", "app_shop")

    assert (done.code, done.out) == (1, "")
    assert "because these are there already: README.md\n" in done.err
    assert [path.name for path in (app.folder / "app_shop").iterdir()] == ["README.md"]


@pytest.mark.parametrize(
    ("folder", "package"),
    [
        ("orders", "orders"),
        ("My Orders-2", "my_orders_2"),
        ("json", "json_app"),
        ("class", "class_app"),
        ("hbia_dsl", "hbia_dsl_app"),
        ("2026", "n2026"),
        ("\u00fcber", "app"),
    ],
)
def test_the_folder_names_the_package(folder: str, package: str) -> None:
    assert _package_name(folder) == package


def test_doctor_finds_this_installation_sound(app: WrittenApp) -> None:
    done = app.hbia("doctor")

    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("\nnothing is broken\n")
    assert list(app.folder.iterdir()) == [], "looking changes nothing"


def test_doctor_tells_where_each_setting_comes_from(
    app: WrittenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HBIA_MAX_WORKERS", "7")
    monkeypatch.setenv("HBIA_MAX_WORKER", "7")

    found = {f["subject"]: f for f in json.loads(app.hbia("doctor", "--json").out)}

    assert found["MAX_WORKERS"]["detail"] == "7 (from HBIA_MAX_WORKERS)"
    assert found["CACHE_ENABLED"]["detail"] == "False (default)"
    assert found["HBIA_MAX_WORKER"]["detail"] == "there is no such setting"


@pytest.mark.parametrize(
    ("variable", "value", "subject"),
    [("HBIA_MAX_WORKERS", "many", "MAX_WORKERS"), ("HBIA_CACHE_DIR", "a_file", "cache")],
)
def test_doctor_fails_if_something_is_broken(
    app: WrittenApp, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, subject: str
) -> None:
    app.write("a_file", "not a folder\n")
    monkeypatch.setenv(variable, value)

    done = app.hbia("doctor", "--json")

    broken = [f["subject"] for f in json.loads(done.out) if f["state"] == "broken"]
    assert (done.code, broken) == (1, [subject])
    assert app.hbia("doctor").out.endswith("\n1 broken\n")


def _fill(folder: str, count: int) -> None:
    store = SqliteStore(folder)
    for number in range(count):
        assert store.put(f"key {number}".encode(), _entry(b"x" * 1_000))
    store.close()


def _entry(payload: bytes) -> Entry:
    return Entry(payload=payload, codec="raw 1", flow="order", vertex="price")


def test_the_cache_tells_what_it_holds(app: WrittenApp) -> None:
    _fill(".hbia_cache", 3)

    told, read = app.hbia("cache-info"), app.hbia("cache-info", "--json")

    assert (told.code, told.err) == (0, "")
    assert told.out.startswith(".hbia_cache: 3 entries, ")
    assert json.loads(read.out)["entries"] == 3


def test_the_folder_of_the_cache_comes_from_the_command_else_from_the_settings(
    app: WrittenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill("mine", 1)
    monkeypatch.setenv("HBIA_CACHE_DIR", "mine")

    assert app.hbia("cache-info").out.startswith("mine: 1 entry, ")
    assert app.hbia("cache-info", "--dir", "other").out == "other: no cache yet\n"


def test_pruning_removes_what_is_too_much(app: WrittenApp) -> None:
    _fill(".hbia_cache", 4)

    nothing = app.hbia("cache-prune", "--older-than-days", "1")
    everything = app.hbia("cache-prune", "--max-mb", "0")

    assert nothing.out == ".hbia_cache: 0 entries removed\n"
    assert everything.out == ".hbia_cache: 4 entries removed\n"
    assert app.hbia("cache-info").out.startswith(".hbia_cache: 0 entries, ")


@pytest.mark.parametrize("command", ["cache-clear", "clear-cache"])
def test_clearing_removes_every_entry(app: WrittenApp, command: str) -> None:
    _fill(".hbia_cache", 2)

    assert app.hbia(command).out == ".hbia_cache: 2 entries removed\n"


@pytest.mark.parametrize("command", ["cache-info", "cache-prune", "cache-clear"])
def test_a_cache_that_is_not_there_is_not_made(app: WrittenApp, command: str) -> None:
    assert app.hbia(command).code == 0
    assert list(app.folder.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (("cache-info", "--dir", "a_file"), 1, "hbia cache-info: `a_file` is not a folder\n"),
        (("cache-prune", "--max-mb", "-1"), 2, "hbia cache-prune: --max-mb must be a number"),
        (("cache-prune", "--max-mb", "nan"), 2, "hbia cache-prune: --max-mb must be a number"),
    ],
)
def test_what_cannot_be_a_cache_is_said(
    app: WrittenApp, arguments: tuple[str, ...], code: int, problem: str
) -> None:
    app.write("a_file", "\n")

    done = app.hbia(*arguments)

    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(problem)
