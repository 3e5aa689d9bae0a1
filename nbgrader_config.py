"""nbgrader's settings for this course; executed twice by each nbgrader command, so it only sets values."""

from pathlib import Path

c = get_config()  # noqa: F821  nbgrader provides it

_root = Path(__file__).parent

c.CourseDirectory.root = str(_root)
c.CourseDirectory.course_id = "earth-data-science"
# the texts and the instructor's answers hold the solutions: neither is copied into a release
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "answers",
    *sorted(f"{folder.name}.py" for folder in _root.glob("source/*/")),
]
# a student who lost a test cell loses no marks: it is put back
c.OverwriteCells.add_missing_cells = True
# no student's notebook may keep the class waiting
c.Execute.timeout = 60
# nbgrader autograde and formgrader grade with the engine of eds grade: the same marks
c.Autograde.exporter_class = "eds_autograder.grading.plain.EngineExporter"
# archives of an LMS are unpacked within bounds
c.ZipCollectApp.extractor_plugin = "eds_autograder.grading.collecting.GuardedExtractor"
