"""Databases without the time that it takes to start one: each is a part of one that runs already.

To start one takes as long as most questions of a test, and every run asks some. A part has a
catalogue of its own, and nothing that is read from files is kept from one to the next. Tests of
what is set for a whole database ask for one of its own.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import duckdb
import pytest

from clearshard.audit import database

_NEW = "clearshard.audit.database._new_database"
_own = database._new_database
_numbers = count()


#: As `clearshard.audit.database` has it, but that nothing which was read from a file is kept, and
#: that it has one thread: no table of a test is large enough for two, which only wake each other.
_SETTINGS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "enable_external_file_cache": "false",
    "memory_limit": "1GiB",
    "python_enable_replacements": "false",
    "threads": "1",
}


@contextmanager
def parts_of_one() -> Iterator[None]:
    with (
        tempfile.TemporaryDirectory(prefix="clearshard-tests-") as spill,
        duckdb.connect(":memory:", config={**_SETTINGS, "temp_directory": spill}) as running,
        pytest.MonkeyPatch.context() as patch,
    ):

        @contextmanager
        def part(_: str) -> Iterator[duckdb.DuckDBPyConnection]:
            name = f"part_{next(_numbers)}"
            connection = running.cursor()
            connection.execute(f"ATTACH ':memory:' AS {name}")
            connection.execute(f"USE {name}")
            try:
                yield connection
            finally:
                connection.close()
                running.execute(f"DETACH {name}")

        patch.setattr(_NEW, part)
        yield


@contextmanager
def databases_of_their_own() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_NEW, _own)
        yield
