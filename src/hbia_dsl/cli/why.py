"""`hbia why RUN|VERTEX`: why vertices ran, or did not, in runs with a cache."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final

from cyclopts import Parameter

from hbia_dsl.cli.cache_place import cache_place
from hbia_dsl.cli.command_failure import wrong_usage
from hbia_dsl.cli.noted_run import NotedRun, noted_run
from hbia_dsl.diagnostics.near_miss import nearest

_MOST_SHOWN: Final = 5
_NEWEST: Final = 200
"""With the identities of so many runs a name is compared that is none."""


def why(
    name: Annotated[str | None, Parameter(name="NAME")] = None,
    /,
    *,
    flow: str | None = None,
    folder: Annotated[str | None, Parameter(name="--dir")] = None,
    json: bool = False,
) -> int:
    """Say why vertices ran, or did not, in runs with a cache.

    Args:
        name: A vertex, or the identity of a run or how it begins (default: the newest run).
        flow: Look at the runs of this flow only.
        folder: The folder of the cache (default: what the settings say).
        json: Print JSON.
    """
    place = cache_place(folder)
    runs = [run for run in _runs(place.folder) if flow is None or run.flow == flow]
    if not runs:
        of_flow = "" if flow is None else f" of flow `{flow}`"
        text = f"{place.folder}: no runs{of_flow} are noted"
        flows = nearest(flow, {run.flow for run in _runs(place.folder)}) if flow else ()
        if name is None and not flows:
            print("null" if json else text)
            return 0
        raise wrong_usage(text, *(f"did you mean --flow {near}?" for near in flows))
    run, vertex = _found(name, runs)
    if json:
        _print_json(run, vertex)
    elif vertex is None:
        _print_run(run)
    else:
        note = run.vertices[vertex]
        print(f"{vertex}: {note}\n  in {run.title}")
        for limit in note.limits:
            print(f"  not seen: {limit}")
    return 0


def _runs(folder: str) -> Iterator[NotedRun]:
    from hbia_dsl.cache.run_journal import noted_runs  # loaded where it is used

    for account in noted_runs(folder):
        run = noted_run(account)
        if run is not None:
            yield run


def _found(name: str | None, runs: Sequence[NotedRun]) -> tuple[NotedRun, str | None]:
    """Return a run, and the vertex in it that is meant; None for all of them.

    Raises:
        CommandFailure: There is none such, or several.
    """
    if name is None:
        return runs[0], None
    for run in runs:
        if run.run_id == name:
            return run, None
    for run in runs:
        if name in run.vertices:
            return run, name
    begin = {run.run_id: run for run in runs if name and run.run_id.startswith(name)}
    if len(begin) == 1:
        return next(iter(begin.values())), None
    if begin:
        some = ", ".join(list(begin)[:_MOST_SHOWN])
        more = ", ..." if len(begin) > _MOST_SHOWN else ""
        raise wrong_usage(f"{len(begin)} runs begin with `{name}`", f"such as {some}{more}")
    known = dict.fromkeys(vertex for run in runs for vertex in run.vertices)
    near = nearest(name, [*known, *(run.run_id for run in runs[:_NEWEST])])
    raise wrong_usage(
        f"neither a run nor a vertex `{name}` is noted",
        f"did you mean `{near[0]}`?" if near else "`hbia why` tells about the newest run",
    )


def _print_run(run: NotedRun) -> None:
    hits = sum(note.answer == "hit" for note in run.vertices.values())
    print(f"{run.title}: {hits} of {len(run.vertices)} vertices from the cache")
    limits: dict[str, list[str]] = {}
    for name, note in run.vertices.items():
        print(f"  {name}: {note}")
        for limit in note.limits:
            limits.setdefault(limit, []).append(name)
    for limit, names in limits.items():
        print(f"  not seen: {limit} ({', '.join(names)})")


def _print_json(run: NotedRun, vertex: str | None) -> None:
    from json import dumps  # loaded where it is used

    content = run.data()
    if vertex is None:
        content["vertices"] = {name: note.data() for name, note in run.vertices.items()}
    else:
        content = {"vertex": vertex, **content, **run.vertices[vertex].data()}
    print(dumps(content, indent=2))
