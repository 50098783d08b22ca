"""The values both modes share: messages, blueprints, provenance, dialogues."""
