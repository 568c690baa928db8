"""Which installed distribution a module belongs to, and its version.

`importlib.metadata.packages_distributions` reads the list of files of everything that is
installed, a tenth of a second and more. Most distributions are called like their module, so
that one is asked first; only the likes of `yaml`, which comes with PyYAML, need all lists.
"""

import os
import re
from functools import cache
from typing import Final, Protocol

import attrs

_FIRST_NAME: Final = re.compile(r"^([^/,\n]+)[/,]", re.MULTILINE)
_SITE: Final = frozenset({"site-packages", "dist-packages"})


class Listing(Protocol):
    """A distribution as `importlib.metadata` gives it; what is asked for is read from disk."""

    @property
    def name(self) -> str:
        """Name as it was given by its author."""
        ...

    @property
    def version(self) -> str:
        """Version."""
        ...

    def read_text(self, filename: str) -> str | None:
        """Return one of the files that describe it."""
        ...


@attrs.frozen
class InstalledDistribution:
    """A distribution that has put something into a folder of installed packages."""

    name: str
    version: str


def site_folder(path: str) -> str | None:
    """Return the folder of installed packages that a file lies in, or None."""
    parts = path.split(os.sep)
    for at in range(len(parts) - 2, -1, -1):
        if parts[at] in _SITE:
            return os.sep.join(parts[: at + 1])
    return None


@cache
def distribution_of(folder: str, path: str) -> InstalledDistribution | None:
    """Return the distribution that installed a file.

    Args:
        folder: The folder of installed packages.
        path: The file, somewhere below it.

    Returns:
        None if no distribution says that the file is its own: it was put there by hand.
    """
    relative = path[len(folder) + 1 :].replace(os.sep, "/")
    top = relative.partition("/")[0]
    candidates = _read(folder, top.partition(".")[0])
    owners = [listing for listing, modules in candidates if top in modules]
    if not owners:
        owners = [listing for listing, modules in _all_in(folder) if top in modules]
    if len(owners) > 1:  # parts of one namespace, such as `google`, come from several
        owners = [owner for owner in owners if f"{relative}," in _record(owner)] or owners
    # Name and version are asked of the owner only: they lie in a text as long as a README.
    return InstalledDistribution(owners[0].name, owners[0].version) if owners else None


@cache
def _all_in(folder: str) -> tuple[tuple[Listing, frozenset[str]], ...]:
    return tuple(_read(folder, None))


def _read(folder: str, name: str | None) -> list[tuple[Listing, frozenset[str]]]:
    """Return distributions and the first names of the paths of their files."""
    from importlib.metadata import distributions  # it loads `email`, `csv` and `zipfile`

    return [(listing, _modules_of(listing)) for listing in distributions(name=name, path=[folder])]


def _modules_of(listing: Listing) -> frozenset[str]:
    # Most lines are those of files inside packages, and one of each package is enough.
    modules = set(_FIRST_NAME.findall(_record(listing)))
    for module in (listing.read_text("top_level.txt") or "").split():
        modules |= {module, f"{module}.py"}
    return frozenset(modules)


def _record(listing: Listing) -> str:
    return listing.read_text("RECORD") or ""
