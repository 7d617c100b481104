"""What a case can expect. One file each, one entry here."""

from evals.expectations.abstain import Abstain
from evals.expectations.advise import Advise
from evals.expectations.allow import Allow
from evals.expectations.ask import Ask
from evals.expectations.base import Expectation
from evals.expectations.cite import Cite
from evals.expectations.confirm import Confirm
from evals.expectations.contradict import Contradict
from evals.expectations.cover import Cover
from evals.expectations.different import Different
from evals.expectations.disclose import Disclose
from evals.expectations.doubt import Doubt
from evals.expectations.feel import Feel
from evals.expectations.find import Find
from evals.expectations.flag import Flag
from evals.expectations.heat import Heat
from evals.expectations.introduce import Introduce
from evals.expectations.know import Know
from evals.expectations.lead import Lead
from evals.expectations.notice import Notice
from evals.expectations.offer import Offer
from evals.expectations.owe import Owe
from evals.expectations.own import Own
from evals.expectations.quote import Quote
from evals.expectations.refer import Refer
from evals.expectations.remember import Remember
from evals.expectations.say import Say
from evals.expectations.speak import Speak
from evals.expectations.suggest import Suggest

CATALOGUE: dict[str, Expectation] = {
    one.name: one
    for one in (
        Abstain(),
        Advise(),
        Allow(),
        Ask(),
        Cite(),
        Confirm(),
        Contradict(),
        Cover(),
        Different(),
        Disclose(),
        Doubt(),
        Feel(),
        Find(),
        Flag(),
        Heat(),
        Introduce(),
        Know(),
        Lead(),
        Notice(),
        Offer(),
        Owe(),
        Own(),
        Quote(),
        Refer(),
        Remember(),
        Say(),
        Speak(),
        Suggest(),
    )
}
"""By its name in a case."""
