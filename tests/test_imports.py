"""What the import contract in `pyproject.toml` cannot say: who may know part of a library."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "pipeline" / "clearshard"


@cache
def _imported(path: Path) -> frozenset[str]:
    return frozenset(_names(path))


def _names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield ast.unparse(node).replace("pa.", "pyarrow.", 1)


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("pyarrow.parquet", {"vault", "sources", "audit"}),
        # What holds text, and could be encrypted, is written and opened in one place.
        ("pyarrow.ipc.new_file", {"vault"}),
        ("pyarrow.ipc.open_file", {"vault"}),
        ("pyarrow.dataset", {"audit", "vault"}),
        ("presidio_analyzer", {"redaction", "recognizers"}),
        ("presidio_anonymizer", {"redaction"}),
        ("spacy", {"redaction", "recognizers"}),
        ("duckdb", {"audit"}),
        # Besides the workers there is the process that an ad-hoc query is asked in.
        ("multiprocessing", {"engines", "audit"}),
        ("typer", {"cli"}),
        ("rich", {"cli"}),
        ("pickle", set()),
        ("openlineage", {"telemetry"}),
        ("prometheus_client", {"telemetry"}),
        ("obstore", {"storage"}),
        ("adbc_driver_manager", {"sources"}),
        ("adbc_driver_postgresql", set()),
        ("adbc_driver_sqlite", set()),
        ("sqlite3", set()),
        ("ray", {"engines"}),
        # To bound how long it waits for a pipe, which is a socket, and to knock at a cluster.
        # And to say hello to an endpoint that is examined.
        ("socket", {"engines", "transport"}),
        # How the library of lineage sends its events.
        ("requests", {"telemetry"}),
        # To ask whether what was deleted is gone, and to have keys wrapped.
        ("httpx", {"lifecycle", "vault"}),
        # One place makes contexts; who speaks has them, and sees how it went wrong.
        ("ssl", {"transport", "lifecycle", "telemetry", "vault"}),
        ("http", set()),
        # `urllib.parse` reads what is written with percent signs; nothing is requested.
        ("urllib", {"redaction", "sources", "storage", "transport", "vault"}),
        ("urllib.request", set()),
    ],
)
def test_only_the_named_packages_know_a_library(library: str, allowed: set[str]) -> None:
    users = {
        path.relative_to(PACKAGE).parts[0]
        for path in PACKAGE.rglob("*.py")
        if any(name == library or name.startswith(f"{library}.") for name in _imported(path))
    }
    assert users <= allowed


def test_few_modules_know_the_library_of_object_stores() -> None:
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(name.split(".")[0] == "obstore" for name in _imported(path))
    }
    # What makes its clients, what asks them, and what knows its errors.
    assert users == {"storage/clients.py", "storage/objects.py", "storage/answers.py"}


def test_one_module_knows_the_library_of_clusters() -> None:
    """It would hand on anything as a pickle."""
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(name.split(".")[0] == "ray" for name in _imported(path))
    }
    assert users == {"engines/cluster/actors.py"}


def test_one_module_makes_contexts_of_tls() -> None:
    """Every other one could offer what the policy does not name."""
    makers = {"ssl.SSLContext", "ssl.create_default_context", "ssl.wrap_socket"}
    users = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "ssl" in path.read_text("utf-8")
        and any(
            isinstance(node, ast.Call) and ast.unparse(node.func) in makers
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
        )
    ]
    assert users == ["transport/contexts.py"]
