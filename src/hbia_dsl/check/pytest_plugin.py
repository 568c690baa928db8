"""pytest plugin: `--hbia-check TARGET` adds one test for every flow.

pytest loads this module in every run, so it holds the options and nothing else.
"""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("hbia", "flows of hbia_dsl")
    group.addoption(
        "--hbia-check",
        action="append",
        default=[],
        metavar="TARGET",
        help="add one test for every flow of TARGET (app.flows, app.flows:signup, a package, a "
        "file): it fails if a type checker refuses the flow; may be given several times",
    )
    group.addoption(
        "--hbia-check-tool",
        choices=["mypy", "pyright"],
        default="mypy",
        help="the type checker that judges the flows (default: mypy)",
    )


@pytest.hookimpl(tryfirst=True)  # before others select by name or mark
def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    """Add the tests."""
    targets: list[str] = session.config.getoption("--hbia-check")
    if targets:
        from hbia_dsl.check.pytest_items import flow_items  # loaded where it is used

        items += flow_items(session, targets, session.config.getoption("--hbia-check-tool"))
