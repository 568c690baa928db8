"""Files that are no documents: one clear line, and no path of this machine."""

import os
from pathlib import Path

import pytest

from hbia_dsl.documents.load_graph import load_graph_from_yaml
from hbia_dsl.errors import DocumentError


def _line(path: str | Path) -> str:
    with pytest.raises(DocumentError) as caught:
        load_graph_from_yaml(path)
    (line,) = caught.value.errors
    assert str(Path(path).parent.absolute()) not in str(caught.value)
    assert caught.value.__cause__ is None
    return line


def test_a_missing_file_is_named_with_a_near_one(tmp_path: Path) -> None:
    (tmp_path / "orders.yaml").write_text("flow: {}", encoding="utf-8")

    with pytest.raises(DocumentError, match=r"did you mean `orders\.yaml`") as caught:
        load_graph_from_yaml(tmp_path / "order.yaml")

    assert caught.value.errors == ["there is no file `order.yaml`"]


def test_a_missing_folder_is_a_missing_file(tmp_path: Path) -> None:
    assert _line(tmp_path / "no" / "order.yaml") == "there is no file `order.yaml`"


def test_a_directory_is_no_document(tmp_path: Path) -> None:
    assert _line(tmp_path) == f"`{tmp_path.name}` is a directory"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert _line(tmp_path / "pipe") == "`pipe` is not a regular file"


def test_a_file_that_may_not_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret.yaml"
    path.write_text("flow: {}", encoding="utf-8")

    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)  # whoever runs the tests may be root

    assert _line(path) == "`secret.yaml` may not be read: permission denied"


def test_a_path_with_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("flow: {}", encoding="utf-8")

    assert _line(tmp_path / "a.yaml" / "b.yaml") == "`b.yaml` cannot be read: not a directory"


def test_a_path_that_is_none_is_told() -> None:
    assert _line("a\0b") == "`a?b` cannot be read: the path is not one"


def test_a_path_below_the_working_directory_is_shown_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "doc.yaml").write_text("flow: 1", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(DocumentError) as caught:
        load_graph_from_yaml(tmp_path / "flows" / "doc.yaml")

    assert caught.value.errors[0].startswith("flows/doc.yaml:1:7: ")
