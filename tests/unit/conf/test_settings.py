"""`Settings` and `configure`: explicit settings of the process."""

from collections.abc import Iterator
from typing import Any, Final

import attrs
import pytest

from hbia_dsl.conf import Settings, configure
from hbia_dsl.conf.not_given import NOT_GIVEN
from hbia_dsl.conf.setting_fields import FIELDS
from hbia_dsl.conf.settings import installed_settings
from hbia_dsl.errors import HbiaError, SettingsError

careless_settings: Final[Any] = Settings  # callers without a type checker
careless_configure: Final[Any] = configure


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    configure()
    yield
    configure()


def test_the_fields_of_settings_are_those_that_have_a_rule() -> None:
    assert [field.name for field in attrs.fields(Settings)] == list(FIELDS)


def test_a_field_that_is_left_out_is_not_given() -> None:
    assert attrs.astuple(Settings()) == (NOT_GIVEN,) * len(FIELDS)
    assert repr(NOT_GIVEN) == "NOT_GIVEN"


def test_every_default_fits_its_own_rule() -> None:
    assert all(field.accepts(field.default) for field in FIELDS.values())


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Settings().MAX_WORKERS = 3  # type: ignore[misc]  # the point


@pytest.mark.parametrize(
    ("field", "value", "wanted", "shown"),
    [
        ("PARALLEL_ENABLED", "true", "true or false", "'true'"),
        ("PARALLEL_ENABLED", 1, "true or false", "1"),
        ("ASYNC_ENABLED", None, "true or false", "NoneType"),
        ("CACHE_ENABLED", 0, "true or false", "0"),
        ("MAX_WORKERS", 0, "a whole number of at least 1", "0"),
        ("MAX_WORKERS", -2, "a whole number of at least 1", "-2"),
        ("MAX_WORKERS", True, "a whole number of at least 1", "True"),
        ("MAX_WORKERS", 2.0, "a whole number of at least 1", "2.0"),
        ("MAX_WORKERS", "8", "a whole number of at least 1", "'8'"),
        ("CACHE_DIR", "", "the path of a folder", "''"),
        ("CACHE_DIR", b"cache", "the path of a folder", "bytes"),
    ],
)
def test_a_bad_value_is_refused_when_settings_are_made(
    field: str, value: object, wanted: str, shown: str
) -> None:
    with pytest.raises(SettingsError) as error:
        careless_settings(**{field: value})

    message = error.value.diagnostic.message
    assert message == f"setting `{field}` must be {wanted}, not {shown}"


def test_the_place_of_bad_settings_is_where_they_are_made() -> None:
    with pytest.raises(SettingsError) as error:
        careless_settings(MAX_WORKERS=0)

    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.file == __file__
    assert "| " + " " * 8 + "careless_settings(MAX_WORKERS=0)" in str(error.value)


def test_all_bad_fields_are_reported_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        careless_settings(MAX_WORKERS=0, PARALLEL_ENABLED="yes")

    assert error.value.diagnostic.message == "2 settings cannot be used"
    assert error.value.diagnostic.notes == (
        "`PARALLEL_ENABLED` must be true or false, not 'yes'",
        "`MAX_WORKERS` must be a whole number of at least 1, not 0",
    )


def test_a_settings_error_is_ours_and_a_value_error() -> None:
    assert issubclass(SettingsError, HbiaError)
    assert issubclass(SettingsError, ValueError)


def test_an_unknown_setting_fails_as_python_does() -> None:
    with pytest.raises(TypeError, match="PARALEL_ENABLED"):
        careless_settings(PARALEL_ENABLED=True)


def test_configure_replaces_earlier_settings_as_a_whole() -> None:
    configure(Settings(MAX_WORKERS=3))
    configure(Settings(PARALLEL_ENABLED=True))

    assert installed_settings() == Settings(PARALLEL_ENABLED=True)


def test_configure_without_an_argument_forgets() -> None:
    configure(Settings(MAX_WORKERS=3))
    configure()

    assert installed_settings() == Settings()


def test_configure_refuses_what_are_no_settings() -> None:
    with pytest.raises(SettingsError, match="takes `Settings`, not a dict") as error:
        careless_configure({"MAX_WORKERS": 3})

    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.file == __file__
    assert installed_settings() == Settings()
