#!/usr/bin/env python3
"""The supervisor restarts what dies, leaves alone what ended, and passes signals on."""
# @spec:R1-HA-06 R4-AUTO-08
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SUPERVISE = pathlib.Path(__file__).resolve().parent / "supervise.py"
WAIT_SECONDS = 20


class Supervise(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.pids = pathlib.Path(self.folder.name) / "pids"
        self.process = None

    def tearDown(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process:
            self.process.stderr.close()
        self.folder.cleanup()

    def start(self, script, *options):
        """Supervises a shell script that first writes its pid into a file."""
        command = ["bash", "-c", f"echo $$ >> {self.pids}; {script}"]
        self.process = subprocess.Popen([sys.executable, str(SUPERVISE), *options, "--", *command],
                                        stderr=subprocess.PIPE, text=True)

    def lives(self):
        return [int(pid) for pid in self.pids.read_text().split()] if self.pids.exists() else []

    def wait_for_lives(self, count):
        until = time.monotonic() + WAIT_SECONDS
        while len(self.lives()) < count:
            self.assertLess(time.monotonic(), until, f"{len(self.lives())} lives of {count}")
            time.sleep(0.005)
        return self.lives()

    def test_restarts_at_once_after_kill_9_and_says_why(self):
        self.start("exec sleep 60")
        first = self.wait_for_lives(1)[0]
        begin = time.monotonic()
        os.killpg(first, signal.SIGKILL)
        self.wait_for_lives(2)
        self.assertLess(time.monotonic() - begin, 1.0)
        self.assertIsNone(self.process.poll())
        self.process.terminate()
        self.process.wait(WAIT_SECONDS)
        said = self.process.stderr.read()
        self.assertIn("killed by SIGKILL", said)
        self.assertIn("restart 1:", said)

    def test_ends_with_the_status_of_an_answer(self):
        for status in (0, 2, 64, 69, 78):
            with self.subTest(status=status):
                self.start(f"exit {status}")
                self.assertEqual(self.process.wait(WAIT_SECONDS), status)
                self.process.stderr.close()
        self.assertEqual(len(self.lives()), 5)

    def test_refuses_an_option_that_is_none(self):
        done = subprocess.run([sys.executable, SUPERVISE, "--brust", "3", "--", "true"], text=True,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no option --brust; did you mean --burst?", done.stderr)

    def test_restarts_after_other_statuses(self):
        for status in (1, 63, 79):
            with self.subTest(status=status):
                self.pids.unlink(missing_ok=True)
                self.start(f"[ $(wc -l < {self.pids}) -gt 1 ] && exit 0; exit {status}")
                self.assertEqual(self.process.wait(WAIT_SECONDS), 0)
                self.process.stderr.close()
                self.assertEqual(len(self.lives()), 2)

    def test_passes_signals_on_and_waits_for_the_end(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number.name):
                self.pids.unlink(missing_ok=True)
                self.start(f"trap 'sleep 0.2; exit 0' {number.name}; while :; do sleep 0.05; done")
                self.wait_for_lives(1)
                time.sleep(0.2)
                self.process.send_signal(number)
                self.assertEqual(self.process.wait(WAIT_SECONDS), 0)
                self.process.stderr.close()
                self.assertEqual(len(self.lives()), 1)

    def test_holds_back_in_a_crash_loop(self):
        self.start("exit 1", "--burst", "3")
        begin = time.monotonic()
        self.wait_for_lives(5)
        self.assertGreater(time.monotonic() - begin, 0.7)
        self.process.terminate()
        self.assertIn(self.process.wait(WAIT_SECONDS), (1, 128 + signal.SIGTERM))
        self.assertIn("held back 0.25 s: 3 lives", self.process.stderr.read())

    def test_kills_what_reported_and_then_fell_silent(self):
        report = ("import os, socket, time; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); "
                  "s.connect(chr(0) + os.environ['NOTIFY_SOCKET'][1:]); s.send(b'WATCHDOG=1'); "
                  "time.sleep(60)")
        self.start(f'exec {sys.executable} -c "{report}"', "--silence-max", "0.5")
        self.wait_for_lives(2)
        self.process.terminate()
        self.process.wait(WAIT_SECONDS)
        said = self.process.stderr.read()
        self.assertIn("has not reported for", said)
        self.assertIn("killed by SIGKILL, it hung", said)

    def test_what_never_reported_is_not_taken_for_hung(self):
        self.start("sleep 1; exit 0", "--silence-max", "0.1")
        self.assertEqual(self.process.wait(WAIT_SECONDS), 0)
        self.assertEqual(len(self.lives()), 1)

    def test_a_program_that_cannot_start_is_not_retried(self):
        self.process = subprocess.Popen([sys.executable, str(SUPERVISE), "--", "/nowhere/program"],
                                        stderr=subprocess.PIPE, text=True)
        self.assertEqual(self.process.wait(WAIT_SECONDS), 127)

    def test_the_program_ends_when_the_supervisor_is_killed(self):
        self.start("exec sleep 60")
        child = self.wait_for_lives(1)[0]
        time.sleep(0.2)
        self.process.kill()
        self.process.wait()
        until = time.monotonic() + WAIT_SECONDS
        while os.path.exists(f"/proc/{child}") and time.monotonic() < until:
            state = pathlib.Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0]
            if state == "Z":
                return
            time.sleep(0.01)
        self.assertFalse(os.path.exists(f"/proc/{child}"))


if __name__ == "__main__":
    unittest.main()
