"""Every command of `hbia`: its name, one line about it, and where its function is.

The table is all that `hbia --help` needs; the module of a command is imported when the
command is used. To add one, write a module with a function and give it a row here.
"""

from typing import Final

import attrs


@attrs.frozen
class CommandRow:
    """One command."""

    name: str
    """What is typed."""
    function: str
    """The function that does it, as `module:function` below this package."""
    about: str
    """One line for the list of commands."""
    group: str
    """The heading under which it is listed."""
    examples: tuple[str, ...] = ()
    """Command lines that its help shows."""
    aliases: tuple[str, ...] = ()
    """Other names of it."""


RUN: Final = "Run"
DOCUMENTS: Final = "Documents"
FLOWS: Final = "Flows in code"
CACHE: Final = "Cache"
PROJECT: Final = "Project"

COMMANDS: Final = (
    CommandRow(
        "run",
        "run:run",
        "Run a document or a flow, and print its results.",
        RUN,
        (
            "hbia run app.flows:signup --set name=ann --set age=3",
            "hbia run signup.yaml --handlers app.handlers --data in.json --json",
            "hbia run etl.yaml --handlers app.handlers --parallel --timeout 60",
        ),
    ),
    CommandRow(
        "show",
        "show:show",
        "Print a flow as source, as stages, or as a drawing.",
        RUN,
        (
            "hbia show app.flows:signup",
            "hbia show app.flows:signup --as source",
            "hbia show signup.yaml --output signup.svg",
        ),
    ),
    CommandRow(
        "stages",
        "stages_command:stages",
        "Print which vertices run at once, stage by stage.",
        RUN,
        ("hbia stages app.flows:signup", "hbia stages signup.yaml"),
    ),
    CommandRow(
        "validate",
        "validate:validate",
        "Check that documents are valid; nothing is imported.",
        DOCUMENTS,
        ("hbia validate signup.yaml", "hbia validate flows/"),
    ),
    CommandRow(
        "graph-validate",
        "graph_validate:graph_validate",
        "Check the graph of a document or a flow: cycles, edges, groups.",
        DOCUMENTS,
        ("hbia graph-validate signup.yaml",),
    ),
    CommandRow(
        "lint",
        "lint_command:lint",
        "Find what is valid in documents but likely not meant.",
        DOCUMENTS,
        ("hbia lint flows/", "hbia lint signup.yaml --strict"),
    ),
    CommandRow(
        "export",
        "export:export",
        "Write a flow of decorated functions as a document.",
        DOCUMENTS,
        ("hbia export app.flows:signup", "hbia export app.flows:signup --output signup.yaml"),
    ),
    CommandRow(
        "import",
        "import_document:import_document",
        "Write a document as a module of decorated functions to fill in.",
        DOCUMENTS,
        ("hbia import signup.yaml", "hbia import signup.yaml --output signup.py"),
    ),
    CommandRow(
        "schema",
        "schema:schema",
        "Print the JSON Schema of documents, for editors.",
        DOCUMENTS,
        ("hbia schema --output hbia.schema.json",),
    ),
    CommandRow(
        "check",
        "check:check",
        "Have mypy or pyright judge flows as typed Python.",
        FLOWS,
        (
            "hbia check app",
            "hbia check app.flows:signup --explain",
            "hbia check app --tool pyright",
        ),
    ),
    CommandRow(
        "lock",
        "lock:lock",
        "Write down what flows are, or tell what has changed.",
        FLOWS,
        ("hbia lock app", "hbia lock --check app"),
    ),
    CommandRow(
        "verify",
        "verify:verify",
        "Let atomic groups fail at every point, and look what is left.",
        FLOWS,
        (
            "hbia verify app.flows:shop --probe app.checks:rows --set item=1",
            "hbia verify app.flows:shop --probe app.checks:rows --reset app.checks:empty",
        ),
    ),
    CommandRow(
        "explain",
        "explain:explain",
        "Print the page about a code such as HB201, or W001 of lint.",
        FLOWS,
        ("hbia explain HB201", "hbia explain"),
    ),
    CommandRow(
        "why",
        "why:why",
        "Say why vertices ran, or did not, in runs with a cache.",
        CACHE,
        ("hbia why", "hbia why rank", "hbia why 3fa9 --json"),
    ),
    CommandRow(
        "cache-info",
        "cache_info:cache_info",
        "Tell how much the cache holds.",
        CACHE,
        ("hbia cache-info", "hbia cache-info --json"),
    ),
    CommandRow(
        "cache-prune",
        "cache_prune:cache_prune",
        "Remove the entries that were not used for longest.",
        CACHE,
        ("hbia cache-prune --max-mb 500", "hbia cache-prune --older-than-days 30"),
    ),
    CommandRow(
        "cache-clear",
        "cache_clear:cache_clear",
        "Remove every entry of the cache.",
        CACHE,
        ("hbia cache-clear",),
        aliases=("clear-cache",),
    ),
    CommandRow(
        "doctor",
        "doctor:doctor",
        "Look at this installation: versions, settings, cache.",
        PROJECT,
        ("hbia doctor", "hbia doctor --json"),
    ),
    CommandRow(
        "init",
        "init:init",
        "Make a small working project.",
        PROJECT,
        ("hbia init", "hbia init orders"),
    ),
    CommandRow(
        "completion",
        "completion:completion",
        "Print or install completion for a shell.",
        PROJECT,
        ("hbia completion bash > hbia.bash", "hbia completion --install"),
    ),
)
"""In the order in which they are listed."""
