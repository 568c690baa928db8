"""A small application as text, and edits of it with what a fingerprint must say to each."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs

FLOW: Final = "app/flow.py"
TEXT: Final = "app/text.py"
MODEL: Final = "app/model.py"
CHECKS: Final = "app/checks.py"
VERSIONS: Final = "site-packages/fakepkg-1.0.dist-info/METADATA"

FILES: Final[Mapping[str, str]] = {
    "app/__init__.py": '"""An application."""\n',
    FLOW: '''
"""The vertices."""
from __future__ import annotations

import functools
import logging
from dataclasses import replace

import fakepkg
from app import text
from app.checks import logged, made
from app.model import Colour, Limits, Shop, User
from app.text import clean as cleaned

LOG = logging.getLogger(__name__)
TABLE = {"upper": text.upper, "lower": lambda value: value.lower()}
SHORT = functools.partial(text.cut, limit=7)
above = made(3)
below = made(4)
SERVICE = Shop("corner", 5)


@functools.lru_cache
def remembered(value: str) -> str:
    return value + "!"


@functools.singledispatch
def shown(value: object) -> str:
    return "object"


@shown.register
def shown_number(value: int) -> str:
    return "number"


def vertex(user: User, least: int = 2, *, most: int = 9) -> str:
    """Rank one user."""
    from app.late import arrived

    name = cleaned(user.name)
    LOG.info("ranked")
    if above(len(name)) and not below(least):
        name = TABLE["upper"](name)
    colour = Colour.RED if name in text.STOP else Colour["BLUE"]
    limits = Limits()
    parts = [word for word in name.split() if checked(word)]
    texts = SHORT(name), remembered(name), shown(most), arrived()
    return fakepkg.joined(parts, colour, limits, texts, SERVICE.price())


@logged
def checked(word: str) -> bool:
    return word != ""


def unrelated() -> int:
    return 1
''',
    TEXT: '''
"""Texts."""

STOP = frozenset({"a", "an", "the"})
NEVER_READ = 1
_LONGEST = [80, {"title": 20.0}]


def clean(value: str) -> str:
    """Clean a text."""
    # by stripping
    stripped = _strip(value)
    return stripped[: _LONGEST[0]]


def _strip(value: str) -> str:
    return value.strip()


def upper(value: str) -> str:
    return value.upper()


def cut(value: str, limit: int = 5) -> str:
    return value[:limit]


def not_reached() -> str:
    return "nothing"
''',
    MODEL: '''
"""Records."""
import enum
from dataclasses import dataclass, field
from typing import NamedTuple

import attrs


class Named:
    def title(self) -> str:
        return "Dr"


def at_least_one(instance: object, attribute: object, value: int) -> None:
    assert value >= 1


@attrs.frozen
class User(Named):
    """A user."""
    name: str
    age: int = attrs.field(default=18, validator=at_least_one)
    tags: list[str] = attrs.field(factory=list)

    def full_name(self) -> str:
        """The full name."""
        return self.title() + self.name

    @property
    def initial(self) -> str:
        return self.name[0]

    @staticmethod
    def of(name: str) -> "User":
        return User(name)

    @classmethod
    def nobody(cls) -> "User":
        return cls("")


@dataclass
class Limits:
    low: int = 1
    high: int = field(default_factory=lambda: 10)

    def width(self) -> int:
        return self.high - self.low


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Pair(NamedTuple):
    left: int = 0


class Shop:
    margin = 3

    def __init__(self, name: str, start: int) -> None:
        self.name, self.start = name, start

    def price(self) -> int:
        return self.start + Pair().left
''',
    CHECKS: '''
"""Decorators and factories."""
import functools


def logged(fn):
    @functools.wraps(fn)
    def wrapper(*args, **kwargs):
        return fn(*args, **kwargs)

    return wrapper


def made(threshold):
    def inner(value):
        return value > threshold

    return inner
''',
    "app/late.py": "def arrived() -> int:\n    return 1\n\ndef departed() -> int:\n    return 2\n",
    "app/depended.py": "def hidden() -> int:\n    return 1\n",
    "site-packages/fakepkg/__init__.py": "def joined(*parts):\n    return str(parts)\n",
    VERSIONS: "Metadata-Version: 2.1\nName: fake-pkg\nVersion: 1.0\n",
    "site-packages/fakepkg-1.0.dist-info/RECORD": "fakepkg/__init__.py,,\n",
}


@attrs.frozen
class Edit:
    """One edit of the application."""

    name: str
    file: str
    old: str
    new: str
    says: tuple[str, ...] = ()
    """All that `changed_parts` must say; empty if the fingerprint must stay the same."""


def write_app(folder: Path, edit: Edit | None = None) -> None:
    """Write the application below a folder, edited or not."""
    files = dict(FILES)
    if edit is not None:
        assert files[edit.file].count(edit.old) == 1, f"{edit.name}: cannot find what is edited"
        files[edit.file] = files[edit.file].replace(edit.old, edit.new)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


_DISPATCHER: Final = "functools.singledispatch.wrapper"

EDITS: Final = (
    Edit("nothing", TEXT, "Texts.", "Texts."),
    Edit("helper", TEXT, "stripped[:", "stripped[1:",
         ("function `app.text.clean` in app/text.py changed",)),
    Edit("helper of a helper", TEXT, "value.strip()", "value.rstrip()",
         ("function `app.text._strip` in app/text.py changed",)),
    Edit("number in the code", MODEL, "value >= 1", "value >= 2",
         ("function `app.model.at_least_one` in app/model.py changed",)),
    Edit("constant", TEXT, '"an", "the"', '"an"', ("constant `app.text.STOP` changed",)),
    Edit("inside a constant", TEXT, "20.0", "21.0", ("constant `app.text._LONGEST` changed",)),
    Edit("type of a constant", TEXT, "20.0", "20", ("constant `app.text._LONGEST` changed",)),
    Edit("order in a set", TEXT, '"a", "an", "the"', '"the", "an", "a"'),
    Edit("closure value", FLOW, "above = made(3)", "above = made(5)",
         ("closure `threshold` of `app.checks.made.inner` changed",)),
    Edit("closures exchanged", FLOW, "above = made(3)\nbelow = made(4)",
         "above = made(4)\nbelow = made(3)",
         ("closure `threshold` of `app.checks.made.inner` changed",
          "closure `threshold` of `app.checks.made.inner #2` changed")),
    Edit("default", TEXT, "limit: int = 5", "limit: int = 6",
         ("default `limit` of `app.text.cut` changed",)),
    Edit("default of the vertex", FLOW, "least: int = 2", "least: int = 3",
         ("default `least` of `app.flow.vertex` changed",)),
    Edit("keyword default", FLOW, "most: int = 9", "most: int = 8",
         ("default `most` of `app.flow.vertex` changed",)),
    Edit("argument of a partial", FLOW, "limit=7", "limit=8",
         ("constant `app.flow.SHORT` changed",)),
    Edit("function in a table", TEXT, "value.upper()", "value.title()",
         ("function `app.text.upper` in app/text.py changed",)),
    Edit("another function in a table", FLOW, '"upper": text.upper', '"upper": text.cut',
         ("constant `app.flow.TABLE` changed",
          "no longer reaches function `app.text.upper` in app/text.py")),
    Edit("lambda in a table", FLOW, "value.lower()", "value.casefold()",
         ("function `app.flow.<lambda>` in app/flow.py changed",)),
    Edit("what a cache remembers", FLOW, 'value + "!"', 'value + "?"',
         ("function `app.flow.remembered` in app/flow.py changed",)),
    Edit("registered function", FLOW, '"number"', '"digits"',
         ("function `app.flow.shown_number` in app/flow.py changed",)),
    Edit("registered type", FLOW, "shown_number(value: int)", "shown_number(value: str)",
         (f"attribute `registry` of `{_DISPATCHER} around app.flow.shown` changed",)),
    Edit("import under another name", FLOW, "import clean as cleaned", "import cut as cleaned",
         ("name `app.flow.cleaned` changed",
          "no longer reaches constant `app.text._LONGEST`",
          "no longer reaches function `app.text._strip` in app/text.py",
          "no longer reaches function `app.text.clean` in app/text.py")),
    Edit("method", MODEL, "self.title() + self.name", "self.name + self.title()",
         ("method `app.model.User.full_name` in app/model.py changed",)),
    Edit("property", MODEL, "self.name[0]", "self.name[1]",
         ("method `app.model.User.initial` in app/model.py changed",)),
    Edit("static method", MODEL, "return User(name)", "return User(name, 3)",
         ("method `app.model.User.of` in app/model.py changed",)),
    Edit("class method", MODEL, 'cls("")', 'cls("-")',
         ("method `app.model.User.nobody` in app/model.py changed",)),
    Edit("static method that becomes a class method", MODEL, "@staticmethod\n    def of(name",
         "@classmethod\n    def of(name", ("constant `app.model.User.of` changed",)),
    Edit("method of a base class", MODEL, '"Dr"', '"Prof"',
         ("method `app.model.Named.title` in app/model.py changed",)),
    Edit("base class", MODEL, "class User(Named)", "class User",
         ("class `app.model.User` in app/model.py changed",
          "no longer reaches class `app.model.Named` in app/model.py")),
    Edit("class attribute", MODEL, "margin = 3", "margin = 4",
         ("constant `app.model.Shop.margin` changed",)),
    Edit("new method", MODEL, "class Shop:\n", "class Shop:\n    def close(self): ...\n",
         ("now also reaches method `app.model.Shop.close` in app/model.py",)),
    Edit("decorator", CHECKS, "return fn(*args, **kwargs)", "return not fn(*args, **kwargs)",
         ("function `app.checks.logged.wrapper` in app/checks.py changed",)),
    Edit("decorated function", FLOW, 'word != ""', 'word != "-"',
         ("function `app.flow.checked` in app/flow.py changed",)),
    Edit("decorator taken off", FLOW, "@logged\n", "",
         ("name `app.flow.checked` changed",
          "no longer reaches function `app.checks.logged.wrapper` in app/checks.py")),
    Edit("dataclass field", MODEL, "low: int = 1", "low: int = 2",
         ("field `low` of `app.model.Limits` changed",)),
    Edit("factory of a dataclass field", MODEL, "lambda: 10", "lambda: 11",
         ("function `app.model.Limits.<lambda>` in app/model.py changed",)),
    Edit("options of a dataclass", MODEL, "@dataclass\n", "@dataclass(order=True)\n",
         ("class `app.model.Limits` in app/model.py changed",)),
    Edit("attrs field", MODEL, "default=18", "default=21",
         ("field `age` of `app.model.User` changed",)),
    Edit("validator of an attrs field", MODEL, "assert value >= 1", "assert value > 1",
         ("function `app.model.at_least_one` in app/model.py changed",)),
    Edit("options of an attrs class", MODEL, "@attrs.frozen", "@attrs.define",
         ("class `app.model.User` in app/model.py changed",
          "now also reaches closure `setters` of `attr.setters.pipe.wrapped_pipe`")),
    Edit("field of a NamedTuple", MODEL, "left: int = 0", "left: int = 1",
         ("field `left` of `app.model.Pair` changed",)),
    Edit("enum member", MODEL, "BLUE = 2", "BLUE = 3",
         ("enum member `app.model.Colour.BLUE` changed",)),
    Edit("new enum member", MODEL, "BLUE = 2", "BLUE = 2\n    GREEN = 3",
         ("class `app.model.Colour` in app/model.py changed",
          "now also reaches enum member `app.model.Colour.GREEN`")),
    Edit("state of an object", FLOW, 'Shop("corner", 5)', 'Shop("corner", 6)',
         ("constant `app.flow.SERVICE` changed",)),
    Edit("import inside the function", "app/late.py", "return 1", "return 3",
         ("function `app.late.arrived` in app/late.py changed",)),
    Edit("rest of a module imported inside", "app/late.py", "return 2", "return 3"),
    Edit("package version", VERSIONS, "Version: 1.0", "Version: 1.1",
         ("package fake-pkg changed from 1.0 to 1.1",)),
    Edit("code of a package", "site-packages/fakepkg/__init__.py", "str(parts)", "repr(parts)"),
    Edit("depends_on", "app/depended.py", "return 1", "return 2",
         ("function `app.depended.hidden` in app/depended.py changed",)),
    Edit("unrelated function", FLOW, "def unrelated() -> int:\n    return 1",
         "def unrelated() -> int:\n    return 2"),
    Edit("unrelated function of a helper's module", TEXT, '"nothing"', '"something"'),
    Edit("constant that nothing reads", TEXT, "NEVER_READ = 1", "NEVER_READ = 2"),
    Edit("comment", TEXT, "# by stripping", "# by stripping and cutting"),
    Edit("blank lines", TEXT, "\n\ndef clean", "\n\n\n\n\ndef clean"),
    Edit("docstring", TEXT, '"""Clean a text."""', '"""Clean any text."""'),
    Edit("docstring taken away", TEXT, '    """Clean a text."""\n', ""),
    Edit("docstring of a class", MODEL, '"""A user."""', '"""Any user."""'),
    Edit("docstring of a method", MODEL, '"""The full name."""', '"""All names."""'),
    Edit("docstring of the vertex", FLOW, '"""Rank one user."""', '"""Rank."""'),
    Edit("moved lines", TEXT, 'STOP = frozenset({"a", "an", "the"})\nNEVER_READ = 1\n',
         'NEVER_READ = 1\n\n\nSTOP = frozenset({"a", "an", "the"})\n'),
    Edit("moved method", MODEL, "    margin = 3\n\n    def __init__(self, name: str, start: int)"
         " -> None:\n        self.name, self.start = name, start\n",
         "    def __init__(self, name: str, start: int)"
         " -> None:\n        self.name, self.start = name, start\n\n    margin = 3\n"),
    Edit("local variable renamed", TEXT, "stripped = _strip(value)\n    return stripped[",
         "bare = _strip(value)\n    return bare["),
    Edit("parameter renamed", TEXT, "def upper(value: str) -> str:\n    return value.upper()",
         "def upper(text: str) -> str:\n    return text.upper()",
         ("function `app.text.upper` in app/text.py changed",)),
    Edit("annotation of a helper", TEXT, "def _strip(value: str)", "def _strip(value: object)"),
    Edit("helper that becomes async", TEXT, "def upper", "async def upper",
         ("function `app.text.upper` in app/text.py changed",)),
)  # fmt: skip
"""Every edit by itself; what is said is said in this order."""
