"""Rules of search: an editor proposes to pin or block for a question, a second person agrees, any editor takes it back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from copilot.domain.base import new_id
from copilot.domain.curation import RuleAction, RuleState, SearchRule
from copilot.domain.errors import Conflict, Invalid, NotFound, Refused
from copilot.domain.ports.models import Privacy
from copilot.domain.ports.records import Database, Records
from copilot.domain.ports.search import PassageFilter
from copilot.domain.staff import Caller
from copilot.retrieval.rules import words_of
from copilot.services.conversations.reading import actor

LONGEST = 500
"""Characters of a rule's question: it is a question, not a conversation."""


@dataclass(frozen=True)
class Rules:
    """A tenant's rules of search. The query and the note are kept; what was asked in the lab is not."""

    database: Database
    privacy: Privacy
    clock: Callable[[], datetime]
    wake: Callable[[str], None]

    async def propose(self, caller: Caller, query: str, target: str, action: RuleAction, note: str = "") -> SearchRule:
        """Pin or block a passage (or a whole article, by its id) for a question. It counts once a second person agreed."""
        query = self.privacy.cut(" ".join(query.split()))
        if not words_of(query):
            raise Invalid("The question says nothing to know it by.", todo="Name the matter in a few words.")
        if len(query) > LONGEST:
            raise Invalid(f"The question is longer than {LONGEST} characters.", todo="Keep the few words that matter.")
        moment = self.clock()
        article_id, of_passage, _ = target.partition("~")
        async with self.database.write(caller.tenant_id) as records:
            await _there(records, article_id, target if of_passage else "", moment)
            rule = SearchRule(
                id=new_id(),
                query=query,
                article_id=article_id,
                passage_id=target if of_passage else "",
                action=action,
                note=self.privacy.cut(note.strip()),
                author=caller.who,
                made_at=moment,
                changed_at=moment,
            )
            _alone(rule, await records.curation.rules(("proposed", "active")))
            await self._put(records, caller, rule)
        self.wake(caller.tenant_id)
        return rule

    async def activate(self, caller: Caller, rule_id: str) -> SearchRule:
        """Agree to somebody else's proposal: the next search obeys it."""
        async with self.database.write(caller.tenant_id) as records:
            rule = await _rule(records, rule_id)
            if rule.state != "proposed":
                raise Conflict(f"This rule is {rule.state}.", todo="Propose it anew." if rule.state == "retired" else "It counts already.")
            if caller.user_id is None:
                raise Refused("A person agrees to a rule.", todo="Use a key that was created for a user (keys create --user).")
            if rule.author == caller.who:
                raise Refused("You proposed this rule yourself.", todo="A second person has to agree to it.")
            agreed = rule.model_copy(update={"state": "active", "reviewer": caller.who, "changed_at": self.clock()})
            await self._put(records, caller, agreed)
        self.wake(caller.tenant_id)
        return agreed

    async def retire(self, caller: Caller, rule_id: str) -> SearchRule:
        """Take a rule back, or turn a proposal down: no search obeys it any more."""
        async with self.database.write(caller.tenant_id) as records:
            rule = await _rule(records, rule_id)
            if rule.state == "retired":
                return rule
            over = rule.model_copy(update={"state": "retired", "changed_at": self.clock()})
            await self._put(records, caller, over)
        self.wake(caller.tenant_id)
        return over

    async def all(self, tenant: str, states: Sequence[RuleState] = ("proposed", "active", "retired")) -> list[SearchRule]:
        """Newest first."""
        async with self.database.read(tenant) as records:
            return await records.curation.rules(states)

    async def _put(self, records: Records, caller: Caller, rule: SearchRule) -> None:
        await records.curation.put_rule(rule)
        data = {"rule": rule.id, "state": rule.state, "action": rule.action}
        await records.log.event("article.rule", subject_id=rule.article_id, actor=actor(caller), data=data)


async def _rule(records: Records, rule_id: str) -> SearchRule:
    rule = await records.curation.rule(rule_id)
    if rule is None:
        raise NotFound(f"There is no rule {rule_id!r}.", todo="List the rules.")
    return rule


async def _there(records: Records, article_id: str, passage_id: str, at: datetime) -> None:
    article = await records.articles.get(article_id)
    if article is None or article.status != "published":
        raise NotFound(f"There is no published article {article_id!r}.", todo="Publish it first: a rule is about what can be found.")
    if passage_id and passage_id not in await records.articles.pieces([article_id], PassageFilter(at=at)):
        raise NotFound(f"The article has no passage {passage_id!r} now.", todo="Search again, or name the whole article.")


def _alone(rule: SearchRule, others: Sequence[SearchRule]) -> None:
    """Raises Conflict when a rule on the same question already speaks of the same text."""
    for other in others:
        if words_of(other.query) != words_of(rule.query) or (other.article_id, other.passage_id) != (rule.article_id, rule.passage_id):
            continue
        if other.action == rule.action:
            state = "proposed" if other.state == "proposed" else "counts"
            raise Conflict(f"The same rule is there already ({state}).", todo="Look at the list of rules.")
        raise Conflict("A rule on this question says the opposite.", todo="Retire that one first.")
