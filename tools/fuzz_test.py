#!/usr/bin/env python3
"""Every fuzzer has a committed corpus and a line in docs/testing.md; its result is read."""
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from dev import fuzz, paths, suite  # noqa: E402


class Fuzzers(unittest.TestCase):
    def test_each_has_seeds(self):
        self.assertGreaterEqual(len(fuzz.names()), 12)
        for name in fuzz.names():
            with self.subTest(name):
                self.assertTrue(any(fuzz.corpus(name).iterdir()))

    def test_every_corpus_has_a_fuzzer(self):
        folders = {folder.name for folder in (paths.ROOT / "tests/fuzz/corpus").iterdir()}
        self.assertEqual(folders, set(fuzz.names()))

    def test_each_is_in_the_table_of_parsers(self):
        text = (paths.ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
        for name in fuzz.names():
            with self.subTest(name):
                self.assertIn(f"| `{name}` |", text)

    def test_a_run_without_inputs_or_with_a_crash_fails(self):
        runs = [fuzz.Run("a", 10, 0), fuzz.Run("b", 0, 0), fuzz.Run("c", 10, 77)]
        self.assertEqual([run.ok() for run in runs], [True, False, False])
        counts = suite.count_fuzzers(runs)
        self.assertEqual(counts.line(), "1 passed, 2 failed")
        self.assertEqual(counts.failures, ["fuzz: b", "fuzz: c"])

    def test_the_input_of_a_crash_is_named(self):
        run = fuzz.Run("a", 1, 77, "x\nartifact_prefix='f/'; Test unit written to f/crash-1\nBase")
        self.assertEqual(fuzz.crash_input_of(run), "f/crash-1")
        self.assertIsNone(fuzz.crash_input_of(fuzz.Run("a", 1, 1, "no memory")))


if __name__ == "__main__":
    unittest.main()
