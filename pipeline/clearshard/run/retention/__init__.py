"""Retention: where an inventory, the registry and the published schedule meet.

- `facts`: their columns as what is known of artefacts
- `planning`: `clearshard retention plan`: an inventory → how each artefact stands
"""
