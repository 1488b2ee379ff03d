"""What stands in the place of each span: Presidio's anonymizer operators, chosen per entity type.

tag           <PERSON>
numbered_tag  <PERSON_1>: the same person or value has the same number in one transcript
mask          one asterisk for each character
hash          <PERSON_9f2c4b1a6d0e>: keyed, the same value the same everywhere under one key
surrogate     another name, another number of the same shape: keyed, the same value the same
drop          nothing
"""

from collections.abc import Mapping, Sequence
from typing import Any

from presidio_anonymizer.operators import Operator, OperatorsFactory, OperatorType

from clearshard.config import OperatorName
from clearshard.keys import PseudonymKey
from clearshard.records.transcript import Span
from clearshard.redaction.identities import number_identities
from clearshard.redaction.invented import require_names
from clearshard.redaction.operators import KeyedHash, KeyedSurrogate, NumberedTag

_PRESIDIO_NAMES: dict[OperatorName, str] = {
    "tag": "replace",
    "numbered_tag": NumberedTag.NAME,
    "mask": "mask",
    "hash": KeyedHash.NAME,
    "surrogate": KeyedSurrogate.NAME,
    "drop": "redact",
}


class Replacer:
    """Chooses the replacement of every span of a transcript.

    Raises:
        ConfigError: A package is missing that an operator needs.
    """

    def __init__(
        self, default: OperatorName, by_type: Mapping[str, OperatorName], key: PseudonymKey
    ) -> None:
        factory = OperatorsFactory()
        for operator in (NumberedTag, KeyedHash, KeyedSurrogate):
            factory.add_anonymize_operator(operator)
        self._operators: dict[OperatorName, Operator] = {
            name: factory.create_operator_class(presidio_name, OperatorType.Anonymize)
            for name, presidio_name in _PRESIDIO_NAMES.items()
        }
        if "surrogate" in {default, *by_type.values()}:
            require_names()
        self._default = default
        self._by_type = dict(by_type)
        self._key = key

    def replacements(self, spans: Sequence[Span], shown: Sequence[str]) -> list[str]:
        """One replacement for each span, in order.

        Args:
            spans: What is replaced.
            shown: Each as it is shown, so that a value has the same replacement however it is
                written.
        """
        # Line breaks of a value that continues in the next turn are no part of it.
        values = [" ".join(value.split()) for value in shown]
        numbers = number_identities(spans, values)
        return [
            self._replacement(span.entity_type, value, number)
            for span, value, number in zip(spans, values, numbers, strict=True)
        ]

    def _replacement(self, entity_type: str, value: str, number: int) -> str:
        name = self._by_type.get(entity_type, self._default)
        params: dict[str, Any] = {
            "entity_type": entity_type,
            "number": number,
            "key": self._key.secret,
            "new_value": f"<{entity_type}>",
            "masking_char": "*",
            "chars_to_mask": len(value),
            "from_end": False,
        }
        return str(self._operators[name].operate(value, params))
