"""Results are what their published schema says, field by field."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import GradedClass

from eds_autograder.grading.kernels.limits import LIMITS_BY_NAME
from eds_autograder.grading.results import SCHEMA_VERSION, Exercise, Problem, Result, failed_result
from eds_autograder.grading.summary import records

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "results.schema.json").read_text("utf-8"))


def validate(record: Any) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(record)


def test_every_result_of_a_class_obeys_the_schema(graded: GradedClass) -> None:
    printed = json.loads(json.dumps(records(graded.report.results)))
    kept = [json.loads(path.read_text("utf-8")) for path in graded.folder.glob(".eds/results/*/result.json")]
    assert len(printed) == len(graded.report.results)
    assert kept
    for record in [*printed, *kept]:
        validate(record)
    assert {record["outcome"] for record in printed} >= {"graded", "kernel died", "invalid"}


def test_a_failure_of_our_own_obeys_it_too() -> None:
    validate(
        json.loads(json.dumps(failed_result("ada", "lines", "k", "disk full", {("n", "t"): 2.0}).to_dict()))
    )


def test_the_schema_knows_each_field_and_this_version() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    fields = {field.name for field in dataclasses.fields(Result)} - {"cached"}
    assert set(SCHEMA["required"]) == fields | {"schema"}
    assert set(SCHEMA["properties"]) == fields | {"schema", "points", "max_points", "cached"}
    assert SCHEMA["properties"]["schema"]["const"] == SCHEMA_VERSION
    for name, kind in (("exercises", Exercise), ("problems", Problem)):
        known = SCHEMA["properties"][name]["items"]["properties"]
        assert set(known) == {field.name for field in dataclasses.fields(kind)}
    assert set(SCHEMA["properties"]["problems"]["items"]["properties"]["kind"]["enum"]) > set(LIMITS_BY_NAME)


@pytest.mark.parametrize("change", [{"schema": 1}, {"outcome": "fine"}, {"extra": 1}, {"points": "5"}])
def test_what_is_none_is_refused(change: dict[str, Any]) -> None:
    record = {**failed_result("ada", "lines", "k", "disk full", {}).to_dict(), **change}
    with pytest.raises(jsonschema.ValidationError):
        validate(json.loads(json.dumps(record)))
