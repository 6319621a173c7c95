"""The JSON Schema of scenario files, for editors: completion, units, and mistakes underlined while writing."""

from typing import Any

from pydantic import BaseModel

_REMOVE = {"type": "boolean", "description": "true takes the inherited entry of this name out"}
_MARKS = ("unit", "source", "real_scale", "calibrated")


def editor_schema(schema: type[BaseModel]) -> dict[str, Any]:
    """pydantic's JSON Schema with units in the descriptions, `extends`, and nothing required: a file may inherit it."""
    found = schema.model_json_schema()
    _adapt(found)
    found["properties"].pop("remove")
    found["properties"]["extends"] = {"type": "string", "description": "Scenario or file this one is laid over"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A Jishi scenario"} | found


def _adapt(node: Any) -> None:
    """Rewrite one node of the JSON Schema and all below it."""
    if isinstance(node, list):
        for each in node:
            _adapt(each)
    if not isinstance(node, dict):
        return
    properties = node.get("properties")
    if isinstance(properties, dict) and "type" in node:
        node.pop("required", None)
        if "name" in properties:
            properties["remove"] = dict(_REMOVE)
    if "unit" in node and "source" in node:
        _describe(node)
    if {"type": "null"} in node.get("anyOf", []):  # TOML has no null: what is absent is left out
        node["anyOf"].remove({"type": "null"})
        node.pop("default", None)
    if isinstance(node.get("title"), str):
        del node["title"]
    for each in list(node.values()):
        _adapt(each)


def _describe(node: dict[str, Any]) -> None:
    unit, source, real_scale, calibrated = (node.pop(mark, None) for mark in _MARKS)
    parts = [node.get("description", ""), f"Unit: {unit}" if unit else "", f"Source: {source}" if source else "",
             "Written at the scale of the real market" if real_scale else "", "Calibrated" if calibrated else ""]
    node["description"] = ". ".join(part.rstrip(".") for part in parts if part) + "."
