"""The offline backend: a rule for every request, with no network, no key and no weights."""
