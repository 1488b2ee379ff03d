"""Facts of accounts are there however a query asks for them, and read for no other."""

import pytest

from clearshard.audit.database import connected
from clearshard.audit.query_tree import may_read_accounts

from ..building import Output
from .asking import ask_here


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM decisions",
        "SELECT facts.product, count(*) AS files FROM decisions WHERE state = 'excluded' "
        "AND facts.region = 'eu' GROUP BY ALL ORDER BY files DESC LIMIT 3",
        "SELECT d.facts.product, d.file_id FROM decisions AS d WHERE len(d.reasons) > 1",
        "SELECT reason, count(*) FROM reasons GROUP BY reason",
    ],
)
def test_who_asks_for_no_fact_of_an_account_does_not_wait_for_them(two: Output, sql: str) -> None:
    with connected() as parser:
        assert not may_read_accounts(parser, sql)
    assert ask_here(two, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT facts.opted_out FROM decisions",
        "SELECT facts FROM decisions",
        "SELECT * FROM decisions",
        "FROM decisions",
        "SELECT decisions.* FROM decisions",
        "SELECT COLUMNS('f.*') FROM decisions",
        "SELECT #6 FROM decisions",
        "SELECT d FROM decisions AS d",
        "SELECT decisions FROM decisions",
        "SELECT Facts['opted_out'] FROM decisions",
        "SELECT struct_extract(facts, 'opted_out') FROM decisions",
        "SELECT unnest(facts) FROM decisions",
        "SELECT f FROM decisions AS d(a, b, c, e, g, f)",
        "SELECT file_id FROM (FROM decisions)",
        "SELECT (SELECT any_value(facts) FROM decisions)",
        "SELECT file_id FROM decisions NATURAL JOIN reasons",
        "SELECT file_id FROM decisions AS a JOIN decisions AS b USING (facts)",
        "WITH c AS (SELECT facts AS x FROM decisions) SELECT x.opted_out FROM c",
        "SELECT file_id FROM decisions UNION ALL SELECT file_id FROM decisions",
        "PIVOT decisions ON state USING count(*)",
        "no SQL",
    ],
)
def test_who_may_ask_for_one_gets_them(sql: str) -> None:
    with connected() as parser:
        assert may_read_accounts(parser, sql)


def test_a_fact_of_an_account_is_there_however_it_is_asked_for(two: Output) -> None:
    [[named]] = [
        list(row.values())
        for row in ask_here(two, "SELECT bool_or(facts.opted_out) AS o FROM decisions")
    ]
    [[whole]] = [
        list(row.values())
        for row in ask_here(
            two, "SELECT bool_or(d.facts.opted_out) AS o FROM (FROM decisions) AS d"
        )
    ]
    assert named is whole is True
