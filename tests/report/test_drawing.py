import builtins

import pytest

from toolgraph.errors import ConfigError
from toolgraph.report.drawing import require_drawing


def test_without_matplotlib_there_is_one_sentence_that_helps(monkeypatch):
    real = builtins.__import__

    def missing(name, *arguments, **options):
        if name == "matplotlib":
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", missing)

    with pytest.raises(ConfigError, match=r"pip install 'toolgraph\[report\]'"):
        require_drawing()
