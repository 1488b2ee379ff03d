"""An answer of a language model, by LeMUR or AssemblyAI's gateway → `Heard`.

The answer is the text: `response`, or the content of the first choice. Of questions and answers,
which is what some requests are answered with, only the answers are read. What was asked is never
looked at: prompts, requests and contexts hold what nobody has checked.
"""

from typing import Any

import msgspec

from clearshard.sources.adapters.values import malformed
from clearshard.sources.heard import Heard

_MODEL = "assistant"


class _Answer(msgspec.Struct):
    answer: str


class _Part(msgspec.Struct):
    type: str
    text: str | None = None


class _Message(msgspec.Struct):
    role: str
    content: str | list[_Part] | None = None


class _Choice(msgspec.Struct):
    message: _Message


class _Document(msgspec.Struct):
    response: str | list[_Answer] | None = None
    choices: list[_Choice] | None = None


def read(document: Any) -> Heard:
    """What was answered.

    Raises:
        msgspec.ValidationError: It is not of this format.
        Quarantine: It is no answer of a model, or two.
    """
    found = msgspec.convert(document, _Document)
    if found.response is not None and found.choices is not None:
        raise malformed("two_answers", "choices")
    return Heard(text=_text(found), words=[])


def _text(document: _Document) -> str:
    if isinstance(document.response, list):
        return "\n".join(each.answer for each in document.response)
    if document.response is not None or not document.choices:
        return document.response or ""
    message = document.choices[0].message
    if message.role != _MODEL:
        raise malformed("not_an_answer", "choices[0].message.role")
    if not isinstance(message.content, list):
        return message.content or ""
    parts = []
    for number, part in enumerate(message.content):
        if part.type != "text" or part.text is None:
            raise malformed("not_text", f"choices[0].message.content[{number}]")
        parts.append(part.text)
    return "\n".join(parts)
