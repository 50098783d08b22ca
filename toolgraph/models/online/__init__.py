"""The online backend: language models behind any OpenAI-compatible server."""
