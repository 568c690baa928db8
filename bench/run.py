"""Measure everything: `python bench/run.py`.

Every figure is a ratio taken in one run against straight-line Python that the bench writes
for the same graph. docs/explanation/performance.md says how to read them.
"""

import argparse
import json
import os
import platform
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Final

import building
import cache_hits
import cache_store
import cache_values
import command_line
import documents
import fingerprints
import fixed_cost
import importing
import memory
import overhead
import scale
import topology
import waiting
from figures import Figure, as_data, goal_table
from measuring import QUICK, THOROUGH, Effort
from peers import PeerProcess, peer_samples

SECTIONS: Final[dict[str, Callable[[Effort], list[Figure]]]] = {
    "overhead": overhead.measure,
    "fixed": fixed_cost.measure,
    "waiting": waiting.measure,
    "build": building.measure,
    "scale": scale.measure,
    "memory": memory.measure,
    "topology": topology.measure,
    "documents": documents.measure,
    "store": cache_store.measure,
    "values": cache_values.measure,
    "fingerprints": fingerprints.measure,
    "hits": cache_hits.measure,
    "import": importing.measure,
    "hbia": command_line.measure,
}


def main() -> None:
    """Read the command line, measure, print, and perhaps write JSON."""
    options = _arguments()
    effort = QUICK if options.quick else THOROUGH
    chosen: list[str] = options.only or list(SECTIONS)
    print(_machine())
    begun = perf_counter()
    figures: list[Figure] = []
    for name in chosen:
        print(f"\n== {name} ==", flush=True)
        if name == "overhead" and options.peers:
            with PeerProcess.started(options.peers_venv) as peers:
                figures += overhead.measure(effort, peer_samples(peers))
        else:
            figures += SECTIONS[name](effort)
    print(f"\n== goals ==\n{goal_table(figures)}")
    missed = sum(1 for figure in figures if figure.is_reached is False)
    judged = sum(1 for figure in figures if figure.goal is not None)
    print(f"\n{judged - missed} of {judged} goals reached in {perf_counter() - begun:.0f} s")
    if options.json is not None:
        data = {"machine": _machine(), "figures": [as_data(figure) for figure in figures]}
        options.json.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure hbia_dsl against plain Python.")
    parser.add_argument("--quick", action="store_true", help="short samples, no largest graphs")
    parser.add_argument(
        "--only", action="append", choices=list(SECTIONS), help="only this; may be repeated"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    parser.add_argument(
        "--peers",
        action="store_true",
        help="also Hamilton, pipefunc and Dask, in a venv made for it",
    )
    parser.add_argument(
        "--peers-venv", type=Path, metavar="PATH", help="make that venv here, or use it again"
    )
    options = parser.parse_args()
    options.peers = options.peers or options.peers_venv is not None
    return options


def _machine() -> str:
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{platform.python_implementation()} {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores{load}"
    )


if __name__ == "__main__":
    main()
