"""Output folders with several runs."""

from .building import Output, Row, excluded


def two_runs(output: Output) -> None:
    output.publish("old", [Row("f1"), Row("f5"), excluded("f4", "unknown_account")])
    output.publish("new", superseded=["old"])
    output.remove_shards("old")


def three_runs(output: Output) -> None:
    """As a job leaves them: each run names all the runs before it."""
    for number, run in enumerate(("a", "b", "c", "d")):
        output.publish(run, [Row("f1")], superseded=("a", "b", "c")[:number])
