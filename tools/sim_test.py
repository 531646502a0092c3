#!/usr/bin/env python3
"""`./dev sim` passes botsim's options on, and its help names only options that exist."""
import contextlib
import io
import pathlib
import sys
import unittest
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from dev import cli  # noqa: E402


def arguments_of(*given):
    """What botsim is started with."""
    with mock.patch("dev.programs.run_program", return_value=0) as run:
        status = cli.main(["sim", *given])
    assert status == 0, status
    return run.call_args.args[1]


class Sim(unittest.TestCase):
    def test_minutes_are_the_whole_number_that_botsim_reads(self):
        self.assertEqual(arguments_of("--minutes", "2"), ["--minutes", "2"])

    def test_a_part_of_a_minute_is_refused_before_anything_is_built(self):
        with contextlib.redirect_stderr(io.StringIO()) as error, self.assertRaises(SystemExit):
            arguments_of("--minutes", "0.5")
        self.assertIn("--minutes", error.getvalue())

    def test_the_replay_line_reaches_botsim(self):
        self.assertEqual(sorted(arguments_of("--seed", "269", "--commit", "0123456789ab")),
                         sorted(["--seed", "269", "--commit", "0123456789ab"]))

    def test_help_names_no_variant(self):
        with contextlib.redirect_stdout(io.StringIO()) as output:
            self.assertEqual(cli.main(["help"]), 0)
        self.assertIn("--minutes", output.getvalue())
        self.assertNotIn("--variant", output.getvalue())


if __name__ == "__main__":
    unittest.main()
