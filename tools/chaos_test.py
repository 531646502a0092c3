#!/usr/bin/env python3
"""A scenario that cannot have its own network is skipped and counted, and fails in CI."""
import json
import os
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]


def run_scenario(**more):
    """Runs it where none of the tools is found. The ended process, and the verdict."""
    env = {name: value for name, value in os.environ.items() if name != "CI"}
    env |= {"PATH": "/nonexistent", "BOTTEST_CHAOS_BIN": "/nonexistent", **more}
    done = subprocess.run([sys.executable, str(ROOT / "dev"), "chaos", "--short",
                           "parts_partitioned"], cwd=ROOT, env=env, text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, check=False)
    return done, json.loads(done.stdout.splitlines()[0])


class Chaos(unittest.TestCase):
    def test_skips_with_a_reason_a_scenario_that_cannot_run(self):
        done, verdict = run_scenario()
        self.assertEqual(done.returncode, 77, done.stderr)
        self.assertIn("unshare is not installed", verdict["skipped"])
        self.assertFalse(verdict["ok"])
        self.assertLessEqual({"TC-REL-006", "RT-CHAOS-02"}, set(verdict["spec"]), "both tag lines")
        self.assertIn("0 of 1 scenarios, 1 skipped", done.stdout)

    def test_fails_in_ci_instead(self):
        done, verdict = run_scenario(CI="true")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertTrue(verdict["failures"])


if __name__ == "__main__":
    unittest.main()
