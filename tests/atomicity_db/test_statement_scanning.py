"""The scanner sees an ending statement through any disguise, and sees none where there is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hbia_dsl.atomicity.statement_scanning import ending_statement

ENDING = st.sampled_from(
    ["COMMIT", "rollback", "End", "ABORT", "begin", "START TRANSACTION", "prepare transaction 'x'"]
)
SPACE = st.sampled_from([" ", "\n", "\t", " -- a; remark'\n", "/* ; */", "/* a 'b */ "])
POSTGRES_SPACE = SPACE | st.sampled_from(["/* /* ; */ ' */", "-- $$\n"])
HARMLESS = st.sampled_from(
    [
        "SELECT 1",
        "SELECT 'commit; rollback'",
        "SELECT 'it''s; commit'",
        'SELECT "end"; ',
        "INSERT INTO commit VALUES (1)",
        "UPDATE t SET begin = 'a' WHERE rollback = \"abort\"",
        "SAVEPOINT mine",
        "RELEASE SAVEPOINT mine",
        "ROLLBACK TO SAVEPOINT mine",
        "ROLLBACK TO mine",
        "ROLLBACK WORK TO SAVEPOINT mine",
        "SELECT CASE WHEN 1=1 THEN 2 END",
    ]
)
POSTGRES_HARMLESS = HARMLESS | st.sampled_from(
    [
        "SELECT $$; commit; $$",
        "SELECT $body$ $$ ; rollback $body$",
        r"SELECT E'a\'; commit; '",
        "SELECT ARRAY['a]', 'b'] -- ; commit",
        "DO $$ BEGIN PERFORM 1; END $$",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END",
        "CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 1 END; SELECT 2; END",
        "SELECT 1 /* ; /* commit */ ; commit */",
        "PREPARE q AS SELECT 1",
    ]
)


@given(st.lists(SPACE), ENDING)
def test_an_ending_statement_is_seen_behind_any_space(space: list[str], ending: str) -> None:
    assert ending_statement("".join(space) + ending, postgres=False)


@given(st.lists(POSTGRES_HARMLESS), st.lists(POSTGRES_SPACE), ENDING, st.lists(POSTGRES_HARMLESS))
def test_in_postgres_it_is_seen_among_any_others(
    before: list[str], space: list[str], ending: str, after: list[str]
) -> None:
    parts = [*(f"{each}\n" for each in before), "".join(space) + ending + "\n", *after]

    assert ending_statement(";".join(parts), postgres=True)


@given(st.lists(POSTGRES_HARMLESS), st.lists(POSTGRES_SPACE))
def test_in_postgres_harmless_statements_are_not_refused(
    statements: list[str], space: list[str]
) -> None:
    between = "\n;" + "".join(space)

    assert ending_statement(between.join(statements), postgres=True) is None


@given(HARMLESS, st.lists(SPACE))
def test_elsewhere_a_harmless_statement_is_not_refused(statement: str, space: list[str]) -> None:
    assert ending_statement("".join(space) + statement, postgres=False) is None


@given(st.text())
def test_no_text_is_too_odd_to_be_looked_at(text: str) -> None:
    for postgres in (False, True):
        ending_statement(text, postgres=postgres)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = 1; END",
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; COMMIT; END",
    ],
)
def test_the_body_of_a_trigger_of_sqlite_is_not_looked_at(statement: str) -> None:
    assert ending_statement(statement, postgres=False) is None


@pytest.mark.parametrize(
    "statement",
    [
        "SAVEPOINT hbia_group",
        "RELEASE hbia_group",
        "RELEASE SAVEPOINT HBIA_group",
        'ROLLBACK TO "hbia_group"',
        "ROLLBACK TRANSACTION TO SAVEPOINT hbia_first",
    ],
)
def test_savepoints_of_the_group_are_not_for_members(statement: str) -> None:
    for postgres in (False, True):
        assert ending_statement(statement, postgres=postgres)


def test_a_long_text_is_looked_at_in_a_moment() -> None:
    text = "SELECT '" + "a" * 200_000 + "'; " + "SELECT 1; " * 20_000 + "/* " * 50_000

    assert ending_statement(text, postgres=True) is None
