"""Calls of a task as rules plan them: what was found before is taken up, and what was said is not said again."""

import re

from toolgraph.dialogue.blueprint import PlannedArgument, PlannedCall, PlannedCondition
from toolgraph.models.offline.domain_links import DomainLinks
from toolgraph.models.offline.plan_arguments import CallBuilder, Setting
from toolgraph.models.offline.plan_memory import Memory
from toolgraph.models.offline.scene import new_scene
from toolgraph.models.offline.values import make_value
from toolgraph.tools.fields import Field
from toolgraph.tools.kinds import kind_of
from toolgraph.tools.names import split_words
from toolgraph.tools.spec import ToolSpec

_OF_USER = re.compile(r"^(runner|rider|player|member|donor|patient|participant)_name$")
"""Names by which somebody is registered: in a task that he states himself they are his own."""


class CallPlanner:
    """Plans one call after the other; what was planned before is its only state."""

    def __init__(self, links: DomainLinks, setting: Setting) -> None:
        self.links, self.setting, self.random = links, setting, setting.random
        self.memory = Memory()
        self.used: dict[str, ToolSpec] = {}
        """The functions called, by name."""
        self._count = 0

    def call(
        self, name: str, *, fed: frozenset[str] = frozenset(), condition: PlannedCondition | None = None
    ) -> PlannedCall:
        """Plan a call of a function with the ids it is to be fed, and take it into account."""
        call = self.draft(name, fed)
        if condition is not None:
            call = call.model_copy(update={"condition": condition})
        self.remember(call)
        return call

    def draft(self, name: str, fed: frozenset[str] = frozenset()) -> PlannedCall:
        """Plan a call, values of an attribute being those that were said of it before."""
        self.used[name] = self.links.tools[name]
        call = CallBuilder(
            self.links.with_ids(name, fed), call_id=self._next_id(), turn=0, setting=self.setting, memory=self.memory,
            is_linked=True,
        ).build()  # fmt: skip
        return call.model_copy(update={"arguments": tuple(self._as_said(one) for one in call.arguments)})

    def _as_said(self, argument: PlannedArgument) -> PlannedArgument:
        name = argument.pointer.rpartition("/")[2]
        user = self.setting.person.full_name
        if _OF_USER.search(name) and isinstance(argument.value, str) and user in self.setting.system:
            return argument.model_copy(update={"source": "context", "value": user})
        said = self.memory.said.get(split_words(argument.pointer.rpartition("/")[2]))
        if argument.source != "user" or said is None or isinstance(argument.value, bool | list):
            return argument
        return argument.model_copy(update={"value": said[0], "is_carried": True})

    def remember(self, call: PlannedCall) -> None:
        """Take a call into account; who has not seen a list can only ask for the entry that stands out in it."""
        self.memory.remember(call, self.used[call.tool], 0)
        if self.links.function(call.tool).lists:
            self.pick(call.id, self.random.choice(self.links.picks(call.tool) or ["0"]))

    def pick(self, call: str, pick: str) -> None:
        """Decide which entry of the list of a call all that follows goes on with."""
        for known in self.memory.known:
            if known.call.id == call:
                known.pick = pick

    def among(self, call: PlannedCall, first: str, second: str) -> PlannedCall:
        """Return a call that picks from what two calls found, and not from the first alone."""
        arguments = tuple(
            one.model_copy(update={"among": (second,)}) if one.call == first else one for one in call.arguments
        )
        changed = call.model_copy(update={"arguments": arguments})
        for known in self.memory.known:
            if known.call.id == call.id:
                known.call = changed
        return changed

    def about_another(self, call: PlannedCall) -> PlannedCall | None:
        """Return the same call with another region, name or kind of thing; none where it names nothing of that sort."""
        fields = {field.pointer: field for field in self.used[call.tool].parameter_fields}
        chosen = next((one for one in call.arguments if _names_a_thing(fields[one.pointer], one)), None)
        if chosen is None:
            return None
        scene = new_scene(self.random, self.setting.today, self.setting.person)
        for _ in range(8):
            value = make_value(fields[chosen.pointer], scene)
            if value != chosen.value:
                arguments = tuple(
                    one.model_copy(update={"value": value}) if one is chosen else one for one in call.arguments
                )
                return call.model_copy(update={"id": self._next_id(), "arguments": arguments})
        return None

    def _next_id(self) -> str:
        self._count += 1
        return f"c{self._count}"


def _names_a_thing(field: Field, argument: PlannedArgument) -> bool:
    """Whether a value is one of several things to compare; nobody moves house in two cities."""
    return (
        argument.source == "user" and isinstance(argument.value, str)
        and not field.schema.get("enum") and not field.schema.get("format")
        and kind_of(field) not in ("id", "city", "address", "date", "time", "datetime", "message", "text")
    )  # fmt: skip
