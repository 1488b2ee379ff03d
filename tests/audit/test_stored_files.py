"""Which files a record can say that its decisions are read from."""

from pathlib import Path

import msgspec
import pytest

from clearshard.audit.stored.table import problem_of
from clearshard.records.run import DecisionsFile, RunRecord

from .building import Output


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    folder: Path = tmp_path_factory.mktemp("of") / "out"
    return Output(folder).publish("c", (), superseded=["a", "b"])


def listing(record: RunRecord, *names: str) -> RunRecord:
    files = [
        DecisionsFile(name=f"run={name}.parquet", sha256="0" * 64, row_count=1) for name in names
    ]
    return msgspec.structs.replace(record, decisions=tuple(files))


@pytest.mark.parametrize(
    "names",
    [
        (),
        ("c/decisions-00000", "c/decisions-00001", "c/accounts-00000"),
        ("a/decisions-00000", "c/accounts-00000"),
        ("a/decisions-00000", "c/withheld-00000"),
        ("a/decisions-00000", "c/changes-00000", "c/accounts-00000", "c/withheld-00000"),
        ("a/decisions-00000",),
        ("a/decisions-00000", "c/replaced-00000"),
        ("a/decisions-00000", "b/changes-00000", "b/replaced-00000", "c/changes-00000"),
        ("b/decisions-00000", "c/changes-00000", "c/changes-00001", "c/accounts-00000"),
    ],
)
def test_these_are_a_table(record: RunRecord, names: tuple[str, ...]) -> None:
    assert problem_of(listing(record, *names)) is None


@pytest.mark.parametrize(
    ("problem", "names"),
    [
        ("no proper name", ("c/../decisions-00000",)),
        ("no proper name", ("c/decisions-0",)),
        ("no proper name", ("c/tables-00000",)),
        ("no proper name", ("../decisions-00000",)),
        ("no proper name", ("c/c/decisions-00000",)),
        ("named twice", ("c/decisions-00000", "c/decisions-00000")),
        ("does not replace", ("x/decisions-00000", "c/changes-00000")),
        ("of another run", ("a/decisions-00000", "b/accounts-00000")),
        ("withheld is of another run", ("a/decisions-00000", "b/withheld-00000")),
        ("one table and changes", ("a/changes-00000",)),
        ("one table and changes", ("c/replaced-00000",)),
        ("one table and changes", ("a/decisions-00000", "c/decisions-00000")),
        ("one table and changes", ("a/decisions-00000", "a/changes-00000")),
        ("one table and changes", ("b/changes-00000", "a/decisions-00000")),
        ("older than those", ("c/decisions-00000", "b/changes-00000")),
        ("order", ("a/decisions-00001", "a/decisions-00000")),
        ("order", ("a/decisions-00000", "c/accounts-00000", "c/changes-00000")),
        ("order", ("a/decisions-00000", "c/withheld-00000", "c/accounts-00000")),
        ("order", ("a/decisions-00000", "b/replaced-00000", "b/changes-00000")),
        ("order", ("a/decisions-00000", "b/changes-00000", "c/changes-00000", "b/replaced-00000")),
    ],
)
def test_these_are_none(record: RunRecord, problem: str, names: tuple[str, ...]) -> None:
    found = problem_of(listing(record, *names))
    assert found is not None
    assert problem in found
