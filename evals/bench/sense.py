"""How well sensing reads people: `python -m evals.bench.sense DATA [--rows 2000] [--cache FOLDER]`, DATA holding `emotion/`.

Macro-F1 on GoEmotions' test split, AUROC of the mood for negative airline tweets, complaints and turns rated below 3 (SGD, MultiWOZ), each
for VADER, the signs alone, the head alone (the reference formula) and the two together. What is absent is skipped, and said.
"""

import argparse
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from copilot.domain.conversation import Message
from copilot.domain.emotion import LABELS, Sensed
from copilot.sensing.cleaning import clean
from copilot.sensing.emotion import Senser
from copilot.sensing.head import Head
from evals.bench import emotion_data as data

HEAT_WEIGHTS = {"angry": 1.0, "frustrated": 1.0, "disappointed": 0.7, "worried": 0.5, "grateful": -1.0}
"""The reference's heat of a head, so that figures compare."""
Vectors = npt.NDArray[np.float32]


def sensed(texts: Sequence[str], vectors: Vectors | None) -> list[Sensed]:
    """Each text by itself; with vectors the head takes part."""
    senser = Senser(Head.load() if vectors is not None else None)
    moment = datetime(2026, 1, 1, tzinfo=UTC)

    def one(number: int, text: str) -> Sensed:
        message = Message(id=str(number), author="customer", text=text, sent_at=moment)
        return senser.sense(message, hint="en", vector=None if vectors is None else vectors[number])

    return [one(number, text) for number, text in enumerate(texts)]


def auroc(scores: Sequence[float], truths: Sequence[bool]) -> float:
    """Area under the ROC curve."""
    from sklearn.metrics import roc_auc_score

    return round(float(roc_auc_score(list(truths), list(scores))), 3)


def vader(texts: Sequence[str]) -> list[float]:
    """VADER's compound score turned round, so that more is worse; empty where it is not installed."""
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        return []
    analyser = SentimentIntensityAnalyzer()
    return [-float(analyser.polarity_scores(text)["compound"]) for text in texts]


def head_heat(vectors: Vectors) -> list[float]:
    """The reference formula on the head's probabilities."""
    head = Head.load()
    return [sum(HEAT_WEIGHTS.get(label, 0.0) * chance for label, chance in head.chances(vector).items()) for vector in vectors]


def negative(name: str, texts: list[str], truths: list[bool], cache: Path | None) -> dict[str, Any]:
    """AUROC of each way to read the mood, on one set."""
    vectors = data.encode([clean(text, ()) for text in texts], cache, name)
    plain, both = sensed(texts, None), sensed(texts, vectors)
    base = vader(texts)
    return {
        "set": name,
        "rows": len(texts),
        "vader": auroc(base, truths) if base else None,
        "signs": auroc([one.mood for one in plain], truths),
        "head": auroc(head_heat(vectors), truths),
        "both": auroc([one.mood for one in both], truths),
        "measured": round(sum(one.measured for one in both) / len(both), 3),
    }


def labels(folder: Path, cache: Path | None) -> dict[str, Any]:
    """Macro-F1 over the seven labels on GoEmotions' test split."""
    from sklearn.metrics import f1_score

    texts, truths = data.goemotions(folder, "test")
    vectors = data.encode([clean(text, ()) for text in texts], cache, "test")
    head = Head.load()
    alone = [max(chances, key=lambda label: chances[label]) for chances in map(head.chances, vectors)]
    plain = [one.label or "neutral" for one in sensed(texts, None)]
    both = [one.label or "neutral" for one in sensed(texts, vectors)]
    wanted = [LABELS[number] for number in truths]

    def f1(found: Sequence[str]) -> float:
        return round(float(f1_score(wanted, found, labels=list(LABELS), average="macro")), 3)

    return {"set": "goemotions", "rows": len(texts), "signs": f1(plain), "head": f1(alone), "both": f1(both)}


def run(folder: Path, rows: int = 2000, cache: Path | None = None) -> list[dict[str, Any]]:
    """The figures of every set that is in `folder`."""
    emotion = folder / "emotion"
    found: list[dict[str, Any]] = []
    if (emotion / "goemotions").is_dir():
        found.append({"measure": "macro-F1", **labels(emotion, cache)})
    if (emotion / "airline_tweets.csv").exists():
        found.append({"measure": "AUROC", **negative("airline", *data.airline(emotion, rows), cache)})
    if (emotion / "complaints.jsonl").exists():
        found.append({"measure": "AUROC", **negative("complaints", *data.complaints(emotion), cache)})
    for name in ("SGD", "MWOZ"):
        if not (emotion / "turn_satisfaction" / f"{name}.txt").exists():
            continue
        texts, low = data.satisfaction(emotion, name, rows)
        found.append({"measure": "AUROC", **negative(name.lower(), texts, low, cache)})
    return found


def main() -> None:
    """Print the figures, one set a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--cache", type=Path, default=None, help="keep vectors here between runs")
    options = parser.parse_args()
    found = run(options.data, options.rows, options.cache)
    if not found:
        print(f"Skipped: no emotion data in {options.data / 'emotion'}.")
    for line in found:
        print(json.dumps(line))


if __name__ == "__main__":
    main()
