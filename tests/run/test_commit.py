"""Of two runs that commit at once one wins, whatever happens when: all orders, all crashes."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from clearshard import layout
from clearshard.audit.events import EventName
from clearshard.audit.ledger.appending import Said
from clearshard.audit.ledger.content import events_of
from clearshard.errors import IntegrityError, StoreUnavailable
from clearshard.run.output.announced import told_by
from clearshard.run.output.commit import (
    Verdict,
    committing,
    forgetting,
    preparing,
    removing,
    showing,
    tidying,
)
from clearshard.run.output.settling import settling
from clearshard.run.output.steps import (
    Append,
    Delete,
    Look,
    Names,
    Operation,
    Read,
    Replace,
    Steps,
    carry_out,
)
from clearshard.storage.store import Store

from ..audit.signers import SIGNER
from ..storage.making import STORES
from .committing import (
    NOW,
    Actor,
    Objects,
    Run,
    State,
    announced,
    apply,
    recovered,
    shard,
    tag,
    told,
    walk,
)
from .on_store import OnStore

BEFORE = Run("20261101T000000Z-00000000", ("stays", "goes"), ())
#: Both keep a shard, leave one out, make the same one, and one of their own.
ONE = Run("20261102T000000Z-11111111", ("stays", "same", "of one"), (BEFORE.run_id,), BEFORE)
OTHER = Run(
    "20261102T000000Z-22222222", ("stays", "same", "of the other"), (BEFORE.run_id,), BEFORE
)
#: The same where nothing was visible before.
FIRST = Run("20261102T000000Z-11111111", ("same", "of one"), ())
SECOND = Run("20261102T000000Z-22222222", ("same", "of the other"), ())
CARRIED = ("stays", "goes")


def published(*runs: Run) -> Objects:
    """A store with runs that became visible one after the other."""
    objects: dict[str, bytes] = {}
    for run in runs:
        objects |= run.files
    if runs:
        objects[layout.CARD] = runs[-1].card
        objects[layout.LEDGER] = told(*(run.announced for run in runs))
    return frozenset(objects.items())


def actor(run: Run, began: int, *, faults: int = 0) -> Actor:
    commit = run.commit(began, CARRIED)
    return Actor(lambda: committing(commit, run.failed), faults)


def whole(runs: Sequence[Run], objects: Objects) -> None:
    """What a reader sees is one run, whole, by record and by card."""
    there = dict(objects)
    events = events_of(there.get(layout.LEDGER, b""))
    known = told_by(events)
    finished = [event.run_id for event in events if event.event == EventName.RUN_FINISHED]
    assert len(finished) == len(set(finished)), "announced twice"
    by_id = {run.run_id: run for run in runs}
    visible = [run for run in known.announced if layout.record(run) in there]
    records = {key for key in there if key.startswith(f"{layout.RUNS}/")}
    assert records == {layout.record(run) for run in visible}, "visible, and not announced"
    for run_id in visible[-1:]:
        files = by_id[run_id].files
        assert files.items() <= there.items(), "the newest record lists what is not there"
    card = there.get(layout.CARD)
    assert (card is not None) or not visible or visible == list(known.announced)[-1:]
    if card is not None:
        [shown] = [run for run in runs if run.card == card]
        assert shown.files.items() <= there.items(), "the card lists what is not there"
        assert shown.run_id in visible
        assert shown.run_id in visible[-2:], "the card is older than the run before"


def nothing_but(objects: Objects, base: Sequence[Run], winner: Run | None) -> None:
    """All that is there is of the runs that were visible, and of the one that has won."""
    runs = [*base, *([winner] if winner else [])]
    expected: dict[str, bytes] = {}
    for run in runs:
        expected |= run.files
    if runs:
        expected[layout.CARD] = runs[-1].card
    there = dict(objects)
    there.pop(layout.LEDGER, None)
    assert there == expected


def race(base: Sequence[Run], runs: Sequence[Run], actors: list[Actor]) -> set[Objects]:
    """Walks through all that can come of some runs; what must always hold does."""
    by_id = {run.run_id: run for run in runs}
    ends: set[tuple[Any, ...]] = set()

    def check(state: State) -> None:
        won = [run for run in announced(state.objects) if run in by_id]
        assert len(won) <= 1, "two were announced"
        for run, result in zip(runs, state.results, strict=False):
            if result is Verdict.WON:
                assert won == [run.run_id]
            elif result is not None:
                assert result is Verdict.BEATEN
                assert won, "beaten by nobody"
                assert won != [run.run_id], "won, and was told otherwise"
        if state.over:
            assert sorted(map(str, state.results[:2])) == ["Verdict.BEATEN", "Verdict.WON"]
            nothing_but(state.objects, base, by_id[won[0]])
            ends.add(tuple(state.results))

    look = partial(whole, (*base, *runs))
    _, stores = walk(published(*base), actors, look, check)
    assert len(ends) == 2, "each of them can win"
    return stores


def settles(stores: set[Objects], base: Sequence[Run], runs: Sequence[Run]) -> None:
    """Whoever is killed when, and whoever settles it and is killed: one has won, or none."""
    by_id = {run.run_id: run for run in runs}
    waiting, known = list(stores), set(stores)
    while waiting:
        objects = waiting.pop()
        before = [run for run in announced(objects) if run in by_id]
        end, on_the_way = recovered(objects, partial(whole, (*base, *runs)))
        assert [run for run in announced(end) if run in by_id] == before
        nothing_but(end, base, by_id[before[0]] if before else None)
        for one in on_the_way:
            if one not in known:
                known.add(one)
                waiting.append(one)


LATER, FROM_THE_FIRST = ((BEFORE,), (ONE, OTHER)), ((), (FIRST, SECOND))
BOTH = pytest.mark.parametrize(("base", "runs"), [LATER, FROM_THE_FIRST], ids=["later", "first"])


@BOTH
def test_of_two_committers_one_wins_and_readers_see_one_run(
    base: tuple[Run, ...], runs: tuple[Run, Run]
) -> None:
    began = len(base) - 1
    stores = race(base, runs, [actor(run, began) for run in runs])
    settles(stores, base, runs)


@pytest.mark.parametrize(
    ("base", "runs"),
    [LATER, pytest.param(*FROM_THE_FIRST, marks=pytest.mark.soak)],
    ids=["later", "first"],
)
def test_a_write_whose_answer_is_lost_is_known_again(
    base: tuple[Run, ...], runs: tuple[Run, Run]
) -> None:
    one, other = runs
    began = len(base) - 1
    stores = race(base, runs, [actor(one, began, faults=1), actor(other, began)])
    settles(stores, base, runs)


@pytest.mark.soak
@BOTH
def test_answers_are_lost_on_both_sides(base: tuple[Run, ...], runs: tuple[Run, Run]) -> None:
    began = len(base) - 1
    stores = race(base, runs, [actor(run, began, faults=1) for run in runs])
    settles(stores, base, runs)


def telling(said: Said) -> Steps[None]:
    while True:
        seen = yield Look()
        if (yield Append(seen, said)):
            return


@pytest.mark.soak
def test_an_event_of_somebody_else_beats_nobody() -> None:
    started = Said(EventName.RUN_STARTED, "20261103T000000Z-33333333", NOW, {})
    actors = [actor(ONE, 0), actor(OTHER, 0), Actor(lambda: telling(started))]
    settles(race((BEFORE,), (ONE, OTHER), actors), (BEFORE,), (ONE, OTHER))


def settling_all() -> Steps[None]:
    """What a run does first that takes everybody for dead."""
    names = yield Names(layout.STAGING)
    for run_id in sorted({name.split("/")[1] for name in names}):
        yield from settling(run_id, Said(EventName.RUN_FAILED, run_id, NOW, {"error": "killed"}))


@BOTH
def test_a_living_run_that_is_taken_for_dead_wins_whole_or_leaves_nothing(
    base: tuple[Run, ...], runs: tuple[Run, Run]
) -> None:
    run, _ = runs
    results: set[object] = set()

    def check(state: State) -> None:
        if state.over:
            won = run.run_id in announced(state.objects)
            assert state.results[0] is (Verdict.WON if won else Verdict.WITHDRAWN)
            nothing_but(state.objects, base, run if won else None)
            results.add(state.results[0])

    actors = [actor(run, len(base) - 1, faults=1), Actor(settling_all)]
    walk(published(*base), actors, partial(whole, (*base, run)), check)
    assert results == {Verdict.WON, Verdict.WITHDRAWN}


def test_a_slow_winner_takes_nothing_from_a_later_one() -> None:
    """It is announced, and goes on when somebody has brought it to its end and been published."""
    later = Run("20261103T000000Z-33333333", ("stays", "newer"), (BEFORE.run_id, ONE.run_id))
    staging = layout.staging(ONE.run_id)
    staged = {
        f"{staging}/{layout.STAGED_RECORD}": ONE.record,
        f"{staging}/{layout.STAGED_CARD}": ONE.card,
        layout.CARD: BEFORE.card,
    }
    start = dict(published(BEFORE, ONE)) | staged
    del start[layout.record(ONE.run_id)]
    cards = set()

    def slow() -> Steps[None]:
        yield from showing(ONE.run_id, ONE.record, ONE.card)
        yield from tidying(ONE.run_id)

    def next_run() -> Steps[Verdict]:
        yield from settling_all()
        return (yield from committing(later.commit(1, ("stays",)), later.failed))

    def check(state: State) -> None:
        if state.over:
            assert state.results[1] is Verdict.WON
            nothing_but(state.objects, (BEFORE, ONE), later)
        cards.add(dict(state.objects)[layout.CARD])

    look = partial(whole, (BEFORE, ONE, later))
    walk(frozenset(start.items()), [Actor(slow), Actor(next_run)], look, check)
    assert cards == {BEFORE.card, ONE.card, later.card}


#: What has beaten ONE, and the run after it, which makes a shard that ONE has made as well.
WINNER = Run("20261102T000000Z-99999999", ("stays", "of the winner"), (BEFORE.run_id,))
LATE = Run(
    "20261103T000000Z-33333333", ("stays", "same", "of late"), (BEFORE.run_id, WINNER.run_id)
)


def beside(
    base: Sequence[Run], late: Run, began: int, other: Callable[[], Steps[Any]], left: Sequence[Run]
) -> set[object]:
    """Walks through all that can come of a run beside somebody who removes shards.

    Args:
        base: What is visible.
        late: The run.
        began: The newest event when it began.
        other: Who removes.
        left: What is there in the end without the run.
    """
    results: set[object] = set()
    commit = late.commit(began, ("stays",))

    def check(state: State) -> None:
        if state.over:
            result = state.results[0]
            results.add(result)
            won = late.run_id in announced(state.objects)
            assert won == (result is Verdict.WON)
            there = dict(state.objects)
            assert not any(key.startswith(layout.STAGING) for key in there)
            listed = {key for run in (*left, *([late] if won else [])) for key in run.files}
            assert {key for key in there if key not in (layout.LEDGER, layout.CARD)} == listed

    actors = [Actor(lambda: committing(commit, late.failed)), Actor(other)]
    look = partial(whole, (*base, late, ONE))
    _, stores = walk(published(*base), actors, look, check)
    settles(stores, base, (ONE, late))
    return results


def test_a_run_that_has_lost_removes_no_shard_of_a_later_one() -> None:
    base = (BEFORE, WINNER)
    lost = ONE.commit(0, CARRIED)
    found = beside(base, LATE, 1, lambda: committing(lost, ONE.failed), base)
    assert found == {Verdict.WON, Verdict.IN_THE_WAY}


def failing(run: Run, began: int) -> Steps[None]:
    """A run of which something fails when it has put everything."""
    commit = run.commit(began, CARRIED)
    yield from preparing(commit)
    yield from forgetting(run.run_id, run.failed, run.record)


def test_a_run_that_fails_removes_no_shard_of_one_beside_it() -> None:
    found = beside((BEFORE,), OTHER, 0, lambda: failing(ONE, 0), (BEFORE,))
    assert found == {Verdict.WON, Verdict.IN_THE_WAY}


def removes_replaced(run: Run, *texts: str) -> Steps[None]:
    """The end of a run that is announced: it removes what it does not list any more."""
    names = [shard(text)[0].name for text in texts]
    said = Said(EventName.SHARDS_REMOVED, run.run_id, NOW, {"shards": names, "why": "row_gone"})
    yield from removing(run.run_id, [said], names)
    yield from tidying(run.run_id)


def test_a_removal_of_replaced_shards_takes_none_that_comes_back() -> None:
    """The newest run lists one no more, it is being removed, and the next one makes it again."""
    back = Run("20261103T000000Z-33333333", ("stays", "goes"), (BEFORE.run_id, WINNER.run_id))
    staged = {f"{layout.staging(WINNER.run_id)}/{layout.STAGED_RECORD}": WINNER.record}
    results: set[object] = set()
    commit = back.commit(1, ("stays",))

    def look(objects: Objects) -> None:
        there = dict(objects)
        for run in (WINNER, *([back] if layout.record(back.run_id) in there else [])):
            assert run.files.items() <= there.items()

    def check(state: State) -> None:
        if state.over:
            won = back.run_id in announced(state.objects)
            results.add(state.results[0])
            assert won == (state.results[0] is Verdict.WON)
            gone = layout.shard(shard("goes")[0].name)
            assert won == (gone in dict(state.objects)) or not told_going(state.objects)

    start = published(BEFORE, WINNER) | frozenset(staged.items())
    actors = [
        Actor(lambda: committing(commit, back.failed)),
        Actor(lambda: removes_replaced(WINNER, "goes")),
    ]
    walk(start, actors, look, check)
    assert results == {Verdict.WON, Verdict.IN_THE_WAY}


def told_going(objects: Objects) -> bool:
    events = events_of(dict(objects)[layout.LEDGER])
    return any(event.event == EventName.SHARDS_REMOVED for event in events)


def snapshot(store: Store) -> Objects:
    """All that is there but the copy of the ledger's newest line, which is that."""
    there = {listed.key: store.read(listed.key, 1 << 20).data for listed in store.list_below()}
    copy = there.pop(layout.LEDGER_COPY, None)
    assert copy is None or there[layout.LEDGER].splitlines(keepends=True)[-1] == copy
    return frozenset(there.items())


def filled(store: Store, objects: Objects) -> Store:
    for key, content in objects:
        store.put_if_absent(key, content)
    return store


class Going:
    """Steps that are carried out one at a time, on a store and on what it is compared with."""

    def __init__(self, steps: Steps[Any], store: Store) -> None:
        self._steps = steps
        self._store = OnStore(store, SIGNER)
        self._operation: Any = next(steps)
        self.result: object = None
        self.over = False

    def on(self, objects: Objects) -> Objects:
        """Carries out the next operation, if there is one; returns the store afterwards."""
        if self.over:
            return objects
        _, objects = apply(objects, self._operation_there(objects))
        answer = self._store(self._operation)
        try:
            self._operation = self._steps.send(answer)
        except StopIteration as ended:
            self.result, self.over = ended.value, True
        return objects

    def _operation_there(self, objects: Objects) -> Any:
        """The operation with the marks of versions that the other one has."""
        there = dict(objects)
        match self._operation:
            case Append(_, said):
                return Append(apply(objects, Look())[0], said) if self._is_unchanged() else Look()
            case Replace(key, source):
                current = self._is_unchanged()
                return Replace(key, source, tag(there[key])) if current else Look()
            case operation:
                return operation

    def _is_unchanged(self) -> bool:
        """Whether the version that an operation names is still there."""
        match self._operation:
            case Append(seen):
                return bool(self._store(Look()).mark == seen.mark)
            case Replace(key, _, version):
                held = self._store(Read(key))
                return held is not None and held.tag == version
        return True


@pytest.mark.parametrize("place", list(STORES))
@pytest.mark.parametrize("first", [*range(0, 22, 4), pytest.param(None, marks=pytest.mark.soak)])
def test_real_stores_do_the_same(place: str, first: int | None, tmp_path: Path) -> None:
    """One goes so far, then the other, then both to the end; or both are dead and are settled."""
    every = range(0, 24, 1 if first is None else 5)
    for number, (one, other) in enumerate(product(range(24) if first is None else [first], every)):
        for dead in (False, True):
            folder = tmp_path / f"{number}-{dead}"
            folder.mkdir()
            start = published(BEFORE)
            store = filled(STORES[place](folder), start)
            runs = [Going(committing(r.commit(0, CARRIED), r.failed), store) for r in (ONE, OTHER)]
            objects = start
            plan = [0] * one + [1] * other
            for turn in plan if dead else [*plan, *[0] * 40, *[1] * 40]:
                objects = runs[turn].on(objects)
                assert snapshot(store) == objects
            if dead:
                settling = Going(settling_all(), store)
                while not settling.over:
                    objects = settling.on(objects)
            won = [run for run in (ONE, OTHER) if run.run_id in announced(objects)]
            whole((BEFORE, ONE, OTHER), snapshot(store))
            nothing_but(snapshot(store), (BEFORE,), won[0] if won else None)
            assert dead or {run.result for run in runs} == {Verdict.WON, Verdict.BEATEN}


def alone(
    objects: Objects, steps: Steps[Any], look: Callable[[Operation], None] = lambda _: None
) -> tuple[Objects, Any]:
    """What steps come to that nobody disturbs; each is shown before it is done."""
    operation = next(steps)
    try:
        while True:
            look(operation)
            answer, objects = apply(objects, operation)
            operation = steps.send(answer)
    except StopIteration as ended:
        return objects, ended.value


def test_a_damaged_shard_is_made_anew() -> None:
    """It bears the name of what it was, as one that a run before has left."""
    key = layout.shard(shard("same")[0].name)
    start = published(BEFORE) | {(key, b"damaged")}
    end, verdict = alone(start, committing(ONE.commit(0, CARRIED), ONE.failed))
    assert verdict is Verdict.WON
    nothing_but(end, (BEFORE,), ONE)


@pytest.mark.parametrize("damage", ["gone", "unreadable"])
def test_nothing_is_removed_where_the_record_before_cannot_be_read(damage: str) -> None:
    """What a run has carried over from the one before cannot be told from what it has made."""
    staged = f"{layout.staging(ONE.run_id)}/{layout.STAGED_RECORD}"
    there = {**dict(published(BEFORE)), **ONE.files, staged: ONE.record}
    del there[layout.record(ONE.run_id)]
    if damage == "gone":
        del there[layout.record(BEFORE.run_id)]
    else:
        there[layout.record(BEFORE.run_id)] = b"{}"
    done: list[Operation] = []
    with pytest.raises(IntegrityError, match="Restore"):
        alone(frozenset(there.items()), forgetting(ONE.run_id, ONE.failed), done.append)
    assert not any(isinstance(operation, Delete) for operation in done)


def test_what_is_there_in_the_place_of_a_record_is_left() -> None:
    staged = f"{layout.staging(ONE.run_id)}/{layout.STAGED_RECORD}"
    start = published(BEFORE) | {(staged, b"of somebody else")}
    with pytest.raises(IntegrityError, match="is there already"):
        alone(start, committing(ONE.commit(0, CARRIED), ONE.failed))


@pytest.mark.parametrize("what", ["shard", "decisions", "card", "record"])
def test_an_announced_run_that_was_altered_is_told_to_have_failed(what: str) -> None:
    """By whoever finds it; what it had put is removed."""
    staging = layout.staging(ONE.run_id)
    there = {**dict(published(BEFORE)), **ONE.files}
    del there[layout.record(ONE.run_id)]
    there[layout.LEDGER] = told(BEFORE.announced, ONE.announced)
    there[f"{staging}/{layout.STAGED_RECORD}"] = ONE.record
    there[f"{staging}/{layout.STAGED_CARD}"] = ONE.card
    altered = {
        "shard": layout.shard(shard("of one")[0].name),
        "decisions": ONE.decisions[0],
        "card": f"{staging}/{layout.STAGED_CARD}",
        "record": f"{staging}/{layout.STAGED_RECORD}",
    }[what]
    there[altered] = there[altered].replace(b"o", b"0", 1)
    end, visible = alone(frozenset(there.items()), settling(ONE.run_id, ONE.failed))
    assert not visible
    assert announced(end) == [BEFORE.run_id]
    if what != "record":  # nobody knows what it had put
        nothing_but(end, (BEFORE,), None)


def test_what_a_run_has_put_is_removed_though_its_staged_record_is_gone() -> None:
    """Another machine took it for dead, and it put something after that."""
    there = {**dict(published(BEFORE)), **ONE.files}
    del there[layout.record(ONE.run_id)]
    end, visible = alone(frozenset(there.items()), settling(ONE.run_id, ONE.failed, ONE.record))
    assert not visible
    nothing_but(end, (BEFORE,), None)


class Silent:
    """A store that can be read, and says of no event whether the ledger was told of it."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def __call__(self, operation: Operation) -> Any:
        if isinstance(operation, Append):
            raise StoreUnavailable("does not answer")
        answer, self._objects = apply(self._objects, operation)
        return answer


@pytest.mark.parametrize("steps", ["commit", "forget", "settle"])
def test_a_store_that_never_says_what_was_told_is_not_asked_for_ever(steps: str) -> None:
    staged = f"{layout.staging(ONE.run_id)}/{layout.STAGED_RECORD}"
    altered = {**dict(published(BEFORE)), staged: ONE.record}
    altered[layout.LEDGER] = told(BEFORE.announced, ONE.announced)
    start, what = {
        "commit": (published(BEFORE), committing(ONE.commit(0, CARRIED), ONE.failed)),
        "forget": (published(BEFORE), forgetting(ONE.run_id, ONE.failed)),
        "settle": (frozenset(altered.items()), settling(ONE.run_id, ONE.failed)),
    }[steps]
    with pytest.raises(StoreUnavailable, match="next run finds out"):
        carry_out(what, Silent(start))
