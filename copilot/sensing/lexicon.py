"""English words that carry a feeling by themselves, for customers of a company. Chosen by hand; weights 1–3 are how surely they tell."""

from collections.abc import Iterator
from functools import cache

from copilot.domain.emotion import Label
from copilot.sensing.phrases import words

_WORDS: dict[Label, dict[float, str]] = {
    "angry": {
        3: """furious outrage* livid enrag* disgust* disgrace* infuriat* appalling appalled abysmal despicable thieves thief liar liars lied
              scam* crook* fraudsters robbery hate hated incompeten* shambles disgraceful unforgivable seething fuming pissed bastard*
              criminals               shameful contempt* vile""",
        2: """angry unacceptable ridiculous* pathetic useless insult* stupid idiot* moron* bullshit absurd outrageous lying cheat*
              rip-off ripoff stole stealing laughable clowns inexcusable unprofessional mad""",
        1: "worst offended nonsense sucks suck hell damn crap* joke",
    },
    "frustrated": {
        2: """frustrat* annoy* irritat* exasperat* fed-up nightmare infuriated aggravat* hopeless endless* inconvenien* chaos fiasco
              unhelpful runaround pointless rude rudely mess awful terribl* horrible horrendous atrocious rubbish garbage unbelievabl*
              dreadful""",
        1: "wasted waste hours repeatedly constantly already forever tired sick impossible ignored ignoring unanswered nobody",
    },
    "disappointed": {
        3: "disappoint* heartbroken letdown",
        2: """unhappy sad sadly upset upsetting regret* unsatisf* dissatisf* dismay* unimpressed underwhelm* devastat* disheart* hurt grief
              miserable gutted""",
        1: "poor poorly shame unfortunate* bad lousy mediocre expected ruined",
    },
    "worried": {
        3: "worri* worry* anxious anxiety terrified panic* frightened scared frantic",
        2: "nervous afraid concerned concerning desperate* stranded distress* fear uneasy alarmed alarming",
        1: "urgent* emergency risk unsafe suspicious fraud unauthorised unauthorized hacked",
    },
    "confused": {
        3: "confus* puzzl* baffl* perplex* bewilder*",
        2: "unclear unsure contradict* ambiguous misunderst*",
        1: "wondering strange weird odd",
    },
    "grateful": {
        3: "thank* thanx thx grateful appreciat* kudos delighted thrilled",
        2: """perfect* wonderful* excellent amazing* awesome fantastic* brilliant* superb helpful kind kindly kindness pleased glad happy
              relieved lovely love loved lifesaver impressed outstanding terrific""",
        1: "great good nice cheers fine cool well best enjoy* smooth* quick* friendly",
    },
}
PROFANITY = words(
    """fuck fucks fucked fucking fuckers fuckin wtf shit shitty shite bullshit bollocks arse arsehole ass asshole assholes bastard bastards
    bitch bloody damn dammit goddamn crap crappy piss pissed dick dickheads prick pricks wankers wank effing ffs fml"""
)
NEGATIONS = words(
    """not no never none nobody nothing neither nor without hardly barely cannot can't cant don't dont doesn't doesnt didn't didnt won't
    wont     isn't isnt wasn't wasnt
    aren't arent weren't haven't havent hasn't hasnt hadn't wouldn't wouldnt couldn't couldnt shouldn't ain't"""
)
WHO = words(
    """man men woman women male female boy boys girl girls guy guys dude bro sis lady ladies gay gays lesbian lesbians bi queer trans
    transgender straight black blacks white whites asian asians african africans arab arabs hispanic hispanics latino latina latinos
    mexican mexicans indian indians chinese japanese korean koreans russian russians german germans french italian italians polish
    american americans european europeans turkish turks immigrant immigrants foreigner foreigners refugee refugees muslim muslims islam
    christian christians catholic catholics jew jews jewish hindu hindus buddhist atheist atheists old elderly young disabled autistic
    blind deaf fat poor mother father mom mum dad wife husband son daughter grandma grandmother grandfather feminist feminists"""
)
"""Words for who somebody is, not for how they feel: forum talk is unkind to some of them, and the trained head must not learn that."""


@cache
def _exact() -> dict[str, tuple[Label, float]]:
    return {word: (label, weight) for label, weight, word in _entries() if not word.endswith("*")}


@cache
def _stems() -> dict[str, tuple[Label, float]]:
    return {word[:-1]: (label, weight) for label, weight, word in _entries() if word.endswith("*")}


def _entries() -> Iterator[tuple[Label, float, str]]:
    for label, tiers in _WORDS.items():
        for weight, listed in tiers.items():
            for word in listed.split():
                yield label, weight, word


@cache
def feeling(word: str) -> tuple[Label, float] | None:
    """The label a lower-case word speaks for and its weight 1–3; None for words that carry no feeling."""
    if word in _exact():
        return _exact()[word]
    stems = _stems()
    for length in range(len(word), 3, -1):
        if word[:length] in stems:
            return stems[word[:length]]
    return None


def is_feeling_word(word: str) -> bool:
    """Does the word carry feeling, so that it cannot be somebody's name here?"""
    folded = word.casefold()
    return feeling(folded) is not None or folded in PROFANITY or folded in NEGATIONS
