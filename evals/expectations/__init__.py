"""What a case can expect. One file each, one entry here."""

from evals.expectations.abstain import Abstain
from evals.expectations.allow import Allow
from evals.expectations.ask import Ask
from evals.expectations.base import Expectation
from evals.expectations.cite import Cite
from evals.expectations.cover import Cover
from evals.expectations.disclose import Disclose
from evals.expectations.doubt import Doubt
from evals.expectations.feel import Feel
from evals.expectations.find import Find
from evals.expectations.flag import Flag
from evals.expectations.heat import Heat
from evals.expectations.know import Know
from evals.expectations.notice import Notice
from evals.expectations.offer import Offer
from evals.expectations.owe import Owe
from evals.expectations.own import Own
from evals.expectations.remember import Remember
from evals.expectations.say import Say
from evals.expectations.speak import Speak
from evals.expectations.suggest import Suggest

CATALOGUE: dict[str, Expectation] = {
    one.name: one
    for one in (
        Abstain(),
        Allow(),
        Ask(),
        Cite(),
        Cover(),
        Disclose(),
        Doubt(),
        Feel(),
        Find(),
        Flag(),
        Heat(),
        Know(),
        Notice(),
        Offer(),
        Owe(),
        Own(),
        Remember(),
        Say(),
        Speak(),
        Suggest(),
    )
}
"""By its name in a case."""
