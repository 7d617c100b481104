"""Levers that promise different things for the same case."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import combinations
from typing import NamedTuple

from copilot.domain.knowledge import Article, Lever, Limit
from copilot.domain.linting import Finding
from copilot.retrieval.bends import Bend, bend_of
from copilot.retrieval.contradictions import MONEY
from copilot.retrieval.linting.base import Folder, Page, Rule
from copilot.retrieval.linting.conditions import exclude, narrower, same
from copilot.retrieval.words import stem, stems

ALIKE = 3 / 4
"""Share of their words that two offers of the same kind have in common."""


class _Placed(NamedTuple):
    page: Page
    article: Article
    lever: Lever

    @property
    def name(self) -> str:
        return f"{self.lever.id!r} ({self.page.name})"


class Levers(Rule):
    """The same offer, for the same product at the same time, with another limit or another authority.

    A ladder is none: a supervisor may go further than an agent, and a narrower condition may give more. Offers are the same when they
    bend the same constraint in nearly the same words, or in two languages of one group under the same clauses. Audiences are not
    compared: what a public and an internal article allow stands side by side on the agent's desk.
    """

    name = "contradicting-levers"

    def run(self, folder: Folder) -> Iterator[Finding]:
        """At the second lever of each pair: an error when both are for the same cases, a warning when their cases may meet."""
        bent: defaultdict[str, list[_Placed]] = defaultdict(list)
        for page, article in folder.living:
            for lever in article.levers:
                if lever.until is None or lever.until >= folder.on:
                    bent[bend_of(lever.offer).bends].append(_Placed(page, article, lever))
        for levers in bent.values():
            for first, second in combinations(levers, 2):
                yield from self._pair(first, second)

    def _pair(self, first: _Placed, second: _Placed) -> Iterator[Finding]:
        if not _meet(first, second) or not _same_offer(first, second):
            return
        difference = _difference(first, second)
        if difference:
            settled = same(first.lever.when, second.lever.when) and "draft" not in (first.article.status, second.article.status)
            cases = "the same" if same(first.lever.when, second.lever.when) else "possibly the same"
            message = f"the lever {second.lever.id!r} makes the same offer as {first.name} for {cases} cases, but {difference}."
            todo = "Settle on one, or give them conditions that exclude each other."
            yield self.finding(second.page, second.page.lever_line(second.lever.id), "error" if settled else "warning", message, todo)


def _meet(first: _Placed, second: _Placed) -> bool:
    """Whether a case can have both: a product in common, a day in common, conditions that do not exclude each other."""
    products = set(first.article.products) & set(second.article.products)
    if first.article.products and second.article.products and not products:
        return False
    if _ends_before(first.lever.until, second.article.valid_from) or _ends_before(second.lever.until, first.article.valid_from):
        return False
    return not exclude(first.lever.when, second.lever.when)


def _ends_before(until: datetime | None, start: datetime | None) -> bool:
    return until is not None and start is not None and until < start


def _same_offer(first: _Placed, second: _Placed) -> bool:
    a, b = first.article, second.article
    if a.group and a.group == b.group and a.locale != b.locale:
        return bool(first.lever.when.all) and same(first.lever.when, second.lever.when)
    bend = bend_of(first.lever.offer)
    left, right = _words(first.lever.offer), _words(second.lever.offer)
    if len(left & right) >= ALIKE * len(left | right):
        return True
    # "Refund the first night" and "Reimburse the first night": what is bent is the same, said with another of the bend's words.
    left, right = _without(left, bend), _without(right, bend)
    return left == right and len(left) > 1


def _words(offer: str) -> frozenset[str]:
    """Stems of what an offer is about, without its figures."""
    return frozenset(word for word in stems(offer) if word.isalpha() and word not in MONEY)


def _without(words: frozenset[str], bend: Bend) -> frozenset[str]:
    said = {stem(word) for word in bend.words}
    return frozenset(word for word in words if word not in said and not any(word.startswith(one) for one in said if len(one) > 4))


def _difference(first: _Placed, second: _Placed) -> str:
    """How the two contradict each other; empty when they do not."""
    a, b = first.lever, second.lever
    further = _further(a.limit, b.limit)
    if a.authority == b.authority:
        if further in (0, None) or _exception(first, second, further):
            return ""
        return f"with the limit {_limit(b.limit)} instead of {_limit(a.limit)}"
    ladder = -1 if a.authority == "agent" else 1
    if further is None or further == ladder:
        return ""
    return f"here {_who(b)} decides {_limit(b.limit)}, there {_who(a)} decides {_limit(a.limit)}"


def _exception(first: _Placed, second: _Placed, further: int) -> bool:
    """Whether the one that goes further is for narrower cases: a rule and its exception."""
    more, less = (first, second) if further > 0 else (second, first)
    return narrower(more.lever.when, less.lever.when)


def _further(a: Limit | None, b: Limit | None) -> int | None:
    """1 when `a` allows more than `b`, -1 when less, 0 when the same; None when they measure different things."""
    if a == b:
        return 0
    if a is None or b is None:
        return 1 if a is None else -1
    for left, right in ((a.amount, b.amount), (a.days, b.days), (a.months, b.months), (a.percent, b.percent)):
        if left is not None and right is not None and a.currency == b.currency:
            return 1 if left > right else -1
    return None


def _who(lever: Lever) -> str:
    return "an agent" if lever.authority == "agent" else "a supervisor"


def _limit(limit: Limit | None) -> str:
    if limit is None:
        return "without a limit"
    if limit.amount is not None:
        return f"{limit.amount:,.{0 if limit.amount == int(limit.amount) else 2}f} {limit.currency}"
    return (
        f"{limit.days} days" if limit.days is not None else f"{limit.months} months" if limit.months is not None else f"{limit.percent:g} %"
    )
