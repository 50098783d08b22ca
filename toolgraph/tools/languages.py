"""Languages: whether a description is in English, guessed from its letters and its commonest words."""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

ENGLISH = "English"
_WORDS = re.compile(r"[^\W\d_]+")
_SCRIPTS = {
    "CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean", "CYRILLIC": "Cyrillic script",
    "ARABIC": "Arabic script", "HEBREW": "Hebrew", "GREEK": "Greek", "THAI": "Thai", "DEVANAGARI": "Hindi",
}  # fmt: skip
_COMMON = {
    ENGLISH: "the of and to a in for is on with this by from get returns return all list an it be as at or given your "
    "that are api data id search details information name based create update delete add use using can",
    "Spanish": "el los las una del para con por que esta este sobre datos obtener devuelve todos como según lista más",
    "Portuguese": "os uma do da dos das para com por que não retorna obter dados busca lista todos pelo pela são em",
    "French": "le les des une du pour avec par sur dans est qui cette récupère liste obtenir retourne données toutes",
    "German": "der das und für mit von zu ein eine einen einer ist auf nach aus alle werden wird gibt liste oder den",
    "Italian": "il gli della delle dei una per con sul nel che dati restituisce elenco tutti questo ottenere di da",
    "Dutch": "het een van voor met op naar alle deze dit lijst ophalen gegevens de en zijn wordt",
    "Turkish": "ve bir ile için bu olarak tüm verilen listesi göre getirir olan veya",
    "Indonesian": "dan yang untuk dari dengan ini semua mendapatkan daftar berdasarkan pada menampilkan adalah",
    "Vietnamese": "và của các cho một danh sách lấy thông theo tin được",
    "Polish": "dla oraz lub przez jest wszystkich listy zwraca pobiera się na według",
}  # fmt: skip
_SETS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
_FOREIGN_SHARE = 0.3
_ENOUGH = 2


def language_of(text: str) -> str:
    """Return the language of a text; English, unless its letters or at least two common words speak for another.

    >>> language_of("Returns the weather in a city."), language_of("Devuelve los datos de una ciudad.")
    ('English', 'Spanish')
    """
    letters = [character for character in text if character.isalpha()]
    foreign = Counter(_script(character) for character in letters if ord(character) > 0x36F)
    foreign.pop("", None)
    if letters and foreign.total() >= _FOREIGN_SHARE * len(letters):
        if foreign["Japanese"]:
            return "Japanese"
        return foreign.most_common(1)[0][0]
    words = set(_WORDS.findall(text.lower()))
    hits = {language: len(words & common) for language, common in _SETS.items()}
    best = max(hits, key=lambda language: hits[language])  # the first of equals, which is English
    return best if hits[best] >= _ENOUGH else ENGLISH


@lru_cache(maxsize=65536)
def _script(character: str) -> str:
    """The language or script of a letter; empty for a Latin one."""
    script = unicodedata.name(character, "").split(" ")[0].split("-")[0]
    if script in ("LATIN", "FULLWIDTH", "MODIFIER", "MATHEMATICAL", "FEMININE", "MASCULINE", ""):
        return ""
    return _SCRIPTS.get(script, f"{script.capitalize()} script")
