"""Two runs that commit at once: their world, and a walk through all that can come of it."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property, lru_cache
from typing import Any

from clearshard import layout
from clearshard.audit.events import EventName
from clearshard.audit.ledger.appending import Said
from clearshard.audit.ledger.content import events_of, with_event
from clearshard.errors import StoreUnavailable
from clearshard.records.run import Counts, DecisionsFile, RunRecord, ShardFile, SourceSnapshot
from clearshard.run.output.announced import told_by
from clearshard.run.output.commit import Commit, NewFile
from clearshard.run.output.folder import encode_record
from clearshard.run.output.settling import settling
from clearshard.run.output.steps import (
    Append,
    Delete,
    Held,
    Look,
    Names,
    Operation,
    Put,
    Read,
    Replace,
    Seen,
    Steps,
)
from clearshard.storage.store import VersionTag

from ..audit.signers import SIGNER

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
#: A whole store, by key; never changed in place.
Objects = frozenset[tuple[str, bytes]]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def shard(text: str) -> tuple[ShardFile, bytes]:
    content = f"rows of {text}".encode()
    made = ShardFile(
        name=layout.shard_name("2026-11", sha256(content)),
        sha256=sha256(content),
        row_count=1,
        size_bytes=len(content),
        prefix="",
        weight_bytes=1,
        word_count=1,
        redactions={},
        policy_digest="p" * 64,
    )
    return made, content


@dataclass(frozen=True)
class Run:
    """A run that is finished, and which may become visible.

    Attributes:
        texts: Of its shards.
        superseded: What was visible when it began.
        reads: A run whose decisions it goes on reading.
    """

    run_id: str
    texts: tuple[str, ...]
    superseded: tuple[str, ...]
    reads: "Run | None" = None

    @property
    def decisions(self) -> tuple[str, bytes]:
        name = layout.decisions_name(0)
        return f"{layout.decisions(self.run_id)}/{name}", f"decisions of {self.run_id}".encode()

    @cached_property
    def all_decisions(self) -> dict[str, bytes]:
        """Its own, and those that it goes on reading."""
        return dict([*([self.reads.decisions] if self.reads else []), self.decisions])

    @cached_property
    def record(self) -> bytes:
        snapshot = SourceSnapshot(sha256="0" * 64, row_count=1)
        return encode_record(
            RunRecord(
                run_id=self.run_id,
                clearshard_version="0",
                as_of="2026-03-01T12:00:00Z",
                started_at="2026-03-01T12:00:00Z",
                finished_at="2026-03-01T12:00:01Z",
                policy_digest="p" * 64,
                policy_toml="",
                redactor_digest="r" * 64,
                manifest=snapshot,
                registry=snapshot,
                registry_at_publish=snapshot,
                taken_out=0,
                counts=Counts(seen=1, written=1, excluded=0, quarantined=0),
                reasons={},
                alerts={},
                redactions={},
                word_count=0,
                decisions=tuple(
                    DecisionsFile(
                        name=key.removeprefix(f"{layout.DECISIONS}/"),
                        sha256=sha256(content),
                        row_count=1,
                    )
                    for key, content in self.all_decisions.items()
                ),
                shards=tuple(shard(text)[0] for text in self.texts),
                key_id="k",
                superseded=self.superseded,
            )
        )

    @property
    def card(self) -> bytes:
        return f"card of {self.run_id}".encode()

    @property
    def announced(self) -> Said:
        digests = {"record_sha256": sha256(self.record), "card_sha256": sha256(self.card)}
        return Said(EventName.RUN_FINISHED, self.run_id, NOW, dict(digests))

    @property
    def failed(self) -> Said:
        return Said(EventName.RUN_FAILED, self.run_id, NOW, {"error": "interrupted"})

    @cached_property
    def files(self) -> dict[str, bytes]:
        """What is visible of it, but for ledger and card."""
        shards = (shard(text) for text in self.texts)
        return {
            **{layout.shard(made.name): content for made, content in shards},
            **self.all_decisions,
            layout.record(self.run_id): self.record,
        }

    def commit(self, began: int, carried: tuple[str, ...] = ()) -> Commit:
        shards = [shard(text) for text in self.texts if text not in carried]
        files = [(layout.shard(made.name), content) for made, content in shards]
        return Commit(
            self.run_id,
            self.record,
            self.card,
            tuple(NewFile(k, sha256(c), c) for k, c in [*files, self.decisions]),
            began,
            self.announced,
        )


def told(*said: Said) -> bytes:
    """A ledger."""
    content = b""
    for one in said:
        content = with_event(content, SIGNER, one)
    return content


def tag(content: bytes) -> VersionTag:
    """The weakest that a store may give: content that comes back has its old one."""
    return VersionTag(sha256(content)[:16])


def apply(objects: Objects, operation: Operation) -> tuple[Any, Objects]:
    """What an operation comes to, and the store afterwards."""
    there = dict(objects)
    match operation:
        case Read(key):
            return (Held(there[key], tag(there[key])) if key in there else None), objects
        case Names(folder):
            return tuple(sorted(k for k in there if k.startswith(f"{folder}/"))), objects
        case Put(key, source):
            assert isinstance(source, bytes)
            if key in there:
                return False, objects
            return True, objects | {(key, source)}
        case Replace(key, source, version):
            assert isinstance(source, bytes)
            if key not in there or tag(there[key]) != version:
                return False, objects
            return True, objects - {(key, there[key])} | {(key, source)}
        case Delete(key):
            return None, objects - {(key, there.get(key, b""))}
        case Look():
            held, _ = apply(objects, Read(layout.LEDGER))
            return Seen(() if held is None else events_of(held.data), held), objects
        case Append(seen, said):
            held = seen.mark
            if isinstance(held, Held):
                content = with_event(held.data, SIGNER, said)
                return apply(objects, Replace(layout.LEDGER, content, held.tag))
            return apply(objects, Put(layout.LEDGER, with_event(b"", SIGNER, said)))


@dataclass(frozen=True)
class Ended:
    """What an actor has come to."""

    result: object


@dataclass
class Actor:
    """Somebody who carries out steps, and can be brought back to any point of them.

    A point is the sequence of what all operations so far have come to: the steps are made of
    nothing else.

    Attributes:
        steps: Begins them.
        faults: How often the store does not answer as it should.
    """

    steps: Callable[[], Steps[Any]]
    faults: int = 0
    _points: list[tuple[int, Any]] = field(default_factory=lambda: [(-1, None)])
    _known: dict[tuple[int, Any], int] = field(default_factory=dict)
    _next: dict[int, Operation | Ended] = field(default_factory=dict)

    def after(self, point: int, answer: Any) -> int:
        """The point after an operation that has come to something."""
        if isinstance(answer, StoreUnavailable):
            mark: Any = "unavailable"
        elif isinstance(answer, Seen):
            mark = answer.mark
        else:
            mark = answer
        if (point, mark) not in self._known:
            self._known[point, mark] = len(self._points)
            self._points.append((point, answer))
        return self._known[point, mark]

    def at(self, point: int) -> Operation | Ended:
        """What is to be done at a point."""
        if point not in self._next:
            answers = []
            before = point
            while before:  # 0 is the beginning
                before, answer = self._points[before]
                answers.append(answer)
            self._next[point] = self._replayed(answers[::-1])
        return self._next[point]

    def _replayed(self, answers: list[Any]) -> Operation | Ended:
        steps = self.steps()
        try:
            operation = next(steps)
            for answer in answers:
                if isinstance(answer, StoreUnavailable):
                    operation = steps.throw(answer)
                else:
                    operation = steps.send(answer)
        except StopIteration as ended:
            return Ended(ended.value)
        except StoreUnavailable:
            return Ended(StoreUnavailable)
        return operation


@dataclass(frozen=True)
class State:
    """What can be seen at one moment.

    Attributes:
        objects: The store.
        steps: What each actor is about to do, or has come to.
    """

    objects: Objects
    steps: tuple[Operation | Ended, ...]

    @property
    def results(self) -> list[object]:
        """What each has come to; None for who is not at the end."""
        return [step.result if isinstance(step, Ended) else None for step in self.steps]

    @property
    def over(self) -> bool:
        """Whether nobody has anything left to do."""
        return all(isinstance(step, Ended) for step in self.steps)


def outcomes(objects: Objects, operation: Operation, faults: int) -> Iterator[tuple[Any, Any, int]]:
    """All that can come of an operation: the answer, the store, and the faults that are left."""
    answer, after = apply(objects, operation)
    yield answer, after, faults
    if not faults:
        return
    if isinstance(operation, Append):
        # The answer is lost, of what was done and of what was not.
        yield StoreUnavailable("lost"), after, faults - 1
        yield StoreUnavailable("lost"), objects, faults - 1
    if isinstance(operation, Append | Put | Replace) and answer is True:
        # It was sent again, and met what it had done itself.
        yield False, after, faults - 1


def walk(
    start: Objects,
    actors: list[Actor],
    look: Callable[[Objects], None],
    check: Callable[[State], None],
) -> tuple[int, set[Objects]]:
    """Goes through every state that can be reached; says how many, and returns all stores.

    Args:
        start: The store at first.
        actors: Who does something to it, each an operation at a time, in any order.
        look: Looks at each store, as a reader does.
        check: Looks at each state.
    """
    look(start)
    numbers: dict[Objects, int] = {start: 0}
    stores = [start]

    @cache
    def after(store: int, actor: int, point: int, faults: int) -> list[tuple[int, int, int]]:
        """The stores, points and faults left that an operation can lead to."""
        operation = actors[actor].at(point)
        if isinstance(operation, Ended):
            return []
        found = []
        for answer, objects, left in outcomes(stores[store], operation, faults):
            if objects not in numbers:
                look(objects)
                numbers[objects] = len(stores)
                stores.append(objects)
            found.append((numbers[objects], actors[actor].after(point, answer), left))
        return found

    first = (0, tuple((0, actor.faults) for actor in actors))
    known, waiting = {first}, [first]
    while waiting:
        store, points = waiting.pop()
        steps = tuple(actor.at(point) for actor, (point, _) in zip(actors, points, strict=True))
        check(State(stores[store], steps))
        for number, (point, faults) in enumerate(points):
            for there, then, left in after(store, number, point, faults):
                state = (there, (*points[:number], (then, left), *points[number + 1 :]))
                if state not in known:
                    known.add(state)
                    waiting.append(state)
    return len(known), set(stores)


def staged_runs(objects: Objects) -> list[str]:
    """The runs that have something in their staging folder."""
    keys = (key.split("/") for key, _ in objects if key.startswith(f"{layout.STAGING}/"))
    return sorted({parts[1] for parts in keys})


def settled(objects: Objects) -> Steps[None]:
    """What the next run does first, whoever is dead."""
    for run_id in staged_runs(objects):
        yield from settling(run_id, Said(EventName.RUN_FAILED, run_id, NOW, {"error": "killed"}))


def recovered(objects: Objects, check: Callable[[Objects], None]) -> tuple[Objects, list[Objects]]:
    """The store when the next run has settled all, and each store on the way there."""
    on_the_way = []
    steps = settled(objects)
    answer: Any = None
    try:
        while True:
            operation = steps.send(answer)
            answer, objects = apply(objects, operation)
            check(objects)
            on_the_way.append(objects)
    except StopIteration:
        return objects, on_the_way


@lru_cache(maxsize=10_000)
def announced(objects: Objects) -> list[str]:
    ledger = dict(objects).get(layout.LEDGER, b"")
    return list(told_by(events_of(ledger)).announced)
