"""The steps of `hbia run`: find the flow, read its inputs, run it, show what came of it."""

import sys
import time
from collections.abc import Mapping, Sequence

import attrs

from hbia_dsl.cli.call_place import without_call
from hbia_dsl.cli.command_failure import PROBLEMS, USAGE, CommandFailure, wrong_usage
from hbia_dsl.cli.failed_run_text import failed_run_text, notes_of
from hbia_dsl.cli.given_inputs import given_inputs
from hbia_dsl.cli.run_progress import RunProgress, progress_on
from hbia_dsl.cli.run_request import RunRequest
from hbia_dsl.cli.runnable_flow import Result, RunnableFlow, RunOutcome
from hbia_dsl.cli.runnable_target import runnable
from hbia_dsl.cli.separate_output import results_alone
from hbia_dsl.diagnostics.diagnostic_code import ASYNC_HANDLER
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.diagnostics.text_report import render
from hbia_dsl.errors import (
    ContractInputError,
    DataResolutionError,
    HandlerNotFoundError,
    HandlerResolutionError,
    RunInputError,
    RunOptionError,
    RunUsageError,
    SettingsError,
)
from hbia_dsl.kernel.conclusion import add_groups_as_notes
from hbia_dsl.kernel.run_state import RunState
from hbia_dsl.kernel.run_watch import watching_runs

_WRONG_USAGE = (
    ContractInputError,
    DataResolutionError,
    HandlerNotFoundError,
    HandlerResolutionError,
    RunInputError,
    RunOptionError,
    RunUsageError,
    SettingsError,
)
"""What a run refuses because of how it was called."""


@attrs.frozen
class Shown:
    """What the user wants to see of a run."""

    select: tuple[str, ...]
    """Names of values or vertices; empty for all."""
    as_json: bool
    is_quiet: bool


def perform(
    target: str,
    request: RunRequest,
    assignments: Sequence[str],
    data_file: str | None,
    shown: Shown,
) -> int:
    """Run what was named and show what came of it.

    Args:
        target: A document or a flow in code.
        request: The options of the run.
        assignments: Inputs as `name=value`.
        data_file: A JSON file with inputs.
        shown: What to show.

    Returns:
        The exit code.

    Raises:
        CommandFailure: Something that was named cannot be used, or the run failed.
    """
    with results_alone(shown.as_json):
        try:
            flow = runnable(target, request)
            chosen = _chosen(flow, shown.select)
            data = given_inputs(assignments, data_file, flow.inputs)
            progress = progress_on(sys.stderr, flow.name, is_quiet=shown.is_quiet)
            begun = time.perf_counter()
            outcome = _watched(flow, data, progress)
            seconds = time.perf_counter() - begun
        except _WRONG_USAGE as error:
            is_async = error.diagnostic.code is ASYNC_HANDLER
            found = without_call(error.diagnostic, "add --async" if is_async else None)
            raise CommandFailure(render(found), exit_code=USAGE, is_report=True) from error
    values = outcome.values
    if outcome.failed is not None and progress.run is not None:
        values = flow.values_left(progress.run)
    result = Result(flow.name, flow.result, {n: values[n] for n in chosen if n in values})
    if shown.as_json:
        from hbia_dsl.cli.run_json import run_json  # loaded where it is used

        groups = () if progress.run is None else progress.run.settled
        print(run_json(result, outcome, progress.phases(), groups, seconds))
    elif outcome.failed is None or request.on_error == "continue":
        from hbia_dsl.cli.result_table import print_results  # loaded where it is used

        print_results(result)
    if outcome.failed is None:
        return 0
    text = failed_run_text(flow.name, outcome.failed)
    raise CommandFailure(text, exit_code=PROBLEMS, is_report=True) from outcome.failed


def _watched(flow: RunnableFlow, data: Mapping[str, object], progress: RunProgress) -> RunOutcome:
    try:
        with progress, watching_runs(progress.begin):
            return flow.run(data)
    except KeyboardInterrupt:
        for note in [] if progress.run is None else _notes_on_groups(progress.run):
            print(note, file=sys.stderr)
        raise


def _notes_on_groups(run: RunState) -> list[str]:
    """Return what became of the atomic groups of a run that was interrupted."""
    told = Exception()
    add_groups_as_notes(run, told)
    return notes_of(told)


def _chosen(flow: RunnableFlow, select: Sequence[str]) -> Sequence[str]:
    """Return the names of the values to print.

    Raises:
        CommandFailure: The flow has no such value.
    """
    if not select:
        return flow.outputs
    found: list[str] = []
    for name in select:
        fitting = [o for o in flow.outputs if name in (o, o.partition(".")[0])]
        if not fitting:
            vertices = dict.fromkeys(o.partition(".")[0] for o in flow.outputs)
            near = did_you_mean(name, [*flow.outputs, *vertices])
            help_ = near or f"its values are {', '.join(flow.outputs) or 'none'}"
            raise wrong_usage(f"flow `{flow.name}` gives no value `{name}`", help_)
        found += fitting
    return list(dict.fromkeys(found))
