"""Constants of kinds that only their classes know, each with an edit and what reads it.

Also constants that the code itself alters: what they were at first counts.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Final, NamedTuple


class ConstantEdit(NamedTuple):
    """A constant `K`, an edit of it, and an expression that shows what it is."""

    declared: str
    old: str
    new: str
    shown: str
    """The body of a function of `n` after `return`, or the whole body."""
    says: str = "constant `APP.K` changed"


_STANDARD: Final = {
    "argparse.Namespace": ConstantEdit(
        "import argparse\nK = argparse.Namespace(k=1)", "k=1", "k=2", "K.k"
    ),
    "a namespace that holds what has no value": ConstantEdit(
        "import argparse, threading\nK = argparse.Namespace(lock=threading.Lock(), k=1)",
        "k=1",
        "k=2",
        "K.k",
    ),
    "UserDict": ConstantEdit(
        "from collections import UserDict\nK = UserDict(k=1)", "k=1", "k=2", "K['k']"
    ),
    "ConfigParser": ConstantEdit(
        "import configparser\nK = configparser.ConfigParser()\nK.read_dict({'a': {'k': '1'}})",
        "'1'",
        "'2'",
        "K.getint('a', 'k')",
    ),
    "logging.Formatter": ConstantEdit(
        "import logging\nK = logging.Formatter('%(name)s')",
        "%(name)s",
        "%(name)s!",
        "len(K.format(logging.LogRecord('a', 1, '', 1, 'm', (), None)))",
    ),
    "TextWrapper": ConstantEdit(
        "import textwrap\nK = textwrap.TextWrapper(width=9)",
        "width=9",
        "width=3",
        "len(K.wrap('aa bb cc'))",
    ),
    "string.Template": ConstantEdit(
        "import string\nK = string.Template('$n')", "'$n'", "'$n$n'", "int(K.substitute(n=n))"
    ),
    "an XML element": ConstantEdit(
        "import xml.etree.ElementTree as ET\nK = ET.fromstring('<a><b k=\"1\"/></a>')",
        'k="1"',
        'k="2"',
        "int(K[0].get('k'))",
    ),
    "random.Random": ConstantEdit(
        "import random\nK = random.Random(1)",
        "Random(1)",
        "Random(2)",
        "int(__import__('copy').copy(K).random() * 1e6)",
    ),
    "memoryview": ConstantEdit("K = memoryview(b'a')", "b'a'", "b'b'", "K[0]"),
    "StringIO": ConstantEdit("import io\nK = io.StringIO('a')", "'a'", "'ab'", "len(K.getvalue())"),
    "BytesIO": ConstantEdit(
        "import io\nK = io.BytesIO(b'a')", "b'a'", "b'ab'", "len(K.getvalue())"
    ),
    "an exception": ConstantEdit("K = ValueError(1)", "(1)", "(2)", "K.args[0]"),
    "a syntax tree": ConstantEdit(
        "import ast\nK = ast.parse('x + 1')", "x + 1", "x - 1", "ord(ast.unparse(K)[2])"
    ),
    "compiled code": ConstantEdit(
        "K = compile('n + 1', 'k', 'eval')", "n + 1", "n + 2", "eval(K, {'n': n})"
    ),
    "a view of the keys of a dict": ConstantEdit(
        "K = {1: 2}.keys()", "{1: 2}", "{3: 2}", "list(K)[0]"
    ),
    "a function under cmp_to_key": ConstantEdit(
        "import functools\nK = functools.cmp_to_key(lambda a, b: a - b)",
        "a - b",
        "b - a",
        "sorted([1, 2], key=K)[0]",
        "function `APP.<lambda>` in APP.py changed",
    ),
    "a class of the user that extends one written in C": ConstantEdit(
        "from collections import deque\nclass Ring(deque): pass\nK = Ring([1], maxlen=3)",
        "[1]",
        "[2]",
        "K[0]",
    ),
    "the longest that a deque may be": ConstantEdit(
        "from collections import deque\nK = deque([1, 2], maxlen=2)",
        "maxlen=2",
        "maxlen=3",
        "len(deque([*K, 3, 4], K.maxlen))",
    ),
    "an object that many others share": ConstantEdit(
        "import types\nclass Node:\n    pass\nnodes = [Node() for _ in range(40)]\n"
        "for node in nodes: node.near, node.k = list(nodes), 1\nK = nodes[0]",
        "node.k = list(nodes), 1",
        "node.k = list(nodes), 2",
        "K.near[-1].k",
    ),
}

_OF_PACKAGES: Final = {
    "pandas.Timestamp": ConstantEdit(
        "import pandas as pd\nK = pd.Timestamp('2020-01-01')", "2020", "2024", "K.year"
    ),
    "pandas.Timedelta": ConstantEdit(
        "import pandas as pd\nK = pd.Timedelta(days=1)", "days=1", "days=3", "K.days"
    ),
    "a polynomial": ConstantEdit(
        "import numpy as np\nK = np.polynomial.Polynomial([1.0, 2.0])",
        "2.0",
        "3.0",
        "int(K(n))",
    ),
    "an array of objects": ConstantEdit(
        "import numpy as np\nK = np.array([{'k': 1}], dtype=object)", "1}", "2}", "K[0]['k']"
    ),
    "an array with gaps": ConstantEdit(
        "import numpy as np\nT = np.dtype([('a', 'i1'), ('k', 'i8')], align=True)\n"
        "K = np.array([(1, 2)], dtype=T)",
        "(1, 2)",
        "(1, 3)",
        "int(K['k'][0])",
    ),
    "an array of wide floats": ConstantEdit(
        "import numpy as np\nK = np.array([1], dtype=np.longdouble)", "[1]", "[2]", "int(K[0])"
    ),
    "a masked array": ConstantEdit(
        "import numpy as np\nK = np.ma.array([1, 2], mask=[0, 1])",
        "[0, 1]",
        "[1, 0]",
        "int(K.sum())",
    ),
    "an Arrow schema": ConstantEdit(
        "import pyarrow as pa\nK = pa.schema([('a', pa.int32())])",
        "int32",
        "int64",
        "K.field('a').type.bit_width",
    ),
    "a function that numpy vectorizes": ConstantEdit(
        "import numpy as np\nK = np.vectorize(lambda x: x + 1)",
        "x + 1",
        "x + 2",
        "int(K(n))",
        "function `APP.<lambda>` in APP.py changed",
    ),
}

ALTERED: Final = {
    "a dict that gets what is missing": ConstantEdit(
        "K = {'a': 1}", "'a': 1", "'a': 5", "K.setdefault('a', 0) + n"
    ),
    "a list that is sorted": ConstantEdit("K = [2, 1]", "[2, 1]", "[2, 0]", "K.sort() or K[0]"),
    "a dict that a helper updates": ConstantEdit(
        "K = {'a': 1}\ndef put(d): K.update(d)", "'a': 1", "'a': 5", "put({}) or K['a']"
    ),
    "a memo with a beginning": ConstantEdit(
        "K = {0: 1}", "0: 1", "0: 5", "K.get(0) if K.setdefault(n, n) else 0"
    ),
    "a name that may be bound again": ConstantEdit(
        "K = 10\ndef reset(k):\n    global K\n    K = k",
        "K = 10",
        "K = 20",
        "(reset(n) if n < 0 else 0) or K",
    ),
    "a name that is counted up": ConstantEdit(
        "K = 10\ndef more():\n    global K\n    K += 1\n    return K", "K = 10", "K = 20", "more()"
    ),
    "a list of calls": ConstantEdit("K = []", "[]", "[0, 0]", "K.append(n) or len(K)"),
    "a default": ConstantEdit(
        "def g(n, memo={0: 1}):\n    memo[n] = n\n    return memo[0]",
        "{0: 1}",
        "{0: 2}",
        "g(n)",
        "default `memo` of `APP.g` changed",
    ),
    "a value in a closure": ConstantEdit(
        "def make():\n    k = 10\n    def g():\n        nonlocal k\n        k += 1\n"
        "        return k\n    return g\ng = make()",
        "k = 10",
        "k = 20",
        "g()",
        "closure `k` of `APP.make.g` changed",
    ),
    "an object in a table that is filled": ConstantEdit(
        "class P:\n    def __init__(self, k): self.k = k\nK = {0: P(1)}",
        "P(1)",
        "P(2)",
        "K.__setitem__(n, n) or K[0].k if K.setdefault(n, n) else 0",
    ),
    "a method of an object in a table that is filled": ConstantEdit(
        "class P:\n    def go(self): return 1\nK = {0: P()}",
        "return 1",
        "return 2",
        "K.setdefault(0, None).go()",
        "method `APP.P.go` in APP.py changed",
    ),
}
"""What the code itself alters."""

CONSTANTS: Final[Mapping[str, ConstantEdit]] = {
    **_STANDARD,
    **(_OF_PACKAGES if all(map(find_spec, ("numpy", "pandas", "pyarrow"))) else {}),
}
"""What only its class knows how to tell."""
