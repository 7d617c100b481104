"""Reading one English message: its signs, from the words, the way they are written, and what the customer wrote before."""

import re
from collections.abc import Iterator, Sequence

from copilot.domain.emotion import Label
from copilot.sensing.lexicon import NEGATIONS, PROFANITY, feeling
from copilot.sensing.naming import MASK
from copilot.sensing.phrases import phrases, words
from copilot.sensing.signs import ABSOLUTES, CATALOGUE, CONTRADICTS, EMOJI, HELD_BACK, Found

_WORD = re.compile(r"[a-z][a-z'’-]*|[.!?,;:\n]+", re.IGNORECASE)
_POINTS: dict[Label, tuple[float, float, float]] = {
    "angry": (5, 15, 24),
    "frustrated": (2, 12, 18),
    "disappointed": (3, 9, 14),
    "worried": (4, 8, 12),
    "confused": (1, 2, 3),
    "grateful": (-2, -6, -9),
    "neutral": (0, 0, 0),
}
"""What a word of weight 1, 2, 3 adds to the mood."""
_EVIDENCE = (0.45, 1.6, 2.4)
"""Log-odds of a word of weight 1, 2, 3."""
_NEGATED_WITHIN = 3
_NO_FEELING = phrases(
    r"""
    hate to (?:bother|ask|trouble|be)\b
    (?:afraid|sorry|sad|regret) (?:to say|that i (?:have|need) to)\b
    i(?:'m| am) afraid (?:i|we|that)\b
    (?:thanks|thank you) (?:in advance|for your patience)\b
    (?:no|not a) (?:problem|worries|rush)\b
    love to\b
    kindly (?:let|tell|inform|advise|send|confirm|note|find|refrain|explain|check|reply|answer|provide|forward|arrange|make|give)\b
    (?:would|will) you be so kind\b
    be so kind as to\b
    """
)
"""Turns of phrase whose words mean no feeling."""
_TAG = words("it this that you they we he she i")
_CRITICAL: frozenset[Label] = frozenset(("angry", "frustrated", "disappointed"))

_PRAISE = (
    r"(?:great|brilliant|wonderful|fantastic|lovely|perfect|amazing|awesome|excellent|marvell?ous|superb|nice(?: one| work| job)?|well done"
    r"|good job|great job|bravo|congrat(?:s|ulations)|thanks(?: a lot| so much| very much)?|thank you(?: so much| very much)?|cheers"
    r"|wow|super)"
)
_SARCASTIC = phrases(
    r"""
    \bthanks? (?:you )?for nothing
    \bthanks a (?:bunch|lot) for (?:los|cancel|ruin|wast|ignor|noth|break|charg|mak)\w*
    \byeah,? right\b
    \bhow (?:very )?(?:helpful|kind|nice|lovely|wonderful|convenient)\b[.!…]
    \bslow clap\b
    \bjust what (?:i|we) (?:needed|wanted)\b
    (?:^|\s)/s(?:\s|$)
    🙄
    \b(?:so glad|love|loving|enjoy) (?:how|that|when|waiting|being|i paid)\b(?=[^.!?\n]*\b(?:nothing|never|no|ignor|wait|hours|not)\w*)
    \blove it when\b
    \boh,? (?:great|brilliant|wonderful|perfect|fantastic|good|lovely|joy)\b
    \b(?:great|good|nice|stellar|top[- ]notch) (?:job|work) (?:los|cancel|ruin|break|wast|delay)\w*
    """,
    start="",
)
_BEFORE_PRAISE = r"(?:^|[.!?,;…\n-]\s*)(?:(?:ok|okay|well|so|just|oh|yeah|ah|right|and)[ ,]+)*"
_PRAISE_ALONE = re.compile(rf"{_BEFORE_PRAISE}{_PRAISE}\s*(?:[.!,…;\n-]|$)", re.IGNORECASE)
_WENT_WRONG = phrases(
    r"""
    (?:another|again|still|lost|hours?|wasted?|broke\w*|ruined|cancell?ed|delay\w*|late|missed|missing|ignored|nothing|nobody|no one)\b
    no (?:answer|reply|bag|help)\b
    (?:fail\w*|crash\w*|wrong|hung up|on hold|waiting|third time|charged|never)\b
    """
)
_WENT_RIGHT = phrases(
    r"""
    works?(?: now| again)?\b
    working (?:now|again)\b
    (?:solved|sorted|fixed|resolved|arrived|received|found|helped|helpful|got it|no longer|not anymore)\b
    thanks? (?:you )?(?:so much )?for (?:your|the|all|being|sorting|fixing|helping)\b
    """
)
_ASKS = phrases(
    r"""
    \?
    \b(?:please|could you|can you|would you|i need|i want|i would like|i'd like|when will|where is|let me know)\b
    """,
    start="",
)
_PLAIN_THANKS = words("thanks thank thanx thx cheers appreciate appreciated")
_WRONG = ("problem", "long_wait")
"""Signs that tell of something that went wrong."""
_CONTENT = re.compile(r"[a-z]{4,}", re.IGNORECASE)
_COMMON = words(
    """that this with have from your what when where will would could been they them there then than about just please hello need want
    still"""
)


def signs_of(text: str, earlier: Sequence[str], answered: str = "") -> tuple[Found, ...]:
    """The signs of a cleaned English message, the strongest first.

    `earlier`: the customer's cleaned messages before, oldest first. `answered`: what they were told last, by a person or a bot.
    """
    if not text.strip():
        return ()
    found = [sign for sign in (entry.find(text) for entry in CATALOGUE) if sign]
    found += _emoji(text)
    feelings = list(_feelings(text))
    found += _sarcasm(text)
    found = _settle_thanks(text, found, feelings)
    pleased = any(sign.label == "grateful" for sign in found) and not any(sign.label in _CRITICAL for sign in found)
    found += _again(text, earlier)
    if not pleased:
        found += _blocked(text, answered)
        found += [*_profanity(text, wrong=any(sign.name in _WRONG for sign in found)), *_capitals(text)]
    if any(sign.label in _CRITICAL and sign.weight >= 0.8 for sign in found):
        found += _louder(text, earlier)
    return tuple(sorted(found, key=lambda sign: -(abs(sign.mood) + sign.weight)))


def _feelings(text: str) -> Iterator[Found]:
    """Words that carry a feeling; a negation just before turns praise into disappointment and takes the sting out of blame."""
    window: list[str] = []
    for match in _WORD.finditer(_NO_FEELING.sub(" ", text.replace(MASK, " "))):
        word = match[0].lower().replace("’", "'")
        if not word[0].isalpha():
            window = []
            continue
        told = feeling(word)
        if told:
            sign = _word_sign(match[0], *told, negated=_negated(window), wished=window[-1:] in (["would"], ["i'd"], ["we'd"]))
            if sign:
                yield sign
        window = [*window, word][-_NEGATED_WITHIN:]


def _word_sign(written: str, label: Label, weight: float, *, negated: bool, wished: bool) -> Found | None:
    at = int(weight) - 1
    if negated and label == "grateful" and weight < 3:
        return Found(name="word", says="not pleased", label="disappointed", weight=1.6, mood=10, words=f"not {written}")
    if negated or (wished and label == "grateful"):
        return None
    return Found(name="word", says=f"sounds {label}", label=label, weight=_EVIDENCE[at], mood=_POINTS[label][at], words=written)


def _negated(window: list[str]) -> bool:
    for place, word in enumerate(window):
        following = window[place + 1] if place + 1 < len(window) else ""
        if word in NEGATIONS and following not in _TAG and following != "only":
            return True
    return False


def _emoji(text: str) -> list[Found]:
    return list({EMOJI[letter].says: EMOJI[letter] for letter in text if letter in EMOJI}.values())


def _sarcasm(text: str) -> list[Found]:
    place = _SARCASTIC.search(text)
    if place is None and not _WENT_RIGHT.search(text) and " but " not in text.lower():
        praise = _PRAISE_ALONE.search(text)
        place = praise if praise and _WENT_WRONG.search(text) and not _only_thanks_at_end(text, praise) else None
    if place is None:
        return []
    said = " ".join(place[0].strip(" .,!;…\n-").split()[:6])
    return [Found(name="sarcasm", says="praises what went wrong", label="frustrated", weight=2.8, mood=22, words=said)]


def _only_thanks_at_end(text: str, praise: re.Match[str]) -> bool:
    """A complaint that closes with "Thanks." is polite, not sarcastic."""
    closing = not _WENT_WRONG.search(text[praise.end() :])
    return closing and re.search(r"\b(?:thank|cheers)", praise[0], re.IGNORECASE) is not None


def _settle_thanks(text: str, found: list[Found], feelings: list[Found]) -> list[Found]:
    """What gratitude is worth here: nothing under sarcasm; a plain "thanks" beside a request or a complaint is politeness."""
    names = {sign.name for sign in found}
    upset = any(sign.label in _CRITICAL for sign in [*found, *feelings])
    kept: list[Found] = []
    for sign in [*found, *_once(feelings)]:
        plain = sign.name == "word" and sign.words.lower() in _PLAIN_THANKS
        if sign.label == "grateful" and "sarcasm" in names:
            continue
        if plain and (upset or _ASKS.search(text) or "problem" in names) and not _WENT_RIGHT.search(text):
            kept.append(Found(name="polite", says="stays polite", words=sign.words))
            continue
        kept.append(sign)
    return kept


def _once(feelings: list[Found]) -> list[Found]:
    """Each label's words weigh less the more there are: whole, a half, a third and so on."""
    kept: list[Found] = []
    seen: dict[Label | None, int] = {}
    for sign in sorted({(s.label, s.words.lower()): s for s in feelings}.values(), key=lambda s: -s.weight):
        rank = seen.get(sign.label, 0) + 1
        seen[sign.label] = rank
        kept.append(sign.model_copy(update={"weight": sign.weight / rank, "mood": sign.mood / rank}))
    return kept


def _profanity(text: str, *, wrong: bool) -> list[Found]:
    """Swearing; beside something that went wrong it is never neutral, however sure the head is."""
    sworn = [word for word in re.findall(r"[a-z*]+", text.lower()) if word in PROFANITY or re.fullmatch(r"f\*+\w*|s\*+t\w*|b\*+\w*", word)]
    return [Found(name="profanity", says="swears", label="angry", weight=2.4 if wrong else 1.7, mood=16, words=sworn[0])] if sworn else []


def _again(text: str, earlier: Sequence[str]) -> list[Found]:
    """The same complaint as in an earlier message: most of its words were said before."""
    said = _content(text)
    if len(said) < 3:
        return []
    for before in reversed(earlier):
        known = _content(before)
        if len(known) >= 3 and len(said & known) / min(len(said), len(known)) >= 0.6 and len(said & known) >= 3:
            return [Found(name="repeats", says="says the same again", label="frustrated", weight=1.3, mood=10)]
    return []


def _blocked(text: str, answered: str) -> list[Found]:
    """A goal blocked is where anger begins (CRAFT, Cues): what was asked for was held back, or what was understood was wrong."""
    found: list[Found] = []
    if HELD_BACK.search(answered):
        found.append(Found(name="blocked", says="was not given what they asked for", mood=6))
    said_no = CONTRADICTS.match(text)
    if said_no and answered:
        found.append(Found(name="contradicts", says="says no to the answer", mood=4, words=said_no[0].strip(" ,.;:!?")))
    return found


def _content(text: str) -> set[str]:
    return {word.lower()[:6] for word in _CONTENT.findall(text.replace(MASK, " "))} - {word[:6] for word in _COMMON}


def _louder(text: str, earlier: Sequence[str]) -> Iterator[Found]:
    """How it is written: counts only beside a sign of displeasure, for joy shouts too."""
    absolute = ABSOLUTES.search(text)
    if absolute:
        yield Found(name="absolutes", says="speaks in absolutes", label="angry", weight=0.3, mood=5, words=absolute[0])
    if "!" in text or "??" in text:
        strength = min(3, text.count("!") + text.count("??"))
        yield Found(name="exclamation", says="exclamation marks", label="angry", weight=0.3 * strength, mood=2.0 * strength)
    if _shorter(text, earlier):
        yield Found(name="shorter", says="sentences grow shorter", label="angry", weight=0.3, mood=4)


def _capitals(text: str) -> list[Found]:
    """Words shouted: two or more of four letters, or most of the message. A booking code is one word and no shout."""
    plain = text.replace(MASK, "…")
    letters = [letter for letter in plain if letter.isalpha()]
    mostly = len(letters) >= 8 and sum(letter.isupper() for letter in letters) / len(letters) > 0.6
    runs: list[str] = re.findall(r"\b[A-Z]{2,}(?:[ \t]+[A-Z']+\b)*", plain)
    if not runs or (not mostly and len(re.findall(r"\b[A-Z]{4,}\b", plain)) < 2):
        return []
    loudest = " ".join(max(runs, key=len).split()[:6])
    return [Found(name="capitals", says="writes in capitals", label="frustrated", weight=0.9, mood=10, words=loudest)]


def _shorter(text: str, earlier: Sequence[str]) -> bool:
    if len(earlier) < 2:
        return False
    lengths = [_sentence_length(one) for one in [*earlier[-2:], text]]
    return lengths[0] > lengths[1] > lengths[2] and lengths[2] <= 6


def _sentence_length(text: str) -> float:
    sentences = [part for part in re.split(r"[.!?\n]+", text) if part.strip()]
    return sum(len(part.split()) for part in sentences) / max(1, len(sentences))
