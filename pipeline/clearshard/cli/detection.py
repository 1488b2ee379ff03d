"""`detect` and `eval`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from clearshard.cli.console import conclude, print_json, print_text, shown
from clearshard.cli.options import (
    JsonOption,
    MaybeConfigOption,
    WorkersOption,
    require_outside,
)
from clearshard.config import Config, redaction_defaults
from clearshard.errors import ConfigError, TooManyQuarantined
from clearshard.run.asked import worker_count
from clearshard.run.checked import load_for_detection
from clearshard.storage.failures import output_errors
from clearshard.storage.permissions import private

_EXIT = """Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 a document could not be
scanned, 4 the input cannot be read."""


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command(epilog=_EXIT)(detect)
    app.command("eval", epilog=_EXIT)(evaluate)


def _config(path: Path | None) -> Config:
    return redaction_defaults() if path is None else load_for_detection(path)


def _require_picture(path: Path) -> None:
    """Refuses what no picture can be written to, before minutes of detection.

    Raises:
        ConfigError: It has another ending, lies in no folder or in an output, or is a folder.
    """
    require_outside("--curve", path)
    problems = []
    if path.suffix.lower() != ".svg":
        problems.append(f"{path} → only SVG is drawn. Name a file that ends in .svg")
    if path.is_dir():
        problems.append(f"{path} → is a folder. Name a file")
    if not path.absolute().parent.is_dir():
        problems.append(f"{path.parent} → is not a folder. Make it first")
    if problems:
        raise ConfigError("--curve", problems)


def detect(
    source: Annotated[Path, typer.Argument(metavar="IN.jsonl", help="{id, text, utterances?}")],
    target: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="{id, spans}")],
    config: MaybeConfigOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Spans of plain documents: {id, text, utterances?} → {id, spans}."""
    from clearshard.run.detect import detect as detect_spans
    from clearshard.run.detect import read_documents

    require_outside("OUT.jsonl", target)
    if target.exists() and target.samefile(source):
        raise ConfigError("detect", ["OUT.jsonl → is the input"])
    documents = spans = failed = 0
    found = detect_spans(_config(config), read_documents(source), worker_count(workers))
    with (
        output_errors(target.absolute().parent),
        private(),
        target.open("w", encoding="utf-8") as out,
    ):
        for detected in found:
            line: dict[str, object] = {
                "id": detected.id,
                "spans": [
                    {
                        "start": span.start,
                        "end": span.end,
                        "label": span.entity_type,
                        "score": span.score,
                        "recognizer": span.recognizer,
                    }
                    for span in detected.spans
                ],
            }
            if detected.problem is not None:
                line["error"] = detected.problem.reason
                failed += 1
            out.write(json.dumps(line) + "\n")
            documents += 1
            spans += len(detected.spans)
    if as_json:
        result = {"documents": documents, "spans": spans, "failed": failed, "out": str(target)}
        print_json({"status": "done", **result})
    else:
        print_text(f"{spans:,} spans in {documents:,} documents → {target}")
    if failed:
        conclude(
            TooManyQuarantined(f"{failed:,} documents could not be scanned; see their `error`.")
        )


def evaluate(
    gold: Annotated[
        Path,
        typer.Argument(
            metavar="GOLD", help="{id, text, spans} a line, or a list of presidio-evaluator."
        ),
    ],
    config: MaybeConfigOption = None,
    workers: WorkersOption = None,
    misses: Annotated[
        int, typer.Option(min=0, help="Show so many core gold spans that leak, WITH THEIR TEXT.")
    ] = 0,
    curve: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.svg",
            help="Draw leak against over-redaction of a surer or less sure tagger.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Leak, over-redaction and P/R/F1 by group of the configured detector on gold spans."""
    from clearshard.evaluation.curve import curve_to_dict, curve_to_table
    from clearshard.evaluation.groups import Variant
    from clearshard.evaluation.metrics import figures
    from clearshard.evaluation.plot import svg_of
    from clearshard.evaluation.rendering import to_dict, to_table
    from clearshard.run.curve import evaluate_with_curve
    from clearshard.run.detect import evaluate as evaluate_detector

    drawn = None
    if curve is None:
        result = evaluate_detector(
            _config(config), gold, worker_count(workers), misses, Variant.CORE
        )
    else:
        _require_picture(curve)
        result, drawn = evaluate_with_curve(_config(config), gold, worker_count(workers), misses)
        with output_errors(curve.absolute().parent), private():
            curve.write_text(svg_of(drawn), encoding="utf-8")
    everything, core = figures(result.everything), figures(result.core)
    if as_json:
        both = {"all": to_dict(everything), "core": to_dict(core), "unscanned": result.unscanned}
        print_json(both if drawn is None else {**both, "curve": curve_to_dict(drawn)})
    else:
        print_text(to_table({"all": everything, "core": core}))
        if drawn is not None:
            print_text(f"\n{curve_to_table(drawn)}\n\n→ {curve}")
        for miss in result.misses:
            place = f"{shown(miss.document_id)} {miss.label}"
            print_text(f"MISS {place}: {shown(miss.before)}[{shown(miss.visible)}]")
    if result.unscanned:
        conclude(
            TooManyQuarantined(
                f"{result.unscanned:,} documents could not be scanned and count as not redacted."
            )
        )
