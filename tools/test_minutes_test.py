#!/usr/bin/env python3
"""The time of ./test counts as cold only when the sources were compiled."""
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from dev import test_minutes  # noqa: E402


class TestMinutes(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.file = pathlib.Path(self.folder.name) / "minutes.json"

    def figure(self, minutes, compiled, from_cache, fresh=True):
        self.file.write_text(json.dumps({"minutes": minutes, "fresh": fresh, "compiled": compiled,
                                         "from_cache": from_cache, "commit": "abc"}), "utf-8")
        return test_minutes.figure(self.file)

    def test_a_cold_run_is_a_figure_with_its_aim(self):
        found, line = self.figure(12.5, 600, 3)
        self.assertEqual((found["value"], found["aim"], found["ok"]), (12.5, 15, True))
        self.assertIn("12.5 min", line)
        self.assertFalse(self.figure(15.1, 600, 3)[0]["ok"])

    def test_a_run_from_the_cache_is_none(self):
        found, line = self.figure(5, 100, 500)
        self.assertIsNone(found)
        self.assertIn("served 500 of 600 sources", line)

    def test_a_run_in_a_folder_that_was_built_before_is_none(self):
        for compiled in (0, 5):
            found, line = self.figure(5, compiled, 0, fresh=False)
            self.assertIsNone(found)
            self.assertIn("built before", line)

    def test_no_run_is_none(self):
        found, line = test_minutes.figure(self.file)
        self.assertIsNone(found)
        self.assertIn("./test was not green", line)

    def test_a_stopwatch_writes_what_the_figure_reads(self):
        test_minutes.Stopwatch().write(self.file)
        self.assertEqual(set(json.loads(self.file.read_text("utf-8"))),
                         {"minutes", "fresh", "compiled", "from_cache", "commit"})


if __name__ == "__main__":
    unittest.main()
