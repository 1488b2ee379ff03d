"""Answers of language models: the answer is read, and nothing that was asked."""

from typing import Any

import pytest

from clearshard.records.states import Deleted
from clearshard.sources.adapters import Form

from .reading import Json, read, refused


def _chat(content: Any, role: str = "assistant", **more: Any) -> Json:
    choice = {"message": {"role": role, "content": content}, "finish_reason": "stop"}
    return {
        "request_id": "q-1",
        "choices": [choice],
        "request": {"messages": [{"role": "user", "content": "Hildegard"}], "prompt": "Hildegard"},
        "usage": {"input_tokens": 1},
        **more,
    }


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (_chat("I am **Ann**.\n\n- yes"), "I am **Ann**.\n\n- yes"),
        (_chat([{"type": "text", "text": "I am"}, {"type": "text", "text": "Ann."}]), "I am\nAnn."),
        ({"request_id": "q-1", "response": "I am Ann.", "prompt": "Hildegard"}, "I am Ann."),
        (
            {"request_id": "q-1", "response": [{"question": "Hildegard?", "answer": "Ann."}]},
            "Ann.",
        ),
        ({**_chat("Ann."), "choices": _chat("Ann.")["choices"] + _chat("Hildegard")["choices"]},
         "Ann."),
    ],
)  # fmt: skip
def test_the_answer_is_the_text(made: Json, text: str) -> None:
    found = read(made, "q-1", Form(language="en"))
    assert (found.text, found.language) == (text, "en")
    assert not found.has_utterances
    assert len(found.words) == 0


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (_chat("Hildegard", role="user"), "malformed not_an_answer: choices[0].message.role"),
        (_chat([{"type": "image_url", "text": "x"}]),
         "malformed not_text: choices[0].message.content[0]"),
        (_chat(["Hildegard"]),
         "malformed ValidationError: choices[0].message.content[0] (expected object)"),
        (_chat(7), "malformed ValidationError: choices[0].message.content (expected str or array)"),
        (_chat(None), "empty text"),
        (_chat("x", response="Hildegard"), "malformed two_answers: choices"),
        ({**_chat("x"), "choices": []}, "empty text"),
        ({"request_id": "q-1", "response": {"text": "Hildegard"}},
         "malformed ValidationError: response (expected str or array)"),
        ({"request_id": 7, "response": "x"},
         "malformed ValidationError: request_id (expected str)"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_not_read(made: Json, said: str) -> None:
    assert " ".join(refused(made)) == said


def test_an_answer_that_its_customer_has_deleted_is_deleted() -> None:
    with pytest.raises(Deleted):
        read({"request_id": "q-1", "response": "Deleted by user."}, "q-1")
    assert refused({"request_id": "q-2", "response": "Deleted by user."}, "q-1")[0] == "id_mismatch"
