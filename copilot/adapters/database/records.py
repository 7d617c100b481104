"""One tenant's records inside one transaction."""

from functools import cached_property

from copilot.adapters.database.access import SqlAccess
from copilot.adapters.database.admin import SqlAdmin
from copilot.adapters.database.articles import SqlArticles
from copilot.adapters.database.connections import SqlConnections
from copilot.adapters.database.conversations import SqlConversations
from copilot.adapters.database.curation import SqlCuration
from copilot.adapters.database.customers import SqlCustomers
from copilot.adapters.database.day import SqlDay
from copilot.adapters.database.editing import SqlEditing
from copilot.adapters.database.experiments import SqlExperiments
from copilot.adapters.database.facts import SqlFacts
from copilot.adapters.database.gaps import SqlGaps
from copilot.adapters.database.grants import SqlGrants
from copilot.adapters.database.handovers import SqlHandovers
from copilot.adapters.database.imports import SqlImports
from copilot.adapters.database.log import SqlLog
from copilot.adapters.database.matches import SqlMatches
from copilot.adapters.database.memories import SqlMemories
from copilot.adapters.database.quality import SqlQuality
from copilot.adapters.database.questions import SqlQuestions
from copilot.adapters.database.recalls import SqlRecalls
from copilot.adapters.database.scorecards import SqlScorecards
from copilot.adapters.database.senses import SqlSenses
from copilot.adapters.database.suggestions import SqlSuggestions
from copilot.adapters.database.syncing import SqlSyncing
from copilot.adapters.database.transaction import Transaction
from copilot.adapters.database.turns import SqlTurns


class SqlRecords:
    """The `Records` port; each group is made when it is first asked for."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction

    @property
    def tenant_id(self) -> str:
        return self.transaction.tenant

    @cached_property
    def customers(self) -> SqlCustomers:
        return SqlCustomers(self.transaction)

    @cached_property
    def matches(self) -> SqlMatches:
        return SqlMatches(self.transaction)

    @cached_property
    def connections(self) -> SqlConnections:
        return SqlConnections(self.transaction)

    @cached_property
    def conversations(self) -> SqlConversations:
        return SqlConversations(self.transaction)

    @cached_property
    def senses(self) -> SqlSenses:
        return SqlSenses(self.transaction)

    @cached_property
    def turns(self) -> SqlTurns:
        return SqlTurns(self.transaction)

    @cached_property
    def suggestions(self) -> SqlSuggestions:
        return SqlSuggestions(self.transaction)

    @cached_property
    def memories(self) -> SqlMemories:
        return SqlMemories(self.transaction)

    @cached_property
    def articles(self) -> SqlArticles:
        return SqlArticles(self.transaction)

    @cached_property
    def editing(self) -> SqlEditing:
        return SqlEditing(self.transaction)

    @cached_property
    def facts(self) -> SqlFacts:
        return SqlFacts(self.transaction)

    @cached_property
    def recalls(self) -> SqlRecalls:
        return SqlRecalls(self.transaction)

    @cached_property
    def curation(self) -> SqlCuration:
        return SqlCuration(self.transaction)

    @cached_property
    def syncing(self) -> SqlSyncing:
        return SqlSyncing(self.transaction)

    @cached_property
    def handovers(self) -> SqlHandovers:
        return SqlHandovers(self.transaction)

    @cached_property
    def grants(self) -> SqlGrants:
        return SqlGrants(self.transaction)

    @cached_property
    def questions(self) -> SqlQuestions:
        return SqlQuestions(self.transaction)

    @cached_property
    def gaps(self) -> SqlGaps:
        return SqlGaps(self.transaction)

    @cached_property
    def log(self) -> SqlLog:
        return SqlLog(self.transaction)

    @cached_property
    def day(self) -> SqlDay:
        return SqlDay(self.transaction)

    @cached_property
    def admin(self) -> SqlAdmin:
        return SqlAdmin(self.transaction)

    @cached_property
    def access(self) -> SqlAccess:
        return SqlAccess(self.transaction)

    @cached_property
    def imports(self) -> SqlImports:
        return SqlImports(self.transaction)

    @cached_property
    def experiments(self) -> SqlExperiments:
        return SqlExperiments(self.transaction)

    @cached_property
    def quality(self) -> SqlQuality:
        return SqlQuality(self.transaction)

    @cached_property
    def scorecards(self) -> SqlScorecards:
        return SqlScorecards(self.transaction)
