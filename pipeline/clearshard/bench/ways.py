"""What is compared: three ways without clearshard and two with it, on the same transcripts.

Presidio gets the texts ready in memory and gives redacted strings. Whole transcripts in batches are
how somebody uses it who cares about speed, though an entity may then reach over a change of
speaker; turn by turn is what spans are compared on. clearshard starts from the JSON and ends with
Parquet on disk, so reading, decoding, the residual check, staging and writing count for it alone.
"""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from clearshard.bench.documents import Document, units_of
from clearshard.config import Config, Profile
from clearshard.keys import PseudonymKey
from clearshard.redaction.ner import STOCK_NER
from clearshard.redaction.redactor import Redactor
from clearshard.redaction.stock import WHOLE_BATCH, Found, StockPresidio, found_by
from clearshard.run.assigned import WorkSettings
from clearshard.run.fingerprint import redactor_digest
from clearshard.run.work import process
from clearshard.shards.assemble import Assembler, ShardCut
from clearshard.shards.staging import Seal
from clearshard.vault.vault import PLAIN

WayName = Literal[
    "stock Presidio, whole transcripts",
    "stock Presidio, turn by turn",
    "tuned Presidio, turn by turn",
    "clearshard, stock profile",
    "clearshard",
]
WHOLE: WayName = "stock Presidio, whole transcripts"
STOCK: WayName = "stock Presidio, turn by turn"
TUNED: WayName = "tuned Presidio, turn by turn"
SAME_RECOGNIZERS: WayName = "clearshard, stock profile"
EVERYTHING: WayName = "clearshard"

KEY = PseudonymKey(hashlib.sha256(b"clearshard bench").digest())


def seal_of(config: Config) -> Seal:
    """What a benchmark's work is made under; nothing of it is kept."""
    return Seal(PLAIN, KEY, redactor_digest(config), "0" * 64)


class Way(Protocol):
    """One way to redact transcripts."""

    def run(self, documents: Sequence[Document]) -> None:
        """Redacts them; what it found may be asked for later."""


class WholeWay:
    """Presidio's engines on whole transcripts, many at once."""

    def __init__(self, presidio: StockPresidio) -> None:
        self._presidio = presidio

    def run(self, documents: Sequence[Document]) -> None:
        """See `Way`."""
        self._presidio.redact([document.text for document in documents], WHOLE_BATCH)


class TurnsWay:
    """Presidio's engines on the turns."""

    def __init__(self, presidio: StockPresidio) -> None:
        self._presidio = presidio
        self._results: Sequence[Sequence[object]] = ()

    def run(self, documents: Sequence[Document]) -> None:
        """See `Way`."""
        _, self._results = self._presidio.redact([t for d in documents for t in d.turns])

    def found(self) -> list[frozenset[Found]]:
        """What the last run found, for each turn of all its documents."""
        return [found_by(results) for results in self._results]


class ClearshardWay:
    """A worker of clearshard, and the shards that are made of what it has staged."""

    def __init__(self, config: Config, profile: Profile, scratch: Path) -> None:
        self.config = with_profile(config, profile)
        self._redactor = Redactor(self.config, KEY)
        self._seal = seal_of(self.config)
        self._scratch = scratch

    def run(self, documents: Sequence[Document]) -> None:
        """See `Way`."""
        staging, shards = self._scratch / "staging", self._scratch / "shards"
        runs = self._scratch / "sorted"
        for folder in (staging, shards, runs):
            shutil.rmtree(folder, ignore_errors=True)
        for folder in (staging, shards):
            folder.mkdir(parents=True)
        settings = WorkSettings(self.config, staging, self._seal)
        results = [process(unit, self._redactor, settings) for unit in units_of(documents)]
        staged = [one.staged.below(staging) for one in results if one.staged is not None]
        output = self.config.output
        cut = ShardCut(output.target_shard_bytes, output.row_group_bytes, output.shard_period)
        Assembler(PLAIN, shards, staged, cut, "0" * 64, runs).assemble()


def with_profile(config: Config, profile: Profile) -> Config:
    """The configuration with another profile; `stock` is without what only the others find."""
    asked = () if profile == "stock" else config.redaction.also_entities
    redaction = config.redaction.model_copy(update={"profile": profile, "also_entities": asked})
    return config.model_copy(update={"redaction": redaction})


def make_ways(config: Config, scratch: Path) -> dict[WayName, Way]:
    """All ways, loaded, in the order in which they take turns."""
    model = config.redaction.spacy_model or STOCK_NER
    stock = StockPresidio(model, tuned=False)
    return {
        WHOLE: WholeWay(stock),
        STOCK: TurnsWay(stock),
        TUNED: TurnsWay(StockPresidio(model, tuned=True)),
        SAME_RECOGNIZERS: ClearshardWay(config, "stock", scratch),
        EVERYTHING: ClearshardWay(config, "strict", scratch),
    }
