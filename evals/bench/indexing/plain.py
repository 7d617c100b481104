"""What a plain user writes: LangChain's splitter, encoder and vector store on Chroma. Prints one JSON object.

`PYTHON plain.py FILES MODEL OVERLAP`, with the environment of requirements.txt; imports nothing of the product. The encoder is loaded and
warm before the clock starts. FILES is a folder of Markdown, MODEL a folder with the weights.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter


def main(files: str, model: str, overlap: int) -> None:
    """Load, split at 1,000 characters, encode in float32, store."""
    embeddings = HuggingFaceEmbeddings(model_name=model, model_kwargs={"device": "cpu"})
    embeddings.embed_documents(["warm up"])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        started = time.perf_counter()
        documents = [Document(file.read_text(encoding="utf-8"), metadata={"source": str(file)}) for file in Path(files).glob("*.md")]
        chunks = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=overlap).split_documents(documents)
        Chroma.from_documents(chunks, embeddings, persist_directory=folder)
        seconds = time.perf_counter() - started
    sys.stdout.write(json.dumps({"seconds": seconds, "pieces": len(chunks)}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
