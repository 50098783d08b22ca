"""Agents: user, assistant and tool, and the engine that lets them take turns."""
