"""Stock Presidio, as the baseline that clearshard is measured against. No shard is made with it.

stock   `BatchAnalyzerEngine` and `AnonymizerEngine` as they come, with the configured spaCy model
tuned   the same with everything that configuration alone can do: no pipe but the NER, a BLAS that
        knows the processor, and many texts in a batch

In both the public suffix list is not fetched over the network, and nothing is logged.
"""

from collections.abc import Sequence
from typing import Any

from presidio_analyzer import (
    AnalyzerEngine,
    BatchAnalyzerEngine,
    EntityRecognizer,
    RecognizerResult,
)
from presidio_analyzer.nlp_engine import NlpEngineProvider
from presidio_anonymizer import AnonymizerEngine
from spacy.language import Language
from thinc.api import NumpyOps, get_ops, set_current_ops

from clearshard.recognizers.fail_closed import silence_presidio
from clearshard.recognizers.table import LANGUAGE
from clearshard.redaction.step_kinds import Asked, Seen

#: Larger batches gain nothing more.
_TUNED_BATCH = 256
#: Of whole transcripts; with larger ones its rate falls again.
WHOLE_BATCH = 32

#: Type, first code point, one past the last, score.
Found = tuple[str, int, int, float]


class StockPresidio:
    """Presidio's own engines around a spaCy model.

    Attributes:
        nlp: The spaCy pipeline that runs in it.
    """

    def __init__(self, model: str, *, tuned: bool) -> None:
        """Loads the model.

        Args:
            model: Name of an installed spaCy pipeline package, or a path to one.
            tuned: Whether to do what configuration can do for speed.
        """
        silence_presidio()
        # The pipeline keeps the operations of the moment it was made.
        set_current_ops(NumpyOps(use_blis=False) if tuned else get_ops("cpu"))
        configuration = NlpEngineProvider().nlp_configuration
        models = [{"lang_code": LANGUAGE, "model_name": model}]
        engine = NlpEngineProvider(
            nlp_configuration={**configuration, "models": models}
        ).create_engine()
        self.nlp: Language = engine.nlp[LANGUAGE]
        self._arguments: dict[str, Any] = {}
        if tuned:
            for name in [n for n in self.nlp.pipe_names if n != "ner"]:
                self.nlp.disable_pipe(name)
            self._arguments["batch_size"] = _TUNED_BATCH
        self._analyzer = BatchAnalyzerEngine(AnalyzerEngine(nlp_engine=engine))
        self._anonymizer = AnonymizerEngine()

    def redact(
        self, texts: Sequence[str], batch_size: int | None = None
    ) -> tuple[list[str], list[list[RecognizerResult]]]:
        """The redacted texts, and what was found in each.

        Args:
            texts: Each by itself.
            batch_size: How many go through spaCy together; None as the engine was made.
        """
        arguments = self._arguments if batch_size is None else {"batch_size": batch_size}
        results = self._analyzer.analyze_iterator(texts, LANGUAGE, **arguments)
        redacted = [
            self._anonymizer.anonymize(text, found).text
            for text, found in zip(texts, results, strict=True)
        ]
        return redacted, results


def found_by(results: Sequence[RecognizerResult]) -> frozenset[Found]:
    """What was found in one text, to be compared."""
    return frozenset((r.entity_type, r.start, r.end, round(float(r.score), 4)) for r in results)


def found_by_detector(seen: Seen, asked: Asked) -> frozenset[Found]:
    """What clearshard's detector found in one text, less what Presidio's analyzer leaves out."""
    found = asked.admitted([*seen.read, *seen.hits])
    return found_by(
        EntityRecognizer.remove_duplicates(
            [RecognizerResult(s.entity_type, s.start, s.end, s.score) for s in found]
        )
    )
