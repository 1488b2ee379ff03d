"""A measurement as a dictionary and as tables."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from clearshard.bench.result import Fleet, Measurement, Spread, paired
from clearshard.bench.ways import EVERYTHING, SAME_RECOGNIZERS, STOCK, TUNED, WHOLE, WayName

_WAYS: tuple[WayName, ...] = (WHOLE, STOCK, TUNED, SAME_RECOGNIZERS, EVERYTHING)
#: What clearshard is held against, the most telling first.
_OTHERS: tuple[WayName, ...] = (WHOLE, STOCK, TUNED)
_MIB = 1024 * 1024
#: Differences that a table shows; the dictionary has all.
_SHOWN_DIFFERENCES = 20

#: Title, header, rows.
Table = tuple[str, Sequence[str], list[list[object]]]


def to_dict(measurement: Measurement) -> dict[str, Any]:
    """Everything, for programs."""
    agreement = measurement.agreement()
    result: dict[str, Any] = {
        "documents": measurement.document_count,
        "words": measurement.word_count,
        "turns": measurement.turn_count,
        "rounds": [round_.words_per_second for round_ in measurement.rounds],
        "words_per_second": {way: asdict(measurement.rate(way)) for way in _WAYS},
        "ratios": {
            f"{way} / {over}": asdict(measurement.ratio(way, over))
            for way in (SAME_RECOGNIZERS, EVERYTHING)
            for over in _OTHERS
        },
        "microseconds_per_word": {
            way: measurement.microseconds_by_stage(way) for way in (SAME_RECOGNIZERS, EVERYTHING)
        },
        "agreement": {
            "both": agreement.both,
            "stock_only": agreement.stock_only,
            "clearshard_only": agreement.ours_only,
            "share_of_stock": agreement.share_of_stock,
            "share_of_all": agreement.share_of_all,
            "unread_turns": agreement.unread,
            "causes": dict(agreement.causes()),
            "differences": [asdict(difference) for difference in agreement.differences],
        },
        "ner": {"entities": agreement.entities, "turns_with_others": agreement.entity_turns},
        "cost": {
            "core_hour_price": measurement.core_hour_price,
            "core_hours_per_billion_words": {
                way: measurement.core_hours_per_billion(way) for way in _WAYS
            },
        },
    }
    if measurement.fleet is not None:
        result["workers"] = _fleet_dict(measurement.fleet)
    return result


def to_tables(measurement: Measurement) -> list[Table]:
    """The same for people."""
    tables = [
        _rates(measurement),
        _stages(measurement),
        _agreement(measurement),
        _cost(measurement),
    ]
    if agreement := measurement.agreement().differences:
        rows: list[list[object]] = [
            [d.document, d.turn, d.by, d.entity_type, d.start, d.end, d.score, d.cause]
            for d in agreement[:_SHOWN_DIFFERENCES]
        ]
        header = ("document", "turn", "found by", "type", "start", "end", "score", "why")
        title = f"spans that only one finds: {len(rows)} of {len(agreement)}, all with --json"
        tables.append((title, header, rows))
    if measurement.fleet is not None:
        tables.append(_fleet(measurement.fleet))
    return tables


def _rates(measurement: Measurement) -> Table:
    rows: list[list[object]] = []
    for way in _WAYS:
        rate = measurement.rate(way)
        extremes = f"{rate.lowest:,.0f}-{rate.highest:,.0f}"
        row: list[object] = [way, f"{rate.median:,.0f}", extremes]
        for over in _OTHERS:
            row.append(_times(measurement.ratio(way, over)) if way != over else "")
        rows.append(row)
    title = (
        f"{measurement.word_count:,} words, {measurement.turn_count:,} turns, "
        f"{measurement.document_count:,} transcripts, each once, in {len(measurement.rounds)} "
        "rounds; one core"
    )
    return title, ("", "words/s", "rounds", "over whole", "over turns", "over tuned"), rows


def _stages(measurement: Measurement) -> Table:
    same = measurement.microseconds_by_stage(SAME_RECOGNIZERS)
    everything = measurement.microseconds_by_stage(EVERYTHING)
    rows: list[list[object]] = [
        [stage, f"{same.get(stage, 0):.2f}", f"{everything.get(stage, 0):.2f}"]
        for stage in {**everything, **same}
    ]
    return "microseconds per word", ("stage", "stock's recognizers", "everything"), rows


def _agreement(measurement: Measurement) -> Table:
    agreement = measurement.agreement()
    rows: list[list[object]] = [
        ["spans of stock found alike", f"{agreement.both:,}", f"{agreement.share_of_stock:.2%}"],
        ["only stock", f"{agreement.stock_only:,}", ""],
        ["only clearshard", f"{agreement.ours_only:,}", ""],
        ["share of the spans of either", "", f"{agreement.share_of_all:.2%}"],
        ["turns not read", f"{agreement.unread:,}", ""],
        ["entities of spaCy's NER", f"{agreement.entities:,}", ""],
        ["turns with other entities", f"{agreement.entity_turns:,}", ""],
    ]
    rows += [[f"because {c}", f"{n:,}", ""] for c, n in agreement.causes().most_common()]
    return "agreement with stock Presidio, turn by turn", ("", "number", "share"), rows


def _cost(measurement: Measurement) -> Table:
    rows: list[list[object]] = []
    for way in _WAYS:
        hours = measurement.core_hours_per_billion(way)
        rows.append([way, f"{hours:,.1f}", f"{hours * measurement.core_hour_price:,.2f}"])
    title = f"a billion words, at {measurement.core_hour_price:g} for a core-hour"
    return title, ("", "core-hours", "price"), rows


def _fleet(fleet: Fleet) -> Table:
    one, two = Spread.of(fleet.one), Spread.of(fleet.two)
    starts = Spread.of(fleet.seconds_to_first_unit)
    rows: list[list[object]] = [
        ["one worker, words/s", f"{one.median:,.0f}"],
        ["two workers, words/s", f"{two.median:,.0f}"],
        ["two over one", _times(paired(fleet.two, fleet.one))],
        [
            "start of a run to its first unit done, s",
            f"{starts.median:.2f} ({starts.highest:.2f} at most)",
        ],
    ]
    if fleet.memory is not None:
        memory = fleet.memory
        rows += [
            ["peak memory of a worker, MiB", f"{memory.peak_bytes / _MIB:,.0f}"],
            [
                "its memory in each million words, MiB",
                " ".join(f"{size / _MIB:,.0f}" for size in memory.resident_bytes),
            ],
            ["growth from the first to the last", f"{memory.growth:.1%}"],
            [
                "its words/s in each million",
                " ".join(f"{rate:,.0f}" for rate in memory.words_per_second),
            ],
        ]
    return "workers of a run, everything switched on", ("", ""), rows


def _fleet_dict(fleet: Fleet) -> dict[str, Any]:
    result: dict[str, Any] = {
        "one": fleet.one,
        "two": fleet.two,
        "two_over_one": asdict(paired(fleet.two, fleet.one)),
        "seconds_to_first_unit": fleet.seconds_to_first_unit,
    }
    if fleet.memory is not None:
        result["memory"] = {**asdict(fleet.memory), "growth": fleet.memory.growth}
    return result


def _times(spread: Spread) -> str:
    return f"{spread.median:.2f}x ({spread.lowest:.2f}-{spread.highest:.2f})"
