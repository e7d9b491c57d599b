# SPDX-License-Identifier: GPL-2.0-only
"""schema.py SCHEMA [KIND] FILE...: whether each file holds one JSON document that the schema allows, without a member
that it does not name. KIND is one of its definitions; with KIND[] an array of it. Says what is wrong, or nothing."""

import json
import sys

import jsonschema


def strict(schema):
    """Members may be added in later versions; what is not documented today is a mistake."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for item in schema.values():
            strict(item)
    elif isinstance(schema, list):
        for item in schema:
            strict(item)


def no_twice(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError("a member is there twice")
    return dict(pairs)


def complaints(validator, path):
    with open(path, encoding="utf-8") as file:
        try:
            document = json.load(file, object_pairs_hook=no_twice)
        except ValueError as error:
            yield f"{path}: {error}"
            return
    for error in validator.iter_errors(document):
        yield f"{path}: {error.json_path}: {error.message[:300]}"


def main(schema_path, *arguments):
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    strict(schema)
    kind, files = None, list(arguments)
    if files and files[0].removesuffix("[]") in schema["$defs"]:
        kind = files.pop(0)
    if kind:
        del schema["anyOf"]
        reference = {"$ref": "#/$defs/" + kind.removesuffix("[]")}
        schema.update({"type": "array", "items": reference} if kind.endswith("[]") else reference)
    validator = jsonschema.Draft202012Validator(schema)
    found = [line for path in files for line in complaints(validator, path)]
    print("\n".join(found))
    return 1 if found or not files else 0


sys.exit(main(*sys.argv[1:]))
