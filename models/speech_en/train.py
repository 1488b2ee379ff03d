"""Makes the recognizer of names and places in speech: data, training, stripped weights.

    python models/speech_en/train.py CORPORA WORK [--model PATH] [--steps N] [--snippets N]

WORK is a scratch folder: training data hold the corpora's texts and never belong in the project.
What is written to PATH is a spaCy pipeline that holds weights and labels but no training word.
"""

# ruff: noqa: S603, T201 - this file's own commands; a command's report

import argparse
import subprocess
import sys
import time
from pathlib import Path

import spacy
from prepare import prepare
from spacy.language import Language
from spacy.tokens import DocBin
from thinc.api import NumpyOps, set_current_ops

_HERE = Path(__file__).parent
#: What is added to the scores of the actions that begin an entity (`raise_recall`).
RAISED = {"PERSON": 2.0, "LOCATION": 2.0, "ADDRESS": 2.0}


def train(data: Path, out: Path, steps: int, seed: int) -> Path:
    """Trains on the documents of `data` and returns the folder of the best pipeline.

    Args:
        data: Folder of `train.spacy` and `dev.spacy`.
        out: Where pipelines go.
        steps: How many batches; the learning rate falls to nothing by the last.
        seed: Of initial weights, order and dropout.
    """
    overrides = {
        "paths.train": data / "train.spacy",
        "paths.dev": data / "dev.spacy",
        "system.seed": seed,
        "training.max_steps": steps,
        "training.optimizer.learn_rate.total_steps": steps,
    }
    given = [part for key, value in overrides.items() for part in (f"--{key}", str(value))]
    command = [sys.executable, "-m", "spacy", "train", str(_HERE / "config.cfg")]
    subprocess.run([*command, "--output", str(out), *given], check=True)
    return out / "model-best"


def strip(trained: Path, out: Path) -> None:
    """Saves a trained pipeline without the words that it was trained on.

    spaCy's vocabulary keeps the string of every word it has seen, names included, and saves them
    all. Inference hashes words, so it needs none of them: the weights are put into a fresh
    pipeline, whose vocabulary holds the language's own strings and the labels.

    Args:
        trained: Folder of the trained pipeline.
        out: Where to.

    Raises:
        RuntimeError: What is to be saved holds strings of the training data nevertheless.
    """
    config = spacy.util.load_config(trained / "config.cfg")
    config["paths"] = {"train": None, "dev": None}
    fresh: Language = spacy.util.load_model_from_config(config, auto_fill=True)
    fresh.get_pipe("ner").from_disk(trained / "ner", exclude=["vocab"])
    labels = fresh.get_pipe("ner").labels
    expected = set(spacy.blank("en").vocab.strings) | set(labels) | {"ner", "ROOT"}
    expected |= {f"{move}-{label}" for move in "BILU" for label in labels}
    if foreign := set(fresh.vocab.strings) - expected:
        raise RuntimeError(f"{len(foreign)} strings that inference does not need")
    fresh.meta.update(
        name="speech_en",
        version="0.1.0",
        description="People, places, addresses, organisations and dates in English speech.",
        license="Apache-2.0",
        spacy_version=">=3.8.7,<3.9.0",
    )
    fresh.to_disk(out)


def raise_recall(model: Path) -> None:
    """Makes a pipeline find more people, places and addresses, and be wrong about more words.

    The network scores each action of the parser and takes the best. A constant is added to the
    scores of those that begin what must not be missed: a threshold, chosen on the development sets.

    Args:
        model: Folder of the pipeline; it is changed in place.
    """
    nlp = spacy.load(model)
    recognizer = nlp.get_pipe("ner")
    upper = recognizer.model.get_ref("upper")
    scores = upper.get_param("b").copy()
    for action, name in enumerate(recognizer.move_names):
        begins, _, label = name.partition("-")
        if begins in ("B", "U") and label in RAISED:
            scores[action] += RAISED[label]
    upper.set_param("b", scores)
    nlp.to_disk(model)


def same_entities(trained: Path, stripped: Path, dev: Path) -> int:
    """How many texts were compared.

    Args:
        trained: Folder of the one pipeline.
        stripped: Folder of the other.
        dev: Documents to compare on.

    Raises:
        RuntimeError: The two do not find the same.
    """
    before, after = spacy.load(trained), spacy.load(stripped)
    texts = [doc.text for doc in DocBin().from_disk(dev).get_docs(before.vocab)][:3000]
    for one, other in zip(before.pipe(texts), after.pipe(texts), strict=True):
        if [(e.start, e.end, e.label_) for e in one.ents] != [
            (e.start, e.end, e.label_) for e in other.ents
        ]:
            raise RuntimeError("the stripped pipeline finds something else")
    return len(texts)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--model", type=Path, default=_HERE / "model")
    parser.add_argument("--steps", type=int, default=9_000)
    parser.add_argument("--snippets", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    # As the project does; spaCy's own kernel is slower on many processors.
    set_current_ops(NumpyOps(use_blis=False))
    started = time.monotonic()
    prepare(args.corpora, args.work / "data", args.snippets, args.seed)
    prepared = time.monotonic()
    best = train(args.work / "data", args.work / "trained", args.steps, args.seed)
    trained = time.monotonic()
    strip(best, args.model)
    compared = same_entities(best, args.model, args.work / "data" / "dev.spacy")
    raise_recall(args.model)
    print(
        f"prepared in {(prepared - started) / 60:.1f} minutes, "
        f"trained in {(trained - prepared) / 60:.1f}; same entities in {compared} texts"
    )


if __name__ == "__main__":
    main()
