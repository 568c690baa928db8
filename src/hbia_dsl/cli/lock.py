"""`hbia lock TARGET...`: write down what flows are; with `--check`, tell what has changed."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Final

from cyclopts import Parameter

from hbia_dsl.cli.document_file import refuse_documents
from hbia_dsl.cli.named_flows import FLOW_TARGETS, flows_named
from hbia_dsl.locking.lock_text import LockedFlow, LockTextError, lock_text, read_lock

_DEFAULT_FILE: Final = "hbia.lock"


def lock(
    targets: Annotated[list[str], Parameter(help=FLOW_TARGETS)],
    /,
    *,
    file: str = _DEFAULT_FILE,
    check: bool = False,
) -> int:
    """Write down what flows are, or tell what has changed.

    Args:
        targets: Whose flows to lock.
        file: The lock (default: hbia.lock).
        check: Write nothing; fail if a flow is not as locked.
    """
    from hbia_dsl.locking.flow_lock import lock_flow  # loaded where it is used

    refuse_documents(targets, "locked")
    flows = flows_named(targets)
    now = {flow.name: lock_flow(flow.name, flow.wired) for flow in flows}
    command = _command(targets, file)
    locked = _read(file, command, is_needed=check)
    if locked is None:
        return 1
    here = {target: flow for target, flow in locked.items() if _is_named(target, targets)}
    if check:
        return _check(here, now, file, command)
    others = [flow for target, flow in locked.items() if target not in here]
    return _write([*others, *now.values()], file)


def _command(targets: Iterable[str], file: str) -> str:
    named = "" if file == _DEFAULT_FILE else f" --file {file}"
    return f"hbia lock{named} {' '.join(targets)}"


def _read(file: str, command: str, *, is_needed: bool) -> dict[str, LockedFlow] | None:
    """Return what is locked; None if that is reported already."""
    try:
        with open(file, encoding="utf-8") as opened:
            return read_lock(opened.read())
    except FileNotFoundError:
        if not is_needed:
            return {}
        _report(f"there is no {file}", f"run `{command}` and commit {file}")
    except OSError as error:
        _report(f"cannot read {file}: {error.strerror}", None)
    except UnicodeDecodeError:
        _report(f"{file} is no lock: it is not UTF-8 text", _mend(file, command))
    except LockTextError as error:
        _report(f"{file}:{error.line}: {error.reason}", _mend(file, command))
    return None


def _mend(file: str, command: str) -> str:
    return f"delete {file}, run `{command}` (with all other targets that it held) and commit it"


def _report(problem: str, help_: str | None) -> None:
    print(f"hbia lock: {problem}", file=sys.stderr)
    if help_ is not None:
        print(f"help: {help_}", file=sys.stderr)


def _is_named(flow: str, targets: Iterable[str]) -> bool:
    """Whether a locked flow is one of those that the targets speak of."""
    from hbia_dsl.check.target_reading import read_target  # loaded where it is used

    module, _, path = flow.partition(":")
    for text in targets:
        for target in read_target(text):
            if target.flow is not None:
                called = "()" if target.is_called else ""
                if (module, path) == (target.module, target.flow + called):
                    return True
            elif f"{module}.".startswith(f"{target.module}."):
                return True
    return False


def _check(
    locked: Mapping[str, LockedFlow], now: Mapping[str, LockedFlow], file: str, command: str
) -> int:
    from hbia_dsl.locking.lock_difference import differences  # loaded where it is used

    count = 0
    for target in sorted({*locked, *now}):
        found = differences(locked.get(target), now.get(target))
        if not found:
            continue
        count += len(found)
        print(f"{target} is not as {file} has it:")
        for difference in found:
            print(f"  {difference.line()}\n      {difference.meaning}")
        print()
    if count == 0:
        return 0
    words = "1 difference" if count == 1 else f"{count} differences"
    print(f"{words}. If this is meant, run `{command}` and commit {file}.")
    return 1


def _write(flows: Sequence[LockedFlow], file: str) -> int:
    text = lock_text(flows)
    beside = f"{file}.new"
    try:
        # Written beside it first: whatever happens, one of the two is whole.
        with open(beside, "w", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
        os.replace(beside, file)
    except OSError as error:
        _report(f"cannot write {file}: {error.strerror}", None)
        return 1
    words = "1 flow" if len(flows) == 1 else f"{len(flows)} flows"
    print(f"{file}: {words}")
    return 0
