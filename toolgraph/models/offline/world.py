"""The offline world of one dialogue: what a tool answers, given everything the tools answered before.

The world is nothing but the list of facts (earlier calls with their results), so it needs no state of its own: entities
are read from the facts each time. What a result shows of an entity it shows again, what a call asked for comes
back in its result, what was changed stays changed, and the same question gets the same answer.
"""

import json
import re
from functools import lru_cache
from typing import Any

from toolgraph.dialogue.spoken import today_in
from toolgraph.models.offline.asked import Asked
from toolgraph.models.offline.banks import Person, people, person_known_as, person_named_in
from toolgraph.models.offline.earlier import EarlierLists
from toolgraph.models.offline.entities import object_lists, thing_of
from toolgraph.models.offline.recall import Recall
from toolgraph.models.offline.reckoning import reckon
from toolgraph.models.offline.result_fields import ResultField, is_bare, result_fields
from toolgraph.models.offline.scene import DEFAULT_TODAY, Scene, admits, as_admitted, fits, new_scene
from toolgraph.models.offline.shapes import fill
from toolgraph.models.offline.sorting import in_order
from toolgraph.models.offline.values import PEOPLE_KINDS, given_examples, make_value
from toolgraph.models.requests import ToolAnswer, ToolRequest
from toolgraph.seeds import rng
from toolgraph.tools.fields import Field
from toolgraph.tools.inference import effects_of

_CURRENCIES = ("EUR", "USD", "GBP")
"""What prices are in: one of these in a whole dialogue, wherever the schema admits it."""
_MAKER = re.compile(r"\b(sender|from|author|creator|created by|organi[sz]er)\b")
_TRIES = 8
"""Texts made for the entry of a list to find one that no other list holds."""


def answer_tool(request: ToolRequest, seed: int) -> ToolAnswer:
    """Return what the tool answers, a pure function of the seed and the request."""
    repeated = _same_question(request)
    if repeated is not None:
        return ToolAnswer(result=repeated)
    arguments = json.dumps(request.arguments, sort_keys=True, ensure_ascii=False)
    chooser = rng(seed, "result", request.key, request.tool.name, arguments)
    scene = new_scene(chooser, today_in(request.system) or DEFAULT_TODAY)
    scene.about = thing_of(request.tool)
    scene.chosen["currencies"] = _currencies(seed, request.key.split("#")[0])
    return ToolAnswer(result=_Answering(request, scene).result())


@lru_cache(maxsize=256)
def _currencies(seed: int, dialogue: str) -> list[str]:
    """What prices are in, the first choice of a dialogue first."""
    return rng(seed, "currency", dialogue).sample(_CURRENCIES, len(_CURRENCIES))


def _same_question(request: ToolRequest) -> Any:
    """The earlier answer to the same call, if nothing was written since."""
    for fact in reversed(request.facts):
        if fact.tool.name == request.tool.name and fact.arguments == request.arguments:
            return fact.result
        if effects_of(fact.tool) != "reads":
            return None
    return None


class _Answering:
    """Fills the shape of one result."""

    def __init__(self, request: ToolRequest, scene: Scene) -> None:
        self.tool, self.arguments, self.scene = request.tool, request.arguments, scene
        self.reads = effects_of(request.tool) == "reads"
        self.fields = result_fields(request.tool)
        self.asked = Asked(request.tool, request.arguments, scene.today)
        self.recall = Recall(request.tool, self.fields, self.asked, request.facts, request.beside)
        around = (*request.facts, *request.beside)
        self.earlier = EarlierLists(request.tool, request.arguments, around, self.asked, scene.today)
        self.told = _labels_told(request)
        self.listed: set[tuple[str, Any]] = set()
        self.people: dict[str, Person] = {}
        named = [value for name, value in self.asked.values.items() if name in self.fields.names]
        is_own_work = not {*self.asked.values.values()}.isdisjoint(self.recall.made)
        self.maker = person_named_in(request.system) if is_own_work else None
        """The user, where the call is about something that the dialogue made."""
        self.meant = next((person for value in named if (person := person_known_as(value))), None)

    def result(self) -> Any:
        result = fill(self.fields.shape, self._leaf, self.scene.random, None, self.asked.lengths(self.scene.random))
        self.recall.keep_lists(result, self.arguments)
        if self.reads:
            self.recall.show_main(result)
            made = self.recall.follow_changes(result)
            self.recall.show_again(result)
            self.earlier.put_in(result, made, self.recall, self.scene)
            self.recall.drop_namesakes(result)
            for entries in object_lists(result):
                entries[:] = in_order(entries, self.asked.values)
        reckon(result, self.fields.shape, self.recall.around(result), self.recall.is_settled)
        return result

    def _leaf(self, field: Field, pointer: str) -> Any:
        """The value of a field: what was asked for, known or follows, else one that is made."""
        one = self.fields.of(field)
        for source in (self._asked_for, self._one_of_those_asked_for, self._known, self._following):
            if one.is_person and one.is_in_list and source == self._known:
                return self._of_person(one, pointer)
            value = as_admitted(field, source(one))
            if value is not None:
                return value
        if "currenc" in one.words:
            for code in self.scene.chosen["currencies"]:
                if fits(code, field.schema):
                    return code
        return self._of_person(one, pointer) if one.is_person else self._made(one)

    def _asked_for(self, one: ResultField) -> Any:
        if one.is_entry_id or not one.is_own or self._is_new_id(one):
            return None
        value = self.asked.value_of(one.field.name, one.words)
        if value is None and one.is_the_id and not one.is_in_list:
            value = self.asked.by_words.get("id", self.asked.only_id(self.scene.about) if one.words == "id" else None)
        return value

    def _one_of_those_asked_for(self, one: ResultField) -> Any:
        if not (one.is_in_list and one.is_own):
            return None
        among = [option for option in self.asked.lists.get(one.field.name, ()) if admits(one.field, option)]
        return self.scene.random.choice(among) if among else None

    def _known(self, one: ResultField) -> Any:
        is_known = one.is_known and not self._is_new_id(one)
        return self.recall.subject.get(one.field.name) if is_known else None

    def _following(self, one: ResultField) -> Any:
        """What follows from what was asked for: a message of what was done, the day of an appointment."""
        if one.told and admits(one.field, one.told):
            return one.told
        if self.reads or one.is_in_list:
            return None
        if one.words in ("status", "success", "state") and not (
            one.field.schema.get("enum") or given_examples(one.field)
        ):
            return "success" if "success" in f"{one.words} {one.field.description}".lower() else "completed"
        is_day = one.kind in ("date", "datetime")
        return self.asked.day_of(one.kind, one.words, self.scene.random) if is_day else None

    def _is_new_id(self, one: ResultField) -> bool:
        return one.is_made_new and one.field.name not in self.asked.values

    def _of_person(self, one: ResultField, pointer: str) -> Any:
        """Name and addresses of one object are those of one person."""
        above = pointer.rpartition("/")[0]
        is_maker = _MAKER.search(f"{above.rpartition('/')[2]} {one.words}")
        someone = (is_maker and (self.maker or self._maker_listed(above))) or self.meant
        person = self.people.setdefault(above, someone or self.scene.random.choice(people()))
        value = PEOPLE_KINDS[one.kind](person)
        return value if fits(value, one.field.schema) else make_value(one.field, self.scene, is_result=True)

    def _maker_listed(self, above: str) -> Person | None:
        """Who an earlier list said that a message is from, under the name that the object of its sender has for it."""
        names = (field.name for field in self.tool.return_fields if field.pointer.rpartition("/")[0] == above)
        told = (person_known_as(self.recall.subject.get(name)) for name in names if not is_bare(name))
        return next((person for person in told if person), None)

    def _made(self, one: ResultField) -> Any:
        value = make_value(one.field, self.scene, is_result=True)
        if one.is_in_list and isinstance(value, str) and not one.field.schema.get("enum"):
            value = self._not_yet_told(one.field, value)
            self.listed.add((one.field.name, value))
        return self.asked.kept(value, one.field, one.words, self.scene.random)

    def _not_yet_told(self, field: Field, value: str) -> str:
        """A text that no list holds under this name, if there is one; else one that at least this list does not."""
        name = field.name
        for _ in range(_TRIES):
            if (name, value) not in self.told and (name, value) not in self.listed:
                return value
            value = make_value(field, self.scene, is_result=True)
        unlisted = [one for one in given_examples(field) if (name, one) not in self.listed and admits(field, one)]
        untold = [one for one in unlisted if (name, one) not in self.told]
        return self.scene.random.choice(untold or unlisted or [value])


def _labels_told(request: ToolRequest) -> set[tuple[str, Any]]:
    """The texts in the lists of answers to other questions: two lists seldom name the same things."""
    return {
        label
        for fact in (*request.facts, *request.beside)
        if fact.tool.name != request.tool.name or fact.arguments != request.arguments
        for entries in object_lists(fact.result) for entry in entries
        for label in entry.items() if isinstance(label[1], str)
    }  # fmt: skip
