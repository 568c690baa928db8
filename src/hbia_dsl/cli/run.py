"""`hbia run TARGET`: run a document or a flow, show its progress, and print its results."""

from typing import Annotated, Literal

from cyclopts import Group, Parameter

from hbia_dsl.cli.performed_run import Shown, perform
from hbia_dsl.cli.run_request import RunRequest

_INPUTS = Group("Inputs", sort_key=1)
_HOW = Group("How it runs", sort_key=2)
_RESULTS = Group("What is shown", sort_key=3)


def run(
    target: str,
    /,
    *,
    handlers: Annotated[tuple[str, ...], Parameter(group=_INPUTS, metavar="MODULE")] = (),
    flow: Annotated[str | None, Parameter(group=_INPUTS, metavar="NAME")] = None,
    assignments: Annotated[
        tuple[str, ...],
        Parameter(name="--set", group=_INPUTS, metavar="NAME=VALUE", allow_leading_hyphen=True),
    ] = (),
    data: Annotated[
        str | None, Parameter(group=_INPUTS, metavar="FILE", allow_leading_hyphen=True)
    ] = None,
    parallel: Annotated[bool | None, Parameter(group=_HOW, negative="--no-parallel")] = None,
    max_workers: Annotated[int | None, Parameter(group=_HOW)] = None,
    is_async: Annotated[bool | None, Parameter(name="--async", group=_HOW)] = None,
    cache: Annotated[bool | None, Parameter(group=_HOW, negative="--no-cache")] = None,
    schedule: Annotated[Literal["stages", "eager"] | None, Parameter(group=_HOW)] = None,
    timeout_s: Annotated[
        float | None, Parameter(name="--timeout", group=_HOW, metavar="SECONDS")
    ] = None,
    on_error: Annotated[Literal["stop", "continue"] | None, Parameter(group=_HOW)] = None,
    backend: Annotated[Literal["asyncio", "trio"] | None, Parameter(group=_HOW)] = None,
    select: Annotated[tuple[str, ...], Parameter(group=_RESULTS, metavar="NAME")] = (),
    json: Annotated[bool, Parameter(group=_RESULTS)] = False,
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], group=_RESULTS)] = False,
) -> int:
    """Run a document or a flow, and print its results.

    Args:
        target: A document (*.yaml, *.yml), or a flow in code: app.flows:signup.
        handlers: A module that handlers of a document may come from, with all below it; repeatable.
        flow: The flow to run, if there are several.
        assignments: An input, name=value, repeatable; text for text, JSON for all other types.
        data: A JSON file with the inputs; - for the standard input.
        parallel: Run independent vertices at once.
        max_workers: How many threads to use at the most.
        is_async: Await the handlers of a document that are async.
        cache: Skip pure vertices whose code and inputs are unchanged.
        schedule: Of a parallel run: start a vertex after the stages before, or when it is ready.
        timeout_s: Longest time that the run may take, in seconds.
        on_error: After a failure: stop, or still run what does not depend on it.
        backend: The event loop for async vertices (default: asyncio).
        select: Print only this value: vertex.output, or all of a vertex; repeatable.
        json: Print JSON and nothing else to the standard output.
        quiet: Show no progress.
    """
    request = RunRequest(
        handlers, flow, is_async, parallel, max_workers, cache, schedule, timeout_s, on_error,
        backend,
    )  # fmt: skip
    return perform(target, request, assignments, data, Shown(select, json, quiet))
