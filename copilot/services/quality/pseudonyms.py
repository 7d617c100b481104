"""Invented values in place of a person's own: the same value gets the same invention, everywhere in one case.

Values on record are found however they are written (case, accents, spacing, parts of a name), others by their shape, as before a call to
a language model; then a placeholder becomes a value of the same kind, so that the case still reads and behaves like a conversation.
"""

import random
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from copilot.domain.ports.models import Privacy

_PLACEHOLDER = re.compile("\u27e6([A-Z]+)_[0-9]+\u27e7")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
FIRST: Final = (
    *("Robin", "Sasha", "Jules", "Noa", "Rene", "Toni", "Mika", "Charlie", "Quinn", "Remy", "Ariel", "Lou", "Andrea", "Kai", "Yuki"),
    *("Nikola", "Dana", "Elis", "Joss", "Marin", "Perry", "Sky", "Tal", "Vanja", "Wren", "Zia"),
)
LAST: Final = (
    *("Vale", "Linden", "Thorne", "Hale", "Ashby", "Fenn", "Marlow", "Quist", "Sorrel", "Tarn", "Weaver", "Yarrow", "Brisk", "Calder"),
    *("Dorsey", "Ember", "Garnet", "Harrow", "Ingle", "Juniper", "Kestrel", "Larkin", "Merrow", "Nettle", "Orrin", "Pell"),
)
"""Of no customer in particular; chosen anew for each case."""
TOWNS: Final = ("Sampleton", "Fernhaven", "Oldbridge", "Marlstead", "Westmere", "Larkfield")
STREETS: Final = ("Linden Row", "Harbour Lane", "Mill Street", "Chapel Road", "Orchard Way")


class Pseudonyms:
    """One case's inventions. `names`: of people, whole; `values`: everything else that says who somebody is; `places`: towns they live in.

    It loads patterns when it first meets something like a number: use a thread. `seed` makes the choice repeatable, and different from
    that of the next case.
    """

    def __init__(self, privacy: Privacy, names: Sequence[str], values: Sequence[str], seed: str, places: Sequence[str] = ()) -> None:
        self._names = [" ".join(name.split()) for name in names if name.strip()]
        self._secrets = tuple(dict.fromkeys([*self._names, *values, *places]))
        self._privacy = privacy
        self._chance = random.Random(seed)  # noqa: S311 - inventions need variety, not secrecy: nothing of the value goes into them
        self._taken = {word.casefold() for one in self._secrets for word in (one, *_WORD.findall(one))}
        self._words: dict[str, str] = {}
        self._made: dict[str, str] = {}
        for name in self._names:
            self._whole(name)
        for place in places:
            for word in _WORD.findall(place):
                self._word(word, TOWNS)

    def text(self, text: str) -> str:
        """The text, with inventions in place of what is personal."""
        masker = self._privacy.masker(self._secrets)
        return _PLACEHOLDER.sub(lambda found: self._invented(found[1], masker.restore(found[0])), masker.mask(text))

    def tree(self, value: Any, keep: Collection[str] = ()) -> Any:
        """The same for every text in a JSON value; names of fields stay, and so do the values of the fields in `keep`."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {name: one if name in keep else self.tree(one, keep) for name, one in value.items()}
        if isinstance(value, list | tuple):
            return [self.tree(one, keep) for one in value]
        return value

    def _invented(self, label: str, value: str) -> str:
        key = " ".join(value.casefold().split())
        if label == "NAME":
            return self._whole(value)
        if key not in self._made:
            self._made[key] = self._fresh(label, value)
            self._taken.add(self._made[key].casefold())
        return self._made[key]

    def _whole(self, name: str) -> str:
        """Word by word, so that a first name alone stays the first name of the same person."""
        words = _WORD.findall(name)
        last = len(words) - 1
        return " ".join(self._word(word, LAST if number and number == last else FIRST) for number, word in enumerate(words)) or "Robin"

    def _word(self, word: str, among: Sequence[str]) -> str:
        key = word.casefold()
        if key not in self._words:
            free = [one for one in among if one.casefold() not in self._taken]
            chosen = self._chance.choice(free) if free else f"{self._chance.choice(among)}{len(self._words)}"
            self._words[key] = chosen
            self._taken.add(chosen.casefold())
        return self._words[key]

    def _fresh(self, label: str, value: str) -> str:
        for _ in range(100):
            made = self._of_kind(label, value)
            if made.casefold() not in self._taken:
                return made
        return f"{label.lower()}-{len(self._made) + 1}"

    def _of_kind(self, label: str, value: str) -> str:
        number = self._chance.randrange(1000)
        if label == "EMAIL":
            who = self._whole(self._names[0]) if self._names else "Robin Vale"
            return (
                f"@{who.lower().replace(' ', '_')}{number}"
                if value.startswith("@")
                else f"{'.'.join(who.lower().split())}{number}@example.com"
            )
        if label == "PHONE":
            return f"+44 20 7946 0{number:03}"  # set aside for stories
        if label == "IP":
            return f"192.0.2.{number % 256}"  # set aside for documentation
        if label == "ADDRESS" and not any(character.isdigit() for character in value):
            return " & ".join(self._chance.sample(LAST, 2))  # an employer, a club
        if label == "ADDRESS":
            street = f"{1 + number % 99} {self._chance.choice(STREETS)}"
            return f"{street}, {self._chance.randrange(10_000, 99_999)} {TOWNS[0]}" if "," in value else street
        return "".join(self._like(character) for character in value)

    def _like(self, character: str) -> str:
        if character.isdigit():
            return str(self._chance.randrange(10))
        if character.isalpha():
            letter = self._chance.choice("abcdefghijkmnpqrstuvwxyz")
            return letter.upper() if character.isupper() else letter
        return character
