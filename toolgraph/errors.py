"""The errors toolgraph raises, one small family.

ToolgraphError
├── InputError              something the user gave cannot be used; the CLI exits with 2
│   ├── ToolSpecError       a tool or a catalogue of tools
│   ├── FormatError         a file of dialogues
│   ├── ConfigError         an option or a configuration file
│   ├── LiveError           real tools that cannot be run at all: a server that does not start or never answers
│   └── RunDirectoryError   an output directory that is something else, or another run's
├── EmbeddingError          an embedding model that is missing, damaged or cannot be loaded
├── AnswerError             a model's answer that cannot be used; the step is tried again
├── EndpointError           a model server that cannot be used at all; the run stops
├── BudgetReached           a limit on money, tokens or time was reached; the run stops with what is done
└── GenerationError         the work could not be finished; the CLI exits with 1
"""


class ToolgraphError(Exception):
    """The base of every error toolgraph raises on purpose; its message says what, where and what to do."""


class InputError(ToolgraphError):
    """Something the user gave cannot be used."""


class ToolSpecError(InputError):
    """A tool, or a catalogue of tools, cannot be read."""


class FormatError(InputError):
    """A file of dialogues cannot be read."""


class ConfigError(InputError):
    """An option or a configuration file does not make sense."""


class LiveError(InputError):
    """Real tools cannot be run at all: their server or code does not start, answers garbage, or never answers."""


class RunDirectoryError(InputError):
    """An output directory holds something else than the run that was asked for."""


class EmbeddingError(ToolgraphError):
    """An embedding model is missing, damaged, or cannot be loaded."""


class AnswerError(ToolgraphError):
    """A model's answer cannot be used; the step that asked is tried again."""


class EndpointError(ToolgraphError):
    """A model server cannot be used at all: wrong address, key or model, or gone for good. It stops the run."""

    about: str = ""
    """What is to be mended, where that is known: `address`, `key`, `model` or `money`."""


class BudgetReached(ToolgraphError):
    """A limit on money, tokens or time was reached. The run stops with what is done."""


class GenerationError(ToolgraphError):
    """The work could not be finished."""
