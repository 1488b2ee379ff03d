"""Units whose transcripts are there: out of a store they are fetched before a worker has them.

A worker has no network, so it is given bytes; of files in a folder it is given paths.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from clearshard.records.states import Quarantine
from clearshard.records.tasks import FileTask, Row, WorkUnit
from clearshard.run.located import InBucket, Transcripts
from clearshard.sources.fetching import Fetched, Fetcher, Reference

#: Units → the same units, in their order.
Contents = Callable[[Iterable[WorkUnit]], Iterator[WorkUnit]]


def contents_of(
    transcripts: Transcripts, max_bytes: int, check: Callable[[], object] = lambda: None
) -> AbstractContextManager[Contents]:
    """Gives units what a worker cannot get at by itself, ahead of whoever takes them.

    Args:
        transcripts: Where they are.
        max_bytes: Of one transcript.
        check: Called while waiting; what it raises ends the waiting.
    """
    if isinstance(transcripts, InBucket):
        return _Fetching(Fetcher(transcripts.store, max_bytes, check=check))
    return nullcontext(iter)


class _Fetching(AbstractContextManager[Contents]):
    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    def __enter__(self) -> Contents:
        return self._contents

    def __exit__(self, *_: object) -> None:
        self._fetcher.close()

    def _contents(self, units: Iterable[WorkUnit]) -> Iterator[WorkUnit]:
        groups = ((unit, [*map(_reference, _wanting(unit))]) for unit in units)
        for unit, found in self._fetcher.fetch(groups):
            yield _with(unit, found)


def _wanting(unit: WorkUnit) -> Iterator[FileTask]:
    return (task for task in unit.tasks if task.content is None)


def _reference(task: FileTask) -> Reference:
    assert task.uri is not None
    return Reference(task.uri, task.content_bytes)


def _with(unit: WorkUnit, found: Sequence[Fetched]) -> WorkUnit:
    """The unit with what was fetched; what is not to be had is quarantined already."""
    each = iter(found)
    tasks: list[FileTask] = []
    known: list[tuple[Row, Quarantine]] = list(unit.known)
    for task in unit.tasks:
        content = next(each) if task.content is None else task.content
        if isinstance(content, Quarantine):
            known.append((task.row, content))
        else:
            tasks.append(replace(task, content=content))
    return WorkUnit(tuple(tasks), tuple(known))
