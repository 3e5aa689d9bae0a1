"""What the tests of grading share: the way to their small course, which nobody else puts on the import path."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
