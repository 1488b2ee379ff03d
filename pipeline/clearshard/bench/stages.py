"""Where the time of a worker goes: its stack is looked at five hundred times a second.

A timer of the process's CPU time interrupts it; whichever stage's module is innermost on the stack
gets the sample. So nothing of the pipeline has to be changed to be measured.
"""

import signal
from collections import Counter
from collections.abc import Callable
from types import FrameType

_SECONDS_BETWEEN = 0.002
OTHER = "everything else"
#: Module → stage. Of several on the stack the innermost counts.
_STAGES = {
    "clearshard.sources.transcripts": "decoding JSON",
    "clearshard.tagger.tokens": "tagger: tokens and vectors",
    "clearshard.tagger.features": "tagger: tokens and vectors",
    "clearshard.tagger.vectors": "tagger: tokens and vectors",
    "clearshard.tagger.network": "tagger: network",
    "clearshard.tagger.tagging": "tagger: what is found",
    "clearshard.redaction.conversation": "tagger: what is found",
    "clearshard.redaction.view.views": "what is shown",
    "clearshard.redaction.view.characters": "what is shown",
    "clearshard.redaction.reading": "NER: tokens and batches",
    "clearshard.redaction.batch_ner.word_cache": "NER: tokens and batches",
    "clearshard.redaction.batch_ner.word_types": "NER: tokens and batches",
    "clearshard.redaction.batch_ner.runtime": "NER: tokens and batches",
    "clearshard.redaction.batch_ner.encoder": "NER: network",
    "clearshard.redaction.batch_ner.transitions": "NER: network",
    "clearshard.redaction.patterns": "pattern recognizers",
    "clearshard.redaction.context": "steps after detection",
    "clearshard.redaction.detector": "steps after detection",
    "clearshard.redaction.steps": "steps after detection",
    "clearshard.redaction.replace": "replacing",
    "clearshard.redaction.apply": "replacing",
    "clearshard.redaction.residual": "residual check",
    "clearshard.shards.staging": "staging",
    "clearshard.shards.assemble": "writing Parquet",
}


def time_by_stage(work: Callable[[], None]) -> dict[str, float]:
    """Share of the CPU time of some work by stage, largest first; 1 together.

    Only for the main thread of a process.
    """
    samples: Counter[str] = Counter()

    def look(_: int, frame: FrameType | None) -> None:
        samples[_stage(frame)] += 1

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, _SECONDS_BETWEEN, _SECONDS_BETWEEN)
    try:
        work()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    total = max(1, samples.total())
    return {stage: count / total for stage, count in samples.most_common()}


def _stage(frame: FrameType | None) -> str:
    while frame is not None:
        stage = _STAGES.get(frame.f_globals.get("__name__", ""))
        if stage is not None:
            return stage
        frame = frame.f_back
    return OTHER
