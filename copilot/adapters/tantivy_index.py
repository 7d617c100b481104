"""One Tantivy index: its fields, the words of a passage in the forms that are searched, and the questions asked of them."""

import math
import re
import shutil
import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from copilot.domain.knowledge import Passage
from copilot.domain.ports.search import WordMatch
from copilot.retrieval import names
from copilot.retrieval.passages import plain_text
from copilot.retrieval.words import fold, tokens

BOOSTS = {"title": 1.6, "heading": 1.2, "body": 1.0, "exact": 0.4}
"""Measured on the sets of evals/bench/search.py: a word in the title says more about a passage than one in its text."""

TEXTS = ("title", "heading", "body")
"""Where a word of the question counts as matched."""

LANGUAGES = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french",
    "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian", "nb": "norwegian", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
"""Locale → Snowball stemmer and stop words. Texts in other languages are indexed as they are written."""

HEAP_BYTES = 15_000_000
"""Tantivy's least; a commit follows every batch anyway."""

NAMED_SCAN = 2
"""`named` looks at this many times the wanted passages: BM25 on titles, which finds them, is not yet the affinity that ranks them."""

KNOWN_WORDS = 20_000
"""Words whose forms and weights are kept until the next commit."""

KNOWN_IDS = 50_000
"""Ids of found passages that are kept until the next commit."""
NAME_WORDS = 16
"""So many words of a conversation, those that are most of a name, are looked for in titles."""


@lru_cache(maxsize=32)
def _analyzer(locale: str) -> Any:
    """Lower case, stop words, stems, no accents – for the language of the text."""
    import tantivy

    keep = tantivy.Filter
    chain = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(keep.remove_long(60)).filter(keep.lowercase())
    if language := LANGUAGES.get(locale):
        chain = chain.filter(keep.stopword(language)).filter(keep.stemmer(language))
    return chain.filter(keep.ascii_fold()).build()


def _language(locale: str) -> str:
    """The part of a locale that picks the stemmer; English where none is given, as for the encoder."""
    return re.split(r"[-_]", locale.lower())[0] or "en"


def _analyze(text: str, language: str) -> str:
    return " ".join(_analyzer(language).analyze(" ".join(tokens(text))))


class TenantIndex:
    """One Tantivy index; writes are serialised, reads see the last commit."""

    def __init__(self, folder: Path | None) -> None:
        import tantivy

        self._tantivy = tantivy
        self._writing = threading.Lock()
        self._schema = _schema(tantivy)
        if folder is None:
            self._index = tantivy.Index(self._schema)
        else:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._index = tantivy.Index(self._schema, path=str(folder), reuse=True)
        self._refresh()
        # Reads every segment once: a damaged one shows here, not in the middle of a customer's turn.
        for _, address in self._searcher.search(tantivy.Query.all_query(), 1, count=False).hits:
            self._searcher.doc(address)

    def _refresh(self) -> None:
        self._index.reload()
        self._searcher = self._index.searcher()
        self._known_forms: dict[str, tuple[str, ...]] = {}
        self._known_ids: dict[tuple[int, int], str] = {}
        self._known_weights: dict[str, float] = {}
        self._languages = tuple(code for code in LANGUAGES if code == "en" or self._searcher.doc_freq("locale", code))

    def count(self) -> int:
        return int(self._searcher.num_docs)

    def copy(self, folder: Path, to: Path) -> None:
        """The index as last committed, in another folder. Segments are linked; what names them is copied, because it is replaced."""
        to.mkdir(mode=0o700)
        with self._writing:
            for file in folder.iterdir():
                if file.suffix == ".json":
                    shutil.copy2(file, to / file.name)
                elif file.suffix != ".lock":
                    (to / file.name).hardlink_to(file)

    def replace(self, removed: Sequence[str], added: Sequence[Passage]) -> None:
        with self._writing:
            writer = self._index.writer(HEAP_BYTES, 1)
            for key in {*removed, *(passage.id for passage in added)}:
                writer.delete_documents_by_term("id", key)
            for passage in added:
                writer.add_document(self._document(passage))
            writer.commit()
            # Also gives up the folder's writer lock.
            writer.wait_merging_threads()
            self._refresh()

    def _document(self, passage: Passage) -> Any:
        language = _language(passage.locale)
        text = plain_text(passage.text)
        return self._tantivy.Document(
            id=[passage.id],
            locale=[language],
            title=[_analyze(passage.title, language)],
            heading=[_analyze(passage.heading, language)],
            body=[_analyze(text, language)],
            exact=[" ".join(_names_and_codes(f"{passage.title} {passage.heading} {text}"))],
        )

    def query(self, words: Mapping[str, float], limit: int) -> list[tuple[str, float]]:
        clauses = self._rating(words)
        return self._search(self._tantivy.Query.boolean_query(clauses), limit) if clauses else []

    def match(self, words: Mapping[str, float], ids: Sequence[str]) -> dict[str, WordMatch]:
        rating, (covering, total) = self._rating(words), self._covering(words)
        if not rating or not total:
            return {}
        scores, covered = self._among(ids, rating), dict(self._among(ids, covering))
        return {key: WordMatch(score, min(1.0, covered.get(key, 0.0) / total)) for key, score in scores}

    def _among(self, ids: Sequence[str], clauses: list[tuple[Any, Any]]) -> list[tuple[str, float]]:
        """Those of the ids that match a clause, with their scores."""
        query, should, must = self._tantivy.Query, self._tantivy.Occur.Should, self._tantivy.Occur.Must
        # For hundreds of ids twice as fast as term_set_query, which walks the dictionary.
        wanted = query.boolean_query([(should, query.term_query(self._schema, "id", key, "basic")) for key in ids])
        only = query.boolean_query([(must, query.const_score_query(wanted, 0.0)), (must, query.boolean_query(clauses))])
        return self._search(only, len(ids))

    def _rating(self, words: Mapping[str, float]) -> list[tuple[Any, Any]]:
        """Clauses whose scores add up to BM25 over the fields, a word counting once with its best form."""
        query, occur = self._tantivy.Query, self._tantivy.Occur.Should
        clauses = []
        for word, weight in words.items():
            forms = self._forms(word)
            for field, boost in BOOSTS.items():
                terms = [query.term_query(self._schema, field, form, "freq") for form in (forms if field != "exact" else (fold(word),))]
                if terms and forms:
                    clauses.append(
                        (occur, query.boost_query(terms[0] if len(terms) == 1 else query.disjunction_max_query(terms), boost * weight))
                    )
        return clauses

    def _covering(self, words: Mapping[str, float]) -> tuple[list[tuple[Any, Any]], float]:
        """Clauses whose scores add up to what the matched words tell, wherever they stand; and what all words together tell."""
        query, occur = self._tantivy.Query, self._tantivy.Occur.Should
        clauses, total = [], 0.0
        for word, weight in words.items():
            if not (forms := self._forms(word)):
                continue
            telling = weight * self._rarity(forms)
            total += telling
            terms = [(occur, query.term_query(self._schema, field, form, "basic")) for form in forms for field in TEXTS]
            clauses.append((occur, query.const_score_query(query.boolean_query(terms), telling)))
        return clauses, total

    def _rarity(self, forms: Sequence[str]) -> float:
        """BM25's inverse document frequency of the commonest form."""
        holding = max(self._searcher.doc_freq(field, form) for form in forms for field in TEXTS)
        return math.log(1 + (self._searcher.num_docs - holding + 0.5) / (holding + 0.5))

    def _search(self, query: Any, limit: int) -> list[tuple[str, float]]:
        return [(self._id(address), float(score)) for score, address in self._searcher.search(query, limit, count=False).hits]

    def _id(self, address: Any) -> str:
        """The passage's id; reading a stored document costs more than finding it."""
        place = (address.segment_ord, address.doc)
        if (known := self._known_ids.get(place)) is None:
            known = str(self._searcher.doc(address)["id"][0])
            if len(self._known_ids) < KNOWN_IDS:
                self._known_ids[place] = known
        return known

    def _forms(self, word: str) -> tuple[str, ...]:
        """The word as it would stand in the index, in each language it holds; empty for a stop word and for more than one word."""
        if (known := self._known_forms.get(word)) is None:
            known = self._analyzed(word)
            if len(self._known_forms) < KNOWN_WORDS:
                self._known_forms[word] = known
        return known

    def _analyzed(self, word: str) -> tuple[str, ...]:
        forms = dict.fromkeys([fold(word)])
        for language in self._languages:
            found = _analyzer(language).analyze(word)
            if len(found) != 1:
                return ()
            forms[found[0]] = None
        return tuple(forms)

    def named(self, said: Mapping[str, float], limit: int) -> list[tuple[str, float]]:
        query, occur = self._tantivy.Query, self._tantivy.Occur.Should
        weights: dict[str, float] = {}
        for word, weight in said.items():
            for form in self._forms(word):
                weights[form] = max(weight, weights.get(form, 0.0))
        rated = {form: w * self._name_weight(form) for form, w in weights.items()}
        clauses = [
            (occur, query.boost_query(query.term_query(self._schema, "title", form, "freq"), w)) for form, w in rated.items() if w > 0
        ]
        if not clauses:
            return []
        hits = self._searcher.search(query.boolean_query(clauses), limit * NAMED_SCAN, count=False).hits
        found, known = [], dict[str, float]()
        for _, address in hits:
            document = self._searcher.doc(address)
            title = document["title"][0]
            if title not in known:
                known[title] = names.affinity(set(title.split()), weights, self._name_weight)
            found.append((document["id"][0], known[title]))
        return sorted(found, key=lambda pair: -pair[1])[:limit]

    def _name_weight(self, form: str) -> float:
        if (known := self._known_weights.get(form)) is None:
            searcher = self._searcher
            known = names.weight(searcher.doc_freq("title", form), searcher.doc_freq("body", form), searcher.num_docs)
            if len(self._known_weights) < KNOWN_WORDS:
                self._known_weights[form] = known
        return known


def _names_and_codes(text: str) -> list[str]:
    """Words with a capital or a digit, as written but for case: what stemming may hurt."""
    return [fold(word) for word in tokens(text) if not word.islower()]


def _schema(tantivy: Any) -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("locale", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("title", stored=True, tokenizer_name="whitespace", index_option="freq")
    for field in ("heading", "body", "exact"):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    return builder.build()
