"""Paths are followed into allowed modules only, and only to functions that are defined there."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from hbia_dsl import Graph, Vertex, run_flow
from hbia_dsl.documents.handler_resolver import HandlerResolver
from hbia_dsl.errors import HandlerResolutionError

MODULES: Final = {
    "shop_app/__init__.py": "def top() -> None: ...\n",
    "shop_app/vertices/__init__.py": "def start() -> dict: return {'n': 1}\n",
    "shop_app/vertices/mail.py": (
        "import os\n"
        "from os import system\n"
        "from shutil import rmtree\n"
        "from shop_app.vertices import start\n"
        "from shop_app.vertices_old import legacy\n"
        "def send(n: int) -> dict: return {'sent': n}\n"
        "def _private() -> dict: return {}\n"
        "class Sender:\n"
        "    def send(self) -> dict: return {}\n"
        "sender = Sender().send\n"
    ),
    "shop_app/vertices/broken.py": "word = 'secret'\nraise LookupError(word + ' value')\n",
    "shop_app/vertices/unreadable.py": "def (:\n",
    "shop_app/vertices/leaving.py": "import sys\nsys.exit(3)\n",
    "shop_app/vertices/needy.py": "import shop_app.vertices.nothing_here\n",
    "shop_app/vertices/lazy.py": (
        "def __getattr__(name):\n    raise RuntimeError('asked for ' + name)\n"
    ),
    "shop_app/vertices_old.py": "def legacy() -> dict: return {}\n",
}


@pytest.fixture(autouse=True)
def _shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, text in MODULES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield
    for name in [name for name in sys.modules if name.startswith("shop_app")]:
        del sys.modules[name]


def _refusal(path: str, *allowed: str) -> HandlerResolutionError:
    with pytest.raises(HandlerResolutionError) as caught:
        HandlerResolver(allowed or ("shop_app.vertices",)).resolve(path, vertex="v")
    return caught.value


@pytest.mark.parametrize("allowed", ["shop_app", "shop_app.vertices", "shop_app.vertices.mail"])
def test_a_module_allows_itself_and_what_is_under_it(allowed: str) -> None:
    found = HandlerResolver([allowed]).resolve("shop_app.vertices.mail.send")

    assert found(n=3) == {"sent": 3}


def test_one_text_is_one_module() -> None:
    assert HandlerResolver("shop_app").allowed_prefixes == ("shop_app",)


def test_a_function_is_taken_as_it_is() -> None:
    def mine() -> None: ...

    assert HandlerResolver().resolve(mine) is mine


def test_a_path_is_followed_once() -> None:
    resolver = HandlerResolver(["shop_app"])
    first = resolver.resolve("shop_app.vertices.mail.send")
    del sys.modules["shop_app.vertices.mail"]

    assert resolver.resolve("shop_app.vertices.mail.send") is first


@pytest.mark.parametrize(
    "path",
    [
        "shop_app.vertices_old.legacy",  # begins with an allowed name, and is another module
        "shop_app.top",
        "os.system",
        "builtins.eval",
        "subprocess.run",
        "Shop_app.vertices.start",
    ],
)
def test_a_module_that_is_not_allowed_is_not_imported(path: str) -> None:
    modules = set(sys.modules)

    error = _refusal(path)

    assert error.diagnostic.code.number == "HB412"
    assert f"the handler of vertex `v` is `{path}`, and module `" in error.diagnostic.message
    assert error.diagnostic.notes == ("allowed are `shop_app.vertices`, and what is under them",)
    assert {n for n in set(sys.modules) - modules if n.startswith(("shop", "Shop"))} == set()


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("shop_app.vertices.mail.system", "builtin_function_or_method"),
        ("shop_app.vertices.mail.rmtree", "defined in `shutil`"),
        ("shop_app.vertices.mail.legacy", "defined in `shop_app.vertices_old`"),
        ("shop_app.vertices.mail.Sender", "is a type, not a function"),
        ("shop_app.vertices.mail.sender", "is a method, not a function"),
        ("shop_app.vertices.mail.os", "is a module, not a function"),
    ],
)
def test_what_an_allowed_module_has_from_elsewhere_is_refused(path: str, told: str) -> None:
    error = _refusal(path)

    assert error.diagnostic.code.number == "HB412"
    assert told in error.diagnostic.message


def test_a_function_of_another_allowed_module_is_taken() -> None:
    found = HandlerResolver(["shop_app.vertices"]).resolve("shop_app.vertices.mail.start")

    assert found() == {"n": 1}


@pytest.mark.parametrize(
    "path",
    [
        "shop_app.vertices.mail._private",
        "shop_app.vertices.mail.__dict__",
        "shop_app.vertices.mail.os.system ",
        "shop_app.vertices.mail:send",
        "shop_app..vertices",
        ".vertices.start",
        "start",
        "",
        "shop_app.vertices.mail.class",
    ],
)
def test_a_text_that_is_no_path_is_refused(path: str) -> None:
    assert (
        _refusal(path, "shop_app", "", "shop_app.vertices.mail").diagnostic.code.number == "HB411"
    )


@pytest.mark.parametrize(
    "path", ["shop_app.vertices.mail.Sender.send", "shop_app.vertices.mail.os.getcwd"]
)
def test_a_path_does_not_walk_through_attributes(path: str) -> None:
    error = _refusal(path)

    assert error.diagnostic.code.number == "HB413"
    assert "there is no module `shop_app.vertices.mail." in error.diagnostic.message


@pytest.mark.parametrize(
    ("path", "told", "place"),
    [
        ("shop_app.vertices.none.f", "there is no module `shop_app.vertices.none`", None),
        ("shop_app.vertices.mail.sned", "has no `sned`", None),
        ("shop_app.vertices.lazy.evil", "has no `evil`", None),
        ("shop_app.vertices.broken.f", "raises LookupError", "broken.py:2"),
        ("shop_app.vertices.unreadable.f", "raises SyntaxError", "unreadable.py:1"),
        ("shop_app.vertices.leaving.f", "raises SystemExit", "leaving.py:2"),
        ("shop_app.vertices.needy.f", "raises ModuleNotFoundError", "needy.py:1"),
    ],
)
def test_a_handler_that_is_not_where_its_path_says(path: str, told: str, place: str | None) -> None:
    error = _refusal(path)

    assert error.diagnostic.code.number == "HB413"
    assert told in error.diagnostic.message
    assert "secret value" not in str(error)
    location = error.diagnostic.location
    assert location is not None
    assert location.short() == place or (place is None and location.file == __file__)


def test_an_error_of_a_module_is_the_cause() -> None:
    assert isinstance(_refusal("shop_app.vertices.broken.f").__cause__, LookupError)


def test_a_near_name_is_offered() -> None:
    assert _refusal("shop_app.vertices.mail.sned").diagnostic.help == "did you mean `send`?"


def _graph(mail: str = "shop_app.vertices.mail.send") -> Graph:
    return Graph(
        [
            Vertex("a", "shop_app.vertices.start", outputs={"n": "int"}),
            Vertex("b", mail, inputs={"n": "a.n"}, outputs={"sent": "int"}),
        ]
    )


def test_a_run_follows_paths_into_what_is_allowed() -> None:
    expected = {"a.n": 1, "b.sent": 1}

    assert dict(run_flow(_graph(), allowed="shop_app.vertices")) == expected
    assert dict(run_flow(_graph(), allowed=(m for m in ["shop_app.vertices"]))) == expected
    assert dict(run_flow(_graph(), handlers=HandlerResolver(["shop_app"]))) == expected


def test_functions_that_are_given_go_before_paths() -> None:
    def other(n: int) -> dict[str, int]:
        return {"sent": n + 1}

    result = run_flow(_graph("os.system"), handlers={"b": other}, allowed="shop_app")

    assert result["b.sent"] == 2


def test_all_refused_paths_are_told_and_none_is_imported() -> None:
    graph = _graph("shop_app.vertices_old.legacy")
    graph.add_vertex(Vertex("c", "os.system"))
    graph.add_vertex(Vertex("d", "shop_app.vertices.start", compensate="os.remove"))

    with pytest.raises(HandlerResolutionError, match="vertex `b`") as caught:
        run_flow(graph, allowed="shop_app.vertices")

    assert "vertex `c` is `os.system`" in str(caught.value)
    assert "vertex `d` is `os.remove`" in str(caught.value)
    assert not [name for name in sys.modules if name.startswith("shop_app")]
