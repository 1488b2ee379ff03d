"""Which spans clearshard finds alike with stock Presidio, and why others are not.

Both get the same turns, each by itself, with the same recognizers and no threshold. A span is the
same if its type, its range and its score are.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from clearshard.bench.documents import Document
from clearshard.bench.ways import with_profile
from clearshard.config import Config
from clearshard.records.states import Quarantine
from clearshard.records.transcript import Piece, Transcript, Words
from clearshard.redaction.batch_ner.runtime import BatchNer
from clearshard.redaction.detector import Detector
from clearshard.redaction.ner import load_ner
from clearshard.redaction.reading import OneByOne
from clearshard.redaction.redactor import detector_settings
from clearshard.redaction.stock import Found, found_by_detector

SENTENCE = "stock's parser begins a sentence within the entity"
LEMMA = "stock compares a context word's lemma, clearshard the word as it was said"
UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Difference:
    """A span that only one of the two finds. Ids and numbers, no text.

    Attributes:
        document: Where the document is from.
        turn: Number of the turn in it.
        by: Who found it.
        entity_type: Its type.
        start: First code point of the turn.
        end: One past the last.
        score: Its score.
        cause: Why the other does not find it.
    """

    document: str
    turn: int
    by: str
    entity_type: str
    start: int
    end: int
    score: float
    cause: str


@dataclass(slots=True)
class Agreement:
    """What two ways found in the same turns.

    Attributes:
        both: Spans that are the same.
        stock_only: Spans that only stock Presidio found.
        ours_only: Spans that only clearshard found.
        entities: Entities of spaCy's NER.
        entity_turns: Turns whose entities are not those of spaCy's NER.
        differences: Every span that only one found.
        unread: Turns that clearshard would have quarantined.
    """

    both: int = 0
    stock_only: int = 0
    ours_only: int = 0
    entities: int = 0
    entity_turns: int = 0
    unread: int = 0
    differences: list[Difference] = field(default_factory=list)

    def __iadd__(self, other: "Agreement") -> "Agreement":
        """This and another one together."""
        self.both += other.both
        self.stock_only += other.stock_only
        self.ours_only += other.ours_only
        self.entities += other.entities
        self.entity_turns += other.entity_turns
        self.unread += other.unread
        self.differences += other.differences
        return self

    @property
    def share_of_stock(self) -> float:
        """Share of stock's spans that are found alike."""
        return self.both / max(1, self.both + self.stock_only)

    @property
    def share_of_all(self) -> float:
        """Share of all spans of either that both found: the stricter figure."""
        return self.both / max(1, self.both + self.stock_only + self.ours_only)

    def causes(self) -> Counter[str]:
        """Number of differences by cause."""
        return Counter(difference.cause for difference in self.differences)


class Comparer:
    """Compares clearshard's detector with what stock Presidio has found."""

    def __init__(self, config: Config) -> None:
        """Loads both readers of the model.

        Args:
            config: Names the model.
        """
        stock = with_profile(config, "stock")
        redaction = stock.redaction.model_copy(update={"score_threshold": 0.0})
        settings = detector_settings(stock.model_copy(update={"redaction": redaction}))
        self._detector = Detector(settings)
        (model,) = settings.ners
        self._spacy = OneByOne(load_ner(model))
        self._ner = BatchNer(load_ner(model))

    def compare(
        self,
        documents: Sequence[Document],
        stock: Sequence[frozenset[Found]],
        stock_ner_alone: Sequence[frozenset[Found]],
    ) -> Agreement:
        """What is the same.

        Args:
            documents: Some documents.
            stock: What stock Presidio found in each of their turns.
            stock_ner_alone: The same when no parser runs before the NER.
        """
        places = [(d.name, number) for d in documents for number in range(len(d.turns))]
        texts = [text for document in documents for text in document.turns]
        agreement = Agreement()
        sources = [_alone(text) for text in texts]
        ours = self._detector.detect(sources, texts)
        for place, one, two, alone in zip(places, stock, ours, stock_ner_alone, strict=True):
            if isinstance(two, Quarantine):
                agreement.unread += 1
                continue
            mine = found_by_detector(two, self._detector.asked)
            agreement.both += len(one & mine)
            agreement.stock_only += len(one - mine)
            agreement.ours_only += len(mine - one)
            agreement.differences += _differences(place, one, mine, alone)
        agreement.entities, agreement.entity_turns = self._entities(texts)
        return agreement

    def _entities(self, texts: Sequence[str]) -> tuple[int, int]:
        """Entities of spaCy's NER, and turns in which the batch runtime finds others."""
        (stock,) = self._spacy.read([texts])
        pairs = zip(stock, self._ner.read(texts), strict=True)
        return (
            sum(len(reading.entities) for reading in stock),
            sum(one.entities != two.entities for one, two in pairs),
        )


def _alone(text: str) -> Transcript:
    return Transcript(text, (Piece(0, len(text), None, None, None),), Words(), False, "en", None)


def _differences(
    place: tuple[str, int],
    stock: frozenset[Found],
    ours: frozenset[Found],
    stock_ner_alone: frozenset[Found],
) -> Iterator[Difference]:
    for by, some, others in (("stock", stock - ours, ours), ("clearshard", ours - stock, stock)):
        for found in sorted(some):
            kind, start, end, score = found
            cause = _cause(found, others, ours, stock_ner_alone)
            yield Difference(*place, by, kind, start, end, score, cause)


def _cause(
    found: Found,
    others: frozenset[Found],
    ours: frozenset[Found],
    stock_ner_alone: frozenset[Found],
) -> str:
    if any(found[:3] == other[:3] for other in others):
        return LEMMA
    # Without the parser stock finds what we find here: the parser is the cause.
    if _near(found, stock_ner_alone) == _near(found, ours):
        return SENTENCE
    return UNEXPLAINED


def _near(found: Found, spans: frozenset[Found]) -> frozenset[tuple[str, int, int]]:
    """Spans that overlap one, whatever their score."""
    return frozenset(s[:3] for s in spans if s[1] < found[2] and found[1] < s[2])
