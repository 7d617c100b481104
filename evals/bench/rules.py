"""python -m evals.bench.rules DATA: does a rule's question mean another one that holds all of its words?

DATA: folder of the public data sets (stackfaq, workarena_kb). Two questions with the same answer ask the same. A rule's question is one of
them, or its three rarest words, as editors write them.
"""

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Final

from copilot.adapters.embedder import make_embedder
from copilot.domain.ports.search import Embedder
from copilot.retrieval.words import stem, stems, tokens

SETS: Final = ("stackfaq", "workarena_kb")
COSINES: Final = (0.0, 0.6, 0.65, 0.7, 0.75)
KEYWORDS: Final = 3


def read(folder: Path) -> list[tuple[str, str]]:
    """(question, the answer it wants)."""
    wants: dict[str, str] = {}
    for file in sorted((folder / "qrels").iterdir()):
        rows = (line.split() for line in file.read_text(encoding="utf-8").splitlines())
        wants |= {row[0]: row[-2] for row in rows if len(row) >= 3 and row[-1].isdigit() and int(row[-1]) > 0}
    lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [(one["text"], wants[one["_id"]]) for one in map(json.loads, lines) if one["_id"] in wants]


def shortened(text: str, rarity: Counter[str]) -> str:
    """The rarest words of a question, in their order."""
    chosen = sorted(set(stems(text)), key=lambda word: rarity[word])[:KEYWORDS]
    first = {stem(word): word.lower() for word in reversed(tokens(text))}
    return " ".join(first[word] for word in dict.fromkeys(stems(text)) if word in chosen)


async def pairs(embedder: Embedder, asked: list[tuple[str, str]], rules: list[str]) -> list[tuple[float, bool]]:
    """(cosine, whether both want the same) of each rule with every other question that holds its words and more."""
    vectors, own = await embedder.encode([text for text, _ in asked]), await embedder.encode(rules)
    words = [frozenset(stems(text)) for text, _ in asked]
    found = []
    for i, rule in enumerate(rules):
        needed = frozenset(stems(rule))
        found += [
            (float(own[i] @ vectors[j]), asked[i][1] == asked[j][1])
            for j in range(len(asked))
            if needed and i != j and needed <= words[j] and needed != words[j]
        ]
    return found


async def measure(data: Path) -> None:
    """Print, for each set and kind of rule, precision and recall at each cosine."""
    embedder = make_embedder()
    for name in SETS:
        asked = read(data / name)
        rarity = Counter(word for text, _ in asked for word in set(stems(text)))
        for kind, rules in (("whole", [text for text, _ in asked]), ("three words", [shortened(text, rarity) for text, _ in asked])):
            found = await pairs(embedder, asked, rules)
            for least in COSINES:
                held = [same for cosine, same in found if cosine >= least]
                precision, recall = sum(held) / max(1, len(held)), sum(held) / max(1, sum(same for _, same in found))
                print(f"{name:14}{kind:12} cosine ≥ {least:.2f}: precision {precision:.3f}, recall {recall:.3f} ({len(held)} pairs)")
    await embedder.close()


def main() -> None:
    """See the module."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if data is None or not all((data / name).is_dir() for name in SETS):
        print(f"Name the folder with {' and '.join(SETS)}: python -m evals.bench.rules DATA", file=sys.stderr)
        raise SystemExit(2)
    asyncio.run(measure(data))


if __name__ == "__main__":
    main()
