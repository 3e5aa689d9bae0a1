"""Authoring and grading: lessons as text, built into notebooks, released, graded and given back."""
