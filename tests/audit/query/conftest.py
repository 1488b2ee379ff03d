"""An output folder to ask about, and databases that are locked as for a query."""

from collections.abc import Iterator

import duckdb
import pytest

from ...one_database import databases_of_their_own
from ..building import NAME, Output
from .asking import locked_database, publish_two


@pytest.fixture(autouse=True, scope="module")
def _databases_of_their_own() -> Iterator[None]:
    """What is set and locked is set for a whole database."""
    with databases_of_their_own():
        yield


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Output:
    """Made once: no question changes anything, and that is looked at where it might."""
    return publish_two(Output(tmp_path_factory.mktemp("two") / NAME))


@pytest.fixture(scope="module")
def shared(two: Output) -> Iterator[duckdb.DuckDBPyConnection]:
    """Made once, for what changes nothing in a database."""
    with locked_database(two) as connection:
        yield connection


@pytest.fixture
def locked(two: Output) -> Iterator[duckdb.DuckDBPyConnection]:
    with locked_database(two) as connection:
        yield connection
