"""Prints fingerprints of the application in each folder given; run in a process of its own."""

import json
import sys
from importlib import import_module, invalidate_caches

from hbia_dsl.cache.fingerprint import fingerprint_of


def seen_in(folder: str) -> dict[str, object]:
    """Import the application of a folder as if nothing had been imported before."""
    for name in [name for name in sys.modules if name.partition(".")[0] in ("app", "fakepkg")]:
        del sys.modules[name]
    sys.path[:0] = [folder, f"{folder}/site-packages"]
    invalidate_caches()
    vertex = import_module("app.flow").vertex
    hidden = import_module("app.depended").hidden
    del sys.path[:2]
    found = fingerprint_of(vertex, depends_on=[hidden])
    parts = {name: digest.hex() for name, digest in found.parts.items()}
    return {"digest": found.digest.hex(), "parts": parts, "limits": found.limits}


if __name__ == "__main__":
    json.dump([seen_in(folder) for folder in json.load(sys.stdin)], sys.stdout)
