"""Which settings hold: field by field, the strongest source that says anything."""

import os
from collections.abc import Iterator
from typing import Final

import pytest

from hbia_dsl.conf import Settings, configure
from hbia_dsl.conf.setting_fields import FIELDS
from hbia_dsl.conf.settings_in_force import SettingsInForce, settings_in_force
from hbia_dsl.errors import SettingsError

DEFAULTS: Final = SettingsInForce(
    is_parallel=False,
    is_async=False,
    is_cached=False,
    max_workers=4,
    cache_dir=".hbia_cache",
    problems={},
)


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in FIELDS:
        monkeypatch.delenv(f"HBIA_{name}", raising=False)
    configure()
    yield
    configure()


def test_without_any_source_the_defaults_hold() -> None:
    assert settings_in_force() == DEFAULTS


def test_the_environment_is_read_field_by_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HBIA_PARALLEL_ENABLED", "true")
    monkeypatch.setenv("HBIA_MAX_WORKERS", " 8 ")
    monkeypatch.setenv("HBIA_CACHE_DIR", "elsewhere")

    found = settings_in_force()

    assert (found.is_parallel, found.is_async, found.is_cached) == (True, False, False)
    assert (found.max_workers, found.cache_dir) == (8, "elsewhere")


@pytest.mark.parametrize("word", ["true", "TRUE", "True", "1", "yes", "on", " on "])
def test_words_for_true(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("HBIA_ASYNC_ENABLED", word)

    assert settings_in_force().is_async


@pytest.mark.parametrize("word", ["false", "FALSE", "0", "no", "off"])
def test_words_for_false(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("HBIA_ASYNC_ENABLED", word)

    found = settings_in_force()

    assert found == DEFAULTS


@pytest.mark.parametrize("name", FIELDS)
def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"HBIA_{name}", "")

    assert settings_in_force() == DEFAULTS


def test_explicit_settings_beat_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HBIA_MAX_WORKERS", "8")
    configure(Settings(MAX_WORKERS=2))

    assert settings_in_force().max_workers == 2


def test_an_explicit_false_beats_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HBIA_PARALLEL_ENABLED", "true")
    configure(Settings(PARALLEL_ENABLED=False))

    assert not settings_in_force().is_parallel


def test_a_field_left_out_of_explicit_settings_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HBIA_PARALLEL_ENABLED", "true")
    monkeypatch.setenv("HBIA_MAX_WORKERS", "8")
    configure(Settings(MAX_WORKERS=2))

    found = settings_in_force()

    assert found.is_parallel
    assert found.max_workers == 2


BAD: Final = [
    ("PARALLEL_ENABLED", "maybe"),
    ("ASYNC_ENABLED", "2"),
    ("CACHE_ENABLED", "none"),
    ("MAX_WORKERS", "lots"),
    ("MAX_WORKERS", "0"),
    ("MAX_WORKERS", "-1"),
    ("MAX_WORKERS", "2.5"),
    ("MAX_WORKERS", "\u0664"),
    ("MAX_WORKERS", "9" * 5000),
    ("CACHE_DIR", "  "),
]


@pytest.mark.parametrize(("name", "text"), BAD)
def test_a_bad_variable_is_a_problem_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    monkeypatch.setenv(f"HBIA_{name}", text)

    found = settings_in_force()

    assert list(found.problems) == [name]
    with pytest.raises(SettingsError) as error:
        found.refuse_problems()
    assert f"`HBIA_{name}` must be {FIELDS[name].wanted}" in error.value.diagnostic.message


@pytest.mark.parametrize(("name", "text"), BAD)
def test_a_bad_variable_that_is_overruled_does_no_harm(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    monkeypatch.setenv(f"HBIA_{name}", text)

    settings_in_force().refuse_problems([name])


def test_a_bad_variable_under_explicit_settings_does_no_harm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HBIA_MAX_WORKERS", "lots")
    configure(Settings(MAX_WORKERS=2))

    settings_in_force().refuse_problems()


def test_all_bad_variables_are_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HBIA_MAX_WORKERS", "lots")
    monkeypatch.setenv("HBIA_PARALLEL_ENABLED", "maybe")

    with pytest.raises(SettingsError, match="2 settings cannot be used") as error:
        settings_in_force().refuse_problems()

    assert [note.partition(" ")[0] for note in error.value.diagnostic.notes] == [
        "`HBIA_PARALLEL_ENABLED`",
        "`HBIA_MAX_WORKERS`",
    ]


def test_a_change_of_the_environment_is_seen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    for text in ("1", "2", "3", ""):
        monkeypatch.setenv("HBIA_MAX_WORKERS", text)
        seen.append(settings_in_force().max_workers)
    monkeypatch.delenv("HBIA_MAX_WORKERS")
    seen.append(settings_in_force().max_workers)

    assert seen == [1, 2, 3, 4, 4]


def test_nothing_is_resolved_again_while_nothing_has_changed() -> None:
    assert settings_in_force() is settings_in_force()


def test_an_environment_of_another_kind_is_read_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"HBIA_MAX_WORKERS": "7"})

    assert settings_in_force().max_workers == 7
