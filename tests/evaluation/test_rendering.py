import json

from clearshard.evaluation.gold import GoldDocument, GoldSpan
from clearshard.evaluation.metrics import Counts, Figures, figures
from clearshard.evaluation.rendering import to_dict, to_table
from clearshard.evaluation.scoring import score_document
from clearshard.records.transcript import Span

# One name of 6 letters, half of it removed; one of the two other words, "call", removed.
TEXT = "call ann lee now"
RESULT: Figures = figures(
    score_document(
        GoldDocument("a", TEXT, (GoldSpan(5, 12, "PERSON"),)),
        [Span(0, 8, "LOCATION", 0.9, "test")],
    )
)


def test_dictionary() -> None:
    # Removed are "call" and "ann": 7 letters, 3 of them in gold; F1 = 2 * 3 / (7 + 6).
    assert to_dict(RESULT) == {
        "docs": 1,
        "gold_spans": 1,
        "pred_spans": 1,
        "leak_rate": 0.5,
        "over_redaction": 0.5,
        "char_P": 3 / 7,
        "char_R": 0.5,
        "char_F1": 2 * (3 / 7) * 0.5 / (3 / 7 + 0.5),
        "span_P": 1.0,
        "span_R": 1.0,
        "span_F1": 1.0,
        "span_full": 0.0,
        "groups": {
            "LOC/ADDRESS": {
                "n": 0,
                "leak": None,
                "touched": None,
                "full": None,
                "pred": 1,
                "P": 0.0,
                "R": None,
                "F1": 0.0,
            },
            "PERSON": {
                "n": 1,
                "leak": 0.5,
                "touched": 1.0,
                "full": 0.0,
                "pred": 0,
                "P": None,
                "R": 0.0,
                "F1": 0.0,
            },
        },
    }


def test_dictionary_is_json_as_the_standard_has_it() -> None:
    text = json.dumps(to_dict(figures(Counts())), allow_nan=False)
    assert json.loads(text)["char_P"] is None


def test_table() -> None:
    assert to_table({"all": RESULT}).splitlines() == [
        "     docs  gold  pred   leak   over  char P  char R  char F1"
        "  span P  span R  span F1  span full",
        "all     1     1     1  0.500  0.500   0.429   0.500    0.462"
        "   1.000   1.000    1.000      0.000",
        "",
        "all, by group  gold  pred   leak  touched   full  label P  label R  label F1",
        "LOC/ADDRESS       0     1      -        -      -    0.000        -     0.000",
        "PERSON            1     0  0.500    1.000  0.000        -    0.000     0.000",
    ]


def test_table_of_several_results_keeps_their_order() -> None:
    lines = to_table({"core": RESULT, "all": figures(Counts())}).splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["core", "all"]
    assert lines[-1].startswith("all, by group")
