"""What users may name: modules, flows in them, files and folders; and what names nothing."""

from pathlib import Path

import pytest

from hbia_dsl.check.target_reading import Target, read_target
from hbia_dsl.errors import CheckError


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in an empty folder."""
    monkeypatch.chdir(tmp_path)


def _write(path: str, text: str = "import hbia_dsl\n") -> None:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("app", Target("app")),
        ("app.flows", Target("app.flows")),
        ("app.flows:signup", Target("app.flows", "signup")),
        ("app.flows:Flows.signup", Target("app.flows", "Flows.signup")),
        ("app.flows:make()", Target("app.flows", "make", is_called=True)),
    ],
)
def test_a_module_and_a_flow_in_it(text: str, expected: Target) -> None:
    assert read_target(text) == (expected,)


def test_a_module_wins_over_a_folder_of_its_name() -> None:
    _write("app/__init__.py")

    assert read_target("app") == (Target("app"),)


def test_a_file_is_the_module_that_its_packages_make_it() -> None:
    _write("src/app/__init__.py")
    _write("src/app/users/__init__.py")
    _write("src/app/users/flows.py")
    src = str(Path("src").resolve())

    assert read_target("src/app/users/flows.py:signup") == (
        Target("app.users.flows", "signup", folder=src),
    )
    assert read_target("src/app/users/__init__.py") == (Target("app.users", folder=src),)
    assert read_target("src/app/") == (Target("app", folder=src),)


def test_a_file_outside_a_package_is_a_module_of_its_folder() -> None:
    _write("flows/daily.py")

    assert read_target("flows/daily.py") == (Target("daily", folder=str(Path("flows").resolve())),)


def test_a_folder_holds_the_files_that_may_make_flows() -> None:
    for path in (
        "flows/daily.py",
        "flows/deep/weekly.py",
        "flows/pack/__init__.py",
        "flows/pack/monthly.py",
        "flows/test_daily.py",
        "flows/conftest.py",
        "flows/setup.py",
        "flows/.hidden/x.py",
        "flows/__pycache__/y.py",
        "flows/env/z.py",
    ):
        _write(path)
    _write("flows/env/pyvenv.cfg", "")
    _write("flows/other.py", "print('runs')\n")

    assert [t.module for t in read_target("./flows")] == ["daily", "weekly", "pack", "pack.monthly"]


@pytest.mark.parametrize(
    "text",
    ["app.flows:", "app.flows:two words", "app-flows", "no/such/file.py", "", ":", "a..b", "x.py"],
)
def test_what_names_nothing_is_refused(text: str) -> None:
    with pytest.raises(CheckError):
        read_target(text)


def test_a_file_that_is_nearly_there_is_suggested() -> None:
    _write("daily.py")

    with pytest.raises(CheckError, match=r"did you mean `daily\.py`"):
        read_target("dayly.py")


@pytest.mark.parametrize("path", ["my-flow.py", "pack/2nd.py", "notes.txt"])
def test_a_file_that_no_import_can_name_is_refused(path: str) -> None:
    _write(path)

    with pytest.raises(CheckError, match="cannot be imported"):
        read_target(f"./{path}")


def test_a_flow_cannot_be_looked_for_in_a_folder_of_several_modules() -> None:
    _write("flows/a.py")
    _write("flows/b.py")

    with pytest.raises(CheckError, match="2 modules"):
        read_target("./flows:signup")


def test_a_folder_without_flows_is_refused() -> None:
    Path("empty").mkdir()

    with pytest.raises(CheckError, match="mentions hbia_dsl"):
        read_target("./empty")


@pytest.mark.parametrize("target", ["signup.yaml", "flows/signup.YML", "signup.yaml:signup"])
def test_a_document_is_no_target_and_the_command_for_it_is_named(target: str) -> None:
    file = target.partition(":")[0]
    _write(file)

    with pytest.raises(CheckError, match=f"`{file}` is a document") as caught:
        read_target(target)

    assert f"hbia validate {file}" in str(caught.value)
    assert "Flow.from_yaml" in str(caught.value)


def test_a_module_may_be_called_as_documents_end() -> None:
    _write("app/yaml.py")

    assert read_target("app.yaml") == (Target("app.yaml"),)
