"""The catalogue of signs: named, explainable patterns in an English message, each with what it speaks for and how far it moves the mood."""

import re
from collections.abc import Mapping

from copilot.domain.base import Frozen
from copilot.domain.emotion import Label
from copilot.sensing.phrases import phrases


class Found(Frozen):
    """A sign in a message. `mood` is in points of the 0–100 scale; `words` are the customer's, at most six."""

    name: str
    says: str
    label: Label | None = None
    weight: float = 0.0
    """How far it speaks for the label, in natural-log odds."""
    mood: float = 0.0
    words: str = ""


class Sign(Frozen):
    """A pattern that is a sign wherever it is found."""

    name: str
    says: str
    label: Label | None
    weight: float
    mood: float
    pattern: re.Pattern[str]

    def find(self, text: str) -> Found | None:
        """The first place that shows it."""
        place = self.pattern.search(text)
        if place is None:
            return None
        words = " ".join(place[0].split()[:6]).strip(" ,.;:!?")
        return Found(name=self.name, says=self.says, label=self.label, weight=self.weight, mood=self.mood, words=words)


def _sign(name: str, says: str, label: Label | None, weight: float, mood: float, listed: str) -> Sign:
    return Sign(name=name, says=says, label=label, weight=weight, mood=mood, pattern=phrases(listed))


_LENGTH = (
    r"(?:\d+|an?|two|three|four|five|six|several|many) ?"
    r"(?:minutes?|mins?|hours?|hrs?|days|weeks|months)"
)

CATALOGUE: tuple[Sign, ...] = (
    _sign(
        "threat_public",
        "threatens to go public",
        "angry",
        2.2,
        17,
        r"""
        (?:post|share|put|tell|write|writing)(?:ing)?\b[^.!?\n]{0,30}\b(?:everyone|everybody|online|twitter|facebook|instagram|tiktok|reddit)\b
        (?:social media|trustpilot|google review|(?:bad|negative|terrible|one[ -]star|1[ -]star) review)s?\b
        (?:go|going|take this|taking this) (?:to the )?(?:public|press|media|papers|newspapers?)\b
        everyone will (?:know|hear)
        name and shame
        post(?:ing)? (?:a |this |that |the |your )?(?:picture|photo|video|screenshot|thread|review)s?\b
        go(?:ing)? viral
        """,
    ),
    _sign(
        "legal",
        "names lawyers, courts or regulators",
        "angry",
        2.2,
        17,
        r"""
        (?:my|a|our) (?:lawyer|solicitor|attorney)s?\b
        legal (?:action|steps|proceedings)
        small claims
        (?:take|taking|see) you (?:to|in) court
        (?:sue|suing) (?:you|them|your)\b
        ombudsman
        arbitration (?:board|body|service|panel)
        regulator\b
        trading standards
        consumer (?:protection|affairs) (?:agency|office|authority)
        report(?:ing)? (?:you|your company|this company) to\b
        class action
        """,
    ),
    _sign(
        "threat_leave",
        "threatens to leave",
        "angry",
        1.6,
        15,
        r"""
        never (?:ever )?(?:fly|book|buy|order|use|using|shop|stay|come|return)(?:ing)?\b[^.!?\n]{0,25}\b(?:again|you|here)\b
        (?:wo|will|'ll) ?N'T (?:be )?(?:fly|book|buy|use|using|shop|stay|come|return)(?:ing)?\b[^.!?\n]{0,25}\b(?:again|any ?more|ever)\b
        never again
        (?:cut|cutting|tear|tearing) up (?:my|our|the|this|your) (?:\w+ )?(?:card|contract|ticket|membership)
        (?:last|final) time (?:i|we)\b
        (?:take|taking) (?:my|our) (?:business|money|custom) (?:elsewhere|somewhere else)
        (?:switch|switching|move|moving|go|going) to (?:a|another|your) (?:competitor|competition|different|airline|provider|company|bank)
        lost (?:a|me as a|another)(?: \w+)? customer
        (?:cancel|clos)(?:e|ing|ling)? (?:my|our|the) (?:account|membership|subscription|card)\b[^.!?\n]{0,30}\b(?:if|unless)\b
        (?:i am|i'm|im|we're) (?:done|finished|through) with (?:you|this)
        """,
    ),
    _sign(
        "accusation",
        "accuses the company",
        "angry",
        1.8,
        14,
        r"""
        you(?:'re| are| people are| lot are| guys are)? (?:\w+ ){0,4}(?:liars?|thieves|crooks|idiots|useless|incompetent|clowns|pathetic)\b
        you (?:all |just |have |people )*(?:lied|cheated|stole|scammed|robbed)\b
        you (?:people|lot)\b
        rip(?:ped|ping)? (?:me|us|people|customers) off
        how dare you
        (?:nobody|no one|none of you|not one of you) (?:\w+ )?(?:ever|even|once|bother(?:s|ed)?)\b
        because of your (?:mistake|error|second|wrong|delay|fault)\b
        shame on you
        (?:worst|disgusting|appalling|shocking|atrocious) (?:customer )?(?:service|company|airline|experience|support)
        stole (?:my|our)\b
        treat(?:ed|ing)? (?:me|us|customers|people) like\b
        """,
    ),
    _sign(
        "fed_up",
        "is at the end of their patience",
        "frustrated",
        2.2,
        17,
        r"""
        fed up
        had (?:it with|enough)\b
        sick (?:and tired )?of\b
        tired of\b
        (?:lost|losing|lose|running out of) (?:my |all )*patience
        waste of (?:my |our )?(?:time|money)
        wast(?:ed|ing) (?:my|our|hours|\w+ hours|\w+ days|time)\b
        (?:going )?(?:round )?in circles
        beyond a joke
        (?:what|is this|is|such|it's|its) a (?:complete |total |bloody |bad )?joke
        are you (?:kidding|joking|serious)\b
        how hard can it be
        driv(?:es?|ing) me (?:mad|crazy|nuts|insane)
        (?:cost|costing|lost) (?:me |us )?(?:(?:another|over|two|three|four|five|\d+) )+hours
        (?:hours|minutes|forever|kept|left|been) on hold
        hung up on
        passed (?:around|from \w+ to \w+)
        """,
    ),
    _sign(
        "repeats",
        "has had to say it before",
        "frustrated",
        2.3,
        12,
        r"""
        (?:i|we)(?:'ve| have)? already (?:said|told|explained|sent|given|gave|wrote|written|asked|provided|called|answered)
        as (?:i|we) (?:said|wrote|explained)
        (?:second|third|fourth|fifth|sixth|tenth|nth|umpteenth|\d+(?:nd|rd|th)) (?:time|contact|call|e?-?mail|message|letter|attempt)\b
        how many (?:more )?times
        yet again
        (?:over and over|again and again|time and time again)
        keep (?:asking|repeating|telling|explaining|calling|having to)
        keeps? (?:happening|getting)
        same (?:problem|issue|thing|question|answer|story)s? again
        (?:called|written|wrote|emailed|asked|contacted|rang|phoned|messaged)(?: \w+){0,3} (?:twice|(?:three|four|five|several|many) times)
        (?:called|written|wrote|emailed|asked|contacted|rang|phoned|messaged)(?: \w+){0,3} (?:multiple|\d+) times
        (?:nobody|no one|no-one|none of you) (?:ever |has |have )?(?:answer|repl|listen|care|help)(?:y|s|ed|ied|ies)?\b
        """,
    ),
    _sign(
        "demand",
        "demands",
        "frustrated",
        1.3,
        10,
        r"""
        i (?:demand|insist)\b
        (?:fix|sort|solve|refund|answer|send|call)\b[^.!?\n]{0,25}\b(?:now|immediately|at once|asap|right away) ?!
        right now ?!
        (?:this|that) (?:has|have|needs) to stop
        enough is enough
        last (?:chance|warning)
        (?:just|finally) (?:fix|answer|give|do|refund)\b
        do something\b
        answer me\b
        """,
    ),
    _sign(
        "worry",
        "is worried about what may happen",
        "worried",
        1.6,
        9,
        r"""
        what (?:if|happens if) (?:i|we|it|they|my|the) (?:miss|lose|ca|do|don't|can't|cannot|is stolen|never)\w*
        (?:i|we)(?:'m| am|'re| are) (?:afraid|stuck|stranded|in trouble|at risk)
        (?:i|we) (?:fear|might (?:miss|lose))
        (?:going to|gonna|will|'ll) miss (?:my|our|the)\b
        do ?N'T know what to do
        did ?N'T (?:make|authori[sz]e) (?:this|that|these|any|it)\b
        (?:someone|somebody) (?:used|has used|stole|is using|got into) my
        please hurry
        """,
    ),
    _sign(
        "confusion",
        "does not understand",
        "confused",
        1.7,
        2,
        r"""
        (?:do|did|ca|can|could) ?N'T (?:really |quite )?(?:understand|get (?:it|why|how|what)|follow|see (?:why|how|where)|figure)
        cannot (?:understand|see why|follow|figure)
        no idea (?:how|why|what|where|which)
        (?:does|do) ?N'T make (?:any )?sense
        makes no sense
        what (?:do|does) (?:that|this|it|you) mean
        (?:i'm|i am|we're|im) (?:a (?:bit|little) )?(?:lost|unsure|not sure)\b
        not sure (?:if|whether|how|what|which|why|where)
        which (?:one |of them )?is (?:right|correct)
        one (?:page|mail|email|agent|person) says
        how come
        """,
    ),
    _sign(
        "disappointment",
        "expected better",
        "disappointed",
        1.9,
        12,
        r"""
        let (?:me|us) down
        (?:expected|hoped for) (?:so much |much |something |a lot )?(?:better|more)
        thought (?:you|this|it) (?:were|was|would be) better
        used to be (?:so )?(?:good|great|better)
        not what (?:i|we) (?:expected|paid|ordered|booked|was promised|were promised)
        (?:such|what) a (?:shame|pity|letdown)
        (?:spoil(?:ed|t)|ruined) (?:my|our)\b
        not (?:good enough|acceptable|impressed|satisfied)
        """,
    ),
    _sign(
        "broken_word",
        "was promised something that did not happen",
        "disappointed",
        1.4,
        13,
        r"""
        (?:you|they|we were|i was|had been) (?:had |have )?promised\b
        broke(?:n)? (?:your|a) promise
        nothing (?:has )?(?:happened|came|arrived)
        """,
    ),
    _sign(
        "loss",
        "tells of a death or an illness",
        "disappointed",
        1.4,
        9,
        r"""
        (?:died|passed away|funeral|bereavement|deceased|in intensive care|terminally ill|seriously ill)\b
        """,
    ),
    _sign(
        "gratitude",
        "is grateful",
        "grateful",
        2.0,
        -8,
        r"""
        thank you (?:so|very) much
        thanks (?:so much|a million|for (?:your|the|all|being|sorting|fixing|helping|getting|coming))
        (?:really|much|greatly|so) appreciate
        made my day
        (?:ca|could) ?N'T (?:thank|be happier|fault|have asked)
        cannot thank
        you(?:'ve been| have been|'re| are| were) (?:so |very |really |most )?(?:helpful|kind|great|amazing|wonderful|a star|a lifesaver)
        """,
    ),
    _sign(
        "still_waiting",
        "is still waiting",
        "frustrated",
        0.8,
        6,
        r"""
        still (?:no|not|nothing|have|has|do|does|am|waiting|haven't|hasn't|don't|doesn't)\b
        (?:have|has|'ve|i|we) been waiting
        """,
    ),
    _sign(
        "impatient",
        "is losing patience",
        "frustrated",
        0.9,
        8,
        r"""
        (?:hello|hey|hi) ?\?
        (?:is )?any(?:one|body) (?:even )?(?:there|here|home|reading)\b
        (?:really|seriously) ?\?
        come on\b
        what(?:'s| is) taking so long
        how (?:much )?long(?:er)? (?:do|must|should) (?:i|we) (?:have to |still )?wait
        """,
    ),
    _sign(
        "asks_human",
        "asks for a person",
        None,
        0.0,
        4,
        r"""
        (?:speak|talk|chat) (?:to|with) (?:a |an )?(?:real |actual |live )?(?:person|human|someone|somebody|agent|representative|operator)\b
        (?:speak|talk|chat) (?:to|with) (?:a |an )?(?:manager|supervisor)\b
        (?:real|actual|live) (?:person|human|agent)
        human (?:please|agent|being)
        (?:a|an) (?:human|agent) please
        not a (?:bot|robot|machine)
        (?:speak|talk) (?:to|with) (?:your|the) (?:manager|supervisor|boss)
        your (?:manager|supervisor|boss)\b
        someone (?:competent|in charge|senior)
        connect me (?:to|with)\b
        """,
    ),
    _sign(
        "polite",
        "stays polite",
        None,
        0.0,
        0,
        r"""
        please\b
        kindly\b
        could you\b
        would you (?:mind|be so)
        i(?:'d| would) (?:be grateful|appreciate)
        with (?:all )?respect
        (?:thanks|thank you) in advance
        sorry to (?:bother|trouble)
        """,
    ),
    _sign(
        "long_wait",
        "tells of a long wait",
        None,
        0.0,
        6,
        r"""
        (?:wait(?:ed|ing)?|sitting|sat|stuck|hold|delay(?:ed)?|late|standing|queu(?:e|ed|ing)|over|been|after|another)\b[^.!?\n]{0,20}LENGTH\b
        LENGTH (?:late|delay(?:ed)?|wait(?:ing)?|on hold|later|in line|and)\b
        (?:for|taken) (?:hours|days|weeks|months|ages)\b
        """.replace("LENGTH", _LENGTH),
    ),
    _sign(
        "asks_why",
        "asks why",
        None,
        0.0,
        4,
        r"""
        why (?:is|are|was|were|do|does|did|has|have|had|would|must|can|cannot)\b
        why (?:is|are|was|were|do|does|did|has|have|had|would|must|ca|can|wo) ?N'T\b
        """,
    ),
    _sign(
        "not_so",
        "says what is not so",
        None,
        0.0,
        3,
        r"""
        (?:is|are|was|were|am|do|does|did|has|have|had|will|would|could|can|should) ?N'T\b
        (?:won't|can't|cannot|ain't|nothing|nobody|no one)\b
        (?:is|wis|was|do|di|did|din|has|hav|have|wo|can?|could|wid|would|should)nae\b
        """,
    ),
    _sign(
        "problem",
        "reports that something went wrong",
        None,
        0.0,
        4,
        r"""
        (?:delay(?:ed|s)?|cancel(?:led|ed)|late|missing|missed|lost|broken|broke|damaged|refus(?:ed|al)|rejected|declined)\b
        (?:charged (?:twice|again|double|me)|double[ -]charged|overcharged|error|wrong|fail(?:s|ed|ure)?|crash(?:es|ed)?)\b
        (?:does|do|did|is|wo|was) ?N'T (?:work|working|let|load|open|arrive|arrived|come|show|help)
        (?:stopped|not) working
        never (?:came|arrived|received|got|showed)
        (?:has|have|had) ?N'T (?:arrived|come|received|got|heard|been|had)
        no (?:answer|reply|response|refund|luggage|bag|help|record|update)s?\b
        (?<!no\s)(?:stuck|waiting|waited|problem|issue|trouble|complaint)s?\b
        """,
    ),
)
"""Each sign counts once per message."""

CONTRADICTS = phrases(
    r"""
    (?:no|nope|nah|wrong)\b(?!,? (?:worries|problem|thanks?|need|rush|that'?s (?:all|it)|that is all|i'?m (?:good|fine))\b)
    """,
    start=r"\A\W*",
)
"""A message that begins by saying no to what it was told or asked."""

HELD_BACK = phrases(
    r"""
    (?:sorry|unfortunately|regrettably|unable|cannot|can't|couldn't|could not|not able|not possible|not available|unavailable|fail\w*)\b
    no (?:\w+ ){0,4}(?:available|availability|match\w*|found|listed|results?|such)\b
    there (?:are|is) (?:no|none)\b
    (?:do|does|did) ?N'T (?:have|find|see|offer|understand)\b
    """
)
"""An answer that does not give what was asked for: read for that only, never for how its writer feels."""

ABSOLUTES = phrases(
    r"""
    (?:always|never|every single|not once|not a single|all the time|nothing ever|absolutely (?:no|nothing|not))\b
    (?:no ?one|nobody) ever\b
    """
)
"""Absolutes make anger louder; alone ("I have never flown before") they are none."""

_FACES: tuple[tuple[str, Label, float, float, str], ...] = (
    ("angry emoji", "angry", 2.6, 22, "😠😡🤬👿💢🖕"),
    ("annoyed emoji", "frustrated", 1.8, 12, "😤😒🤦👎😑"),
    ("sad emoji", "disappointed", 1.6, 9, "😢😭😞😔💔☹🙁"),
    ("worried emoji", "worried", 1.6, 9, "😟😰😨😱😬"),
    ("puzzled emoji", "confused", 1.6, 2, "😕🤔🤷🧐"),
    ("happy emoji", "grateful", 1.4, -6, "😊😀😃😄🙂🥰😍👍❤💕🎉🤗"),
)
EMOJI: Mapping[str, Found] = {
    face: Found(name="emoji", says=says, label=label, weight=weight, mood=mood, words=face)
    for says, label, weight, mood, faces in _FACES
    for face in faces
}
"""Faces and hands; they say nothing of a language."""
