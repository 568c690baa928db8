"""However a run inside another one ends, the outer run keeps nothing of it."""

import pytest

import hbia_dsl.flow.execution
from hbia_dsl import Flow, FlowFailed, vertex
from hbia_dsl.kernel.run_scope import CURRENT_SCOPE


def _hooks() -> int:
    scope = CURRENT_SCOPE.get()
    assert scope is not None
    return len(scope.token._hooks)  # noqa: SLF001 - nothing public tells what is left


@vertex
def fail(number: int) -> int:
    raise LookupError(number)


@pytest.mark.parametrize("driver", [None, "drive_serially", "drive_with_crew"])
def test_a_nested_run_leaves_no_hook_on_the_run_around_it(
    driver: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[int] = []
    nested = Flow.of("nested", fail)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt  # as one that strikes between two lines of a driver

    @vertex
    def outer(number: int) -> int:
        before = _hooks()
        if driver is not None:
            monkeypatch.setattr(hbia_dsl.flow.execution, driver, interrupted)
        ended = KeyboardInterrupt if driver else FlowFailed
        with pytest.raises(ended):
            nested.run(parallel=driver == "drive_with_crew", number=number)
        left.append(_hooks() - before)
        return number

    Flow.of("around", outer).run(number=1)

    assert left == [0]
