"""Gold in the form of presidio-evaluator."""

import json
from pathlib import Path
from typing import Any

import pytest

from clearshard.cli.entry import _exit_code
from clearshard.errors import SourceUnavailable
from clearshard.evaluation.gold import GoldDocument, GoldSpan
from clearshard.evaluation.presidio_gold import parse_samples, read_either


def _sample(text: str, *values: tuple[str, str], **more: Any) -> dict[str, Any]:
    spans = [
        {
            "entity_type": kind,
            "entity_value": value,
            "start_position": text.index(value),
            "end_position": text.index(value) + len(value),
        }
        for kind, value in values
    ]
    return {"full_text": text, "masked": None, "spans": spans, "template_id": 3, **more}


GOOD = _sample("é ann lee said", ("PERSON", "ann lee"), metadata={"Gender": "female"})


def test_reads_samples_with_their_places_as_ids() -> None:
    content = json.dumps([GOOD, _sample("nothing")], ensure_ascii=False).encode()
    assert list(parse_samples(content, "gold")) == [
        GoldDocument("0", "é ann lee said", (GoldSpan(2, 9, "PERSON"),)),
        GoldDocument("1", "nothing", ()),
    ]


def test_the_form_is_told_by_the_first_sign(tmp_path: Path) -> None:
    path = tmp_path / "gold.json"
    path.write_text("\n [" + json.dumps(GOOD) + "]")
    assert [document.id for document in read_either(path)] == ["0"]
    path.write_text('\n{"id": "a", "text": "ann", "spans": []}\n')
    assert [document.id for document in read_either(path)] == ["a"]
    with pytest.raises(SourceUnavailable, match="cannot be read"):
        list(read_either(tmp_path / "no-such"))


def _changed(**span: object) -> dict[str, Any]:
    return {**GOOD, "spans": [{**GOOD["spans"][0], "entity_value": "ann lee", **span}]}


@pytest.mark.parametrize(
    ("samples", "told"),
    [
        ([], "holds no document"),
        ([GOOD, 7], r"\[1\]: the line must be object, not int"),
        ([GOOD, {"spans": []}], r"\[1\]: field `full_text` is missing"),
        ([{"id": "a", "text": "ann", "spans": []}], r"\[0\]: field `full_text` is missing"),
        ([GOOD, {"full_text": "ann lee"}], r"\[1\]: field `spans` is missing"),
        ([_changed(start_position="2")], r"\[0\]: field `spans\[0\].start_position` must be int"),
        ([_changed(end_position=99)], r"\[0\]: spans\[0\]: start_position and end_position"),
        ([_changed(start_position=9)], r"\[0\]: spans\[0\]: start_position and end_position"),
        ([_changed(start_position=1)], r"\[0\]: spans\[0\]: entity_value is not what stands"),
        ([_changed(entity_type=" ")], r"\[0\]: spans\[0\]: entity_type is empty"),
    ],
)
def test_errors_say_where_and_quote_nothing(samples: list[Any], told: str) -> None:
    with pytest.raises(SourceUnavailable, match=told) as caught:
        list(parse_samples(json.dumps(samples).encode(), "gold.json"))
    assert "gold.json" in str(caught.value)
    assert "ann" not in str(caught.value)


@pytest.mark.parametrize("content", [b"[", b"[1", b'["\xff"]', b"[" * 100_000])
def test_what_is_no_list_is_told(content: bytes) -> None:
    with pytest.raises(SourceUnavailable, match="gold"):
        list(parse_samples(content, "gold"))


def test_eval_scores_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = tmp_path / "gold.json"
    text = "my name is Jennifer Lopez and I am fine"
    gold.write_text(json.dumps([_sample(text, ("PERSON", "Jennifer Lopez"))]))
    config = tmp_path / "job.toml"
    config.write_text(
        '[sources]\nmanifest = "a.csv"\nregistry = "b.csv"\ntranscripts = "t"\n'
        '[redaction]\nprofile = "stock"\n'
    )
    assert _exit_code(["eval", str(gold), "--config", str(config), "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["unscanned"] == 0
    gold.write_text(json.dumps([_changed(start_position=1)]))
    assert _exit_code(["eval", str(gold), "--config", str(config), "--workers", "1"]) == 4
    assert "spans[0]: entity_value" in capsys.readouterr().err
