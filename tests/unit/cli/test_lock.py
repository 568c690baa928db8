"""`hbia lock`: what is written, what `--check` tells, and what is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from written_apps import SIGNUP, WrittenApp, written_app


@pytest.fixture
def app(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[WrittenApp]:
    with written_app(tmp_path, capsys) as app:
        app.write("app.py", SIGNUP)
        yield app


def _lock(app: WrittenApp, file: str = "hbia.lock") -> str:
    return (app.folder / file).read_text(encoding="utf-8")


def test_a_lock_is_written_and_then_fits(app: WrittenApp) -> None:
    done = app.hbia("lock", "app")

    assert (done.code, done.out, done.err) == (0, "hbia.lock: 1 flow\n", "")
    assert _lock(app).startswith("hbia lock, format 1\n")

    done = app.hbia("lock", "--check", "app")

    assert (done.code, done.out, done.err) == (0, "", "")


def test_locking_again_changes_nothing(app: WrittenApp) -> None:
    app.hbia("lock", "app")
    first = _lock(app)

    app.hbia("lock", "app")

    assert _lock(app) == first
    assert sorted(path.name for path in app.folder.iterdir()) == ["app.py", "hbia.lock"]


def test_another_order_of_declarations_fits_the_lock(app: WrittenApp) -> None:
    app.hbia("lock", "app")

    app.write("app.py", SIGNUP.replace("normalize, mail,", "mail, normalize,"))

    assert app.hbia("lock", "--check", "app").code == 0


RE_WIRED = SIGNUP.replace(
    "    @vertex\n    async def mail",
    """\
    @vertex(outputs="user")
    def shout(name: str) -> User:
        return User(name.upper())

    @vertex
    async def mail""",
).replace("normalize, mail,", "normalize, shout, mail,")


def test_an_edge_that_was_re_wired_silently_is_told(app: WrittenApp) -> None:
    app.hbia("lock", "app")
    before = _lock(app)
    app.write("app.py", RE_WIRED)

    done = app.hbia("lock", "--check", "app:signup")

    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines() == [
        "app:signup is not as hbia.lock has it:",
        "  vertex shout was added",
        "      every run calls it",
        "  mail.user: normalize.normalize (type) -> shout.user (name)",
        "      re-wired: nobody wrote this source down, the rule `name` chose it",
        "",
        "2 differences. If this is meant, run `hbia lock app:signup` and commit hbia.lock.",
    ]
    assert _lock(app) == before

    assert app.hbia("lock", "app:signup").code == 0
    assert app.hbia("lock", "--check", "app").code == 0


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("-> Mail", "-> str", "  mail returns: Mail -> str"),
        ('effect="pure"', 'effect="pure", version="2"', "  normalize version: none -> 2"),
        ("async def mail", "def mail", "  mail kind: async -> sync"),
        ("name: str", "name: bytes", "  input.name: str -> bytes"),
        ('Flow.of("signup"', 'Flow.of("other"', "  name: signup -> other"),
        ('"User", str', '"User", object', "  type User: app.User (new type of str)"),
        ("result=mail", "result=normalize", "  result: mail -> normalize"),
    ],
)
def test_what_changed_is_told(app: WrittenApp, old: str, new: str, line: str) -> None:
    app.hbia("lock", "app")
    assert old in SIGNUP
    app.write("app.py", SIGNUP.replace(old, new))

    done = app.hbia("lock", "--check", "app")

    assert done.code == 1
    assert line in done.out


def test_a_changed_group_is_told(app: WrittenApp) -> None:
    app.hbia("lock", "app")
    grouped = SIGNUP.replace("import Flow, vertex", "import Flow, atomic, vertex")
    grouped = grouped.replace(
        "    @vertex\n    async", '    @atomic(group="post")\n    @vertex\n    async'
    )
    app.write("app.py", grouped)

    done = app.hbia("lock", "--check", "app")

    assert done.code == 1
    assert "  group post: none -> on failure rollback, serial, not cached\n" in done.out
    assert "  mail group: none -> post\n" in done.out


def test_without_a_lock_the_check_says_how_to_make_one(app: WrittenApp) -> None:
    done = app.hbia("lock", "--check", "app")

    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines() == [
        "hbia lock: there is no hbia.lock",
        "help: run `hbia lock app` and commit hbia.lock",
    ]


def test_the_lock_can_have_another_name(app: WrittenApp) -> None:
    assert app.hbia("lock", "app", "--file", "flows.lock").code == 0
    assert app.hbia("lock", "--check", "app", "--file", "flows.lock").code == 0
    assert not (app.folder / "hbia.lock").exists()

    (app.folder / "flows.lock").unlink()
    done = app.hbia("lock", "--check", "app", "--file", "flows.lock")

    assert "help: run `hbia lock --file flows.lock app`" in done.err


def test_flows_of_other_targets_stay_in_the_lock(app: WrittenApp) -> None:
    app.write("app_two.py", SIGNUP)
    app.hbia("lock", "app")

    done = app.hbia("lock", "app_two")

    assert done.out == "hbia.lock: 2 flows\n"
    assert app.hbia("lock", "--check", "app", "app_two").code == 0
    assert app.hbia("lock", "--check", "app").code == 0


def test_flows_that_came_and_went_are_told(app: WrittenApp) -> None:
    app.hbia("lock", "app")
    app.write("app.py", SIGNUP.replace("    signup =", "    renamed ="))

    done = app.hbia("lock", "--check", "app")

    assert done.code == 1
    assert "app:renamed is not as hbia.lock has it:\n  the flow is new" in done.out
    assert "app:signup is not as hbia.lock has it:\n  the flow is gone" in done.out
    assert app.hbia("lock", "app").out == "hbia.lock: 1 flow\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "hbia.lock:1: a lock begins with `hbia lock, format 1`"),
        ("hbia lock, format 99\n", "hbia.lock:1: its format is 99"),
        ("hbia lock, format 1\n<<<<<<< ours\n", "hbia.lock:2: two versions of the lock"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_a_file_that_is_no_lock_is_refused_and_kept(
    app: WrittenApp, text: str, problem: str, *, check: bool
) -> None:
    (app.folder / "hbia.lock").write_text(text, encoding="utf-8")

    done = app.hbia("lock", "app", *(["--check"] if check else []))

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"hbia lock: {problem}")
    assert "help: delete hbia.lock, run `hbia lock app`" in done.err
    assert _lock(app) == text


def test_bytes_that_are_no_text_are_refused(app: WrittenApp) -> None:
    (app.folder / "hbia.lock").write_bytes(b"hbia lock, format 1\n\xff\n")

    done = app.hbia("lock", "--check", "app")

    assert done.code == 1
    assert "hbia.lock is no lock: it is not UTF-8 text" in done.err


def test_a_lock_that_cannot_be_written_is_reported(app: WrittenApp) -> None:
    done = app.hbia("lock", "app", "--file", "nowhere/hbia.lock")

    assert (done.code, done.out) == (1, "")
    assert done.err == "hbia lock: cannot write nowhere/hbia.lock: No such file or directory\n"


@pytest.mark.parametrize(
    ("text", "code", "problem"),
    [
        ("import nothing_of_that_name\n", 2, "app.py:1"),
        (SIGNUP.replace('"signup", normalize, mail', '"signup", mail'), 1, "error[HB201]"),
        ("x = 1\n", 2, "no flow"),
    ],
)
def test_nothing_is_locked_if_a_flow_cannot_be_found(
    app: WrittenApp, text: str, code: int, problem: str
) -> None:
    app.write("app.py", text)

    done = app.hbia("lock", "app")

    assert (done.code, done.out) == (code, "")
    assert problem in done.err
    assert not (app.folder / "hbia.lock").exists()


def test_a_file_names_its_flows_as_its_module_does(app: WrittenApp) -> None:
    app.hbia("lock", "app")

    assert app.hbia("lock", "--check", "app.py").code == 0
    assert app.hbia("lock", "--check", "app.py:signup").code == 0
