"""What every source of a registry does, of PostgreSQL."""

from collections.abc import Sequence

import pytest

from ...sources import test_registry_source as suite
from ...sources.databases.making import COLUMNS
from ...sources.registries import Kept, Row
from .making import put, registry
from .postgres import Server

pytestmark = pytest.mark.servers


class InPostgres:
    """A table that is made anew each time."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.source = registry(server.address())

    def put(self, rows: Sequence[Row]) -> None:
        put(self._server, rows, [*(rows[0] if rows else COLUMNS)])

    def remove(self) -> None:
        self._server.do("DROP TABLE accounts")


@pytest.fixture
def kept(server: Server) -> Kept:
    return InPostgres(server)


test_all_that_it_says = suite.test_all_that_it_says_in_one_table
test_what_cannot_be_read = suite.test_what_cannot_be_read_is_not_known_and_marked
test_rows_of_one_account = suite.test_rows_of_one_account_are_all_there
test_facts_of_a_policys_own = suite.test_facts_of_a_policys_own
test_a_change_is_told = suite.test_a_change_is_told_and_so_is_that_it_was_taken_back
test_one_that_is_gone = suite.test_one_that_is_gone_is_no_registry_without_accounts
test_what_is_refused = suite.test_one_that_could_hold_anybodys_opt_out_is_refused
test_errors_name_no_value = suite.test_errors_name_it_and_no_value
test_the_gate_asks_nothing_else = suite.test_the_gate_asks_nothing_else_of_it
