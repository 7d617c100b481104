"""What is read of articles is read again only where one changed."""

from copilot.domain.knowledge import Article
from copilot.retrieval.per_article import PerArticle


def article(ident: str, text: str) -> Article:
    return Article(id=ident, title=ident, text=text)


def test_only_what_changed_is_read_again_and_what_is_gone_is_forgotten() -> None:
    read: list[str] = []

    def length(one: Article) -> int:
        read.append(one.id)
        return len(one.text)

    kept = PerArticle(length)
    assert kept.of([article("a", "1"), article("b", "22")]) == [1, 2]
    assert kept.of([article("b", "22"), article("a", "1")]) == [2, 1]
    assert read == ["a", "b"]
    assert kept.of([article("a", "1"), article("b", "333")]) == [1, 3]
    assert read == ["a", "b", "b"]
    assert kept.of([article("a", "1")]) == [1]
    assert kept.of([article("a", "1"), article("b", "333")]) == [1, 3]
    assert read == ["a", "b", "b", "b"]
