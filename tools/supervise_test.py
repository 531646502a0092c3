#!/usr/bin/env python3
"""The supervisor restarts a program that dies, not one that ended, and forwards signals."""
# @spec:R1-HA-06 R4-AUTO-08
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

SUPERVISE = pathlib.Path(__file__).resolve().parent / "supervise.py"
WAIT_SECONDS = 20

# A program that reports what its script says, such as `say("READY=1")`.
REPORTER = """
import os, pathlib, signal, socket, sys, time
def note(word):
    with open(sys.argv[1], "a") as file:
        file.write(word + "\\n")
to = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
to.connect(chr(0) + os.environ["NOTIFY_SOCKET"][1:])
say = lambda text: to.send(text.encode())
"""


class Supervise(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.pids = pathlib.Path(self.folder.name) / "pids"
        self.process = None

    def tearDown(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process and self.process.stderr:
            self.process.stderr.close()
        self.folder.cleanup()

    def start(self, script, *options):
        """Supervises a shell script that first writes its pid into a file."""
        command = ["bash", "-c", f"echo $$ >> {self.pids}; {script}"]
        self.process = subprocess.Popen([sys.executable, str(SUPERVISE), *options, "--", *command],
                                        stderr=subprocess.PIPE, text=True)

    def start_reporter(self, script, *options, **popen):
        """Supervises a Python script that may `say` reports and `note` words for `notes`."""
        program = pathlib.Path(self.folder.name) / "program.py"
        program.write_text(f"{REPORTER}\nopen({str(self.pids)!r}, 'a').write(f'{{os.getpid()}} ')\n"
                           f"{script}\n")
        command = [sys.executable, str(program), str(self.notes_file())]
        popen.setdefault("stderr", subprocess.PIPE)
        self.process = subprocess.Popen([sys.executable, str(SUPERVISE), *options, "--", *command],
                                        text=True, **popen)

    def notes_file(self):
        return pathlib.Path(self.folder.name) / "notes"

    def notes(self):
        return self.notes_file().read_text().split() if self.notes_file().exists() else []

    def wait_until(self, what, condition):
        until = time.monotonic() + WAIT_SECONDS
        while not condition():
            self.assertLess(time.monotonic(), until, what)
            time.sleep(0.005)  # Poll interval.

    def started_pids(self):
        return [int(pid) for pid in self.pids.read_text().split()] if self.pids.exists() else []

    def wait_for_starts(self, count):
        until = time.monotonic() + WAIT_SECONDS
        while len(self.started_pids()) < count:
            self.assertLess(time.monotonic(), until,
                            f"{len(self.started_pids())} starts of {count}")
            time.sleep(0.005)
        return self.started_pids()

    def test_restarts_at_once_after_kill_9_and_says_why(self):
        self.start("exec sleep 60")
        first = self.wait_for_starts(1)[0]
        begin = time.monotonic()
        os.killpg(first, signal.SIGKILL)
        self.wait_for_starts(2)
        self.assertLess(time.monotonic() - begin, 1.0)
        self.assertIsNone(self.process.poll())
        self.process.terminate()
        self.process.wait(WAIT_SECONDS)
        stderr = self.process.stderr.read()
        self.assertIn("killed by SIGKILL", stderr)
        self.assertIn("restart 1:", stderr)

    def test_ends_with_a_status_that_is_not_restarted(self):
        for status in (0, 2, 64, 69, 78):
            with self.subTest(status=status):
                self.start(f"exit {status}")
                self.assertEqual(self.process.wait(WAIT_SECONDS), status)
                self.process.stderr.close()
        self.assertEqual(len(self.started_pids()), 5)

    def test_refuses_an_unknown_option(self):
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
                self.assertEqual(len(self.started_pids()), 2)

    def test_forwards_signals_and_waits_for_the_end(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number.name):
                self.pids.unlink(missing_ok=True)
                self.start(f"trap 'sleep 0.2; exit 0' {number.name}; while :; do sleep 0.05; done")
                self.wait_for_starts(1)
                time.sleep(0.2)
                self.process.send_signal(number)
                self.assertEqual(self.process.wait(WAIT_SECONDS), 0)
                self.process.stderr.close()
                self.assertEqual(len(self.started_pids()), 1)

    def test_delays_restarts_in_a_crash_loop(self):
        self.start("exit 1", "--burst", "3")
        begin = time.monotonic()
        self.wait_for_starts(5)
        self.assertGreater(time.monotonic() - begin, 0.7)
        self.process.terminate()
        self.assertIn(self.process.wait(WAIT_SECONDS), (1, 128 + signal.SIGTERM))
        self.assertIn("held back 0.25 s: 3 runs", self.process.stderr.read())

    def test_kills_a_program_that_stops_reporting(self):
        report = ("import os, socket, time; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); "
                  "s.connect(chr(0) + os.environ['NOTIFY_SOCKET'][1:]); s.send(b'WATCHDOG=1'); "
                  "time.sleep(60)")
        self.start(f'exec {sys.executable} -c "{report}"', "--silence-max", "0.5")
        self.wait_for_starts(2)
        self.process.terminate()
        self.process.wait(WAIT_SECONDS)
        stderr = self.process.stderr.read()
        self.assertIn("has not reported for", stderr)
        self.assertIn("killed by SIGKILL, it hung", stderr)

    def test_a_program_that_never_reports_is_not_killed_without_a_start_limit(self):
        self.start("sleep 1; exit 0", "--silence-max", "0.1", "--start-max", "0")
        self.assertEqual(self.process.wait(WAIT_SECONDS), 0)
        self.assertEqual(len(self.started_pids()), 1)

    def test_kills_a_program_that_does_not_become_ready(self):
        self.start("exec sleep 60", "--start-max", "0.3")
        self.wait_for_starts(3)
        self.process.terminate()
        self.process.wait(WAIT_SECONDS)
        stderr = self.process.stderr.read()
        self.assertIn("has not become ready within 0.3 s: it hangs", stderr)
        self.assertIn("killed by SIGKILL, it hung", stderr)

    def test_a_ready_program_may_run_longer_than_the_start_limit(self):
        self.start_reporter("say('READY=1'); time.sleep(1.5)", "--start-max", "1",
                            "--silence-max", "30")
        self.assertEqual(self.process.wait(WAIT_SECONDS), 0)
        self.assertEqual(len(self.started_pids()), 1)

    def test_heartbeats_of_other_processes_do_not_count(self):
        self.start_reporter("say('READY=1'); time.sleep(60)", "--silence-max", "0.5")
        self.wait_for_starts(1)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            other.connect(f"\0botcore-supervisor-{self.process.pid}")

            def forge():
                other.send(b"WATCHDOG=1")
                return len(self.started_pids()) > 1
            self.wait_until("the silent program was killed", forge)
        self.process.terminate()
        self.process.wait(WAIT_SECONDS)
        self.assertIn("has not reported for", self.process.stderr.read())

    def test_survives_a_closed_reader_of_its_messages(self):
        for closed in ("reader closed", "descriptor closed"):
            with self.subTest(closed):
                self.pids.unlink(missing_ok=True)
                read_end, write_end = os.pipe()
                os.close(read_end)
                self.start_reporter("say('READY=1'); time.sleep(60)", stderr=write_end,
                                    preexec_fn=(lambda: os.close(2)) if "desc" in closed else None)
                os.close(write_end)
                for count in range(1, 4):
                    os.kill(self.wait_for_starts(count)[-1], signal.SIGKILL)
                self.wait_for_starts(4)
                self.assertIsNone(self.process.poll())
                self.process.terminate()
                self.process.wait(WAIT_SECONDS)

    def test_does_not_wait_for_a_full_pipe(self):
        read_end, write_end = os.pipe()
        self.addCleanup(os.close, read_end)
        os.set_blocking(write_end, False)
        with self.assertRaises(BlockingIOError):
            while True:
                os.write(write_end, bytes(4096))
        os.set_blocking(write_end, True)
        self.start_reporter("say('READY=1'); time.sleep(60)", stderr=write_end)
        os.close(write_end)
        for count in range(1, 4):
            os.kill(self.wait_for_starts(count)[-1], signal.SIGKILL)
        self.wait_for_starts(4)
        self.process.terminate()
        self.process.wait(WAIT_SECONDS)

    def test_a_program_that_is_ending_gets_no_second_signal(self):
        """As when a container or a terminal sends SIGTERM to all processes."""
        self.start_reporter(
            "def end(*_):\n"
            "    note('TERM'); say('STOPPING=1')\n"
            "signal.signal(signal.SIGTERM, end)\n"
            "say('READY=1'); note('ready')\n"
            f"while not os.path.exists({self.folder.name + '/end'!r}): time.sleep(0.01)")
        self.wait_until("ready", lambda: "ready" in self.notes())
        os.kill(self.started_pids()[0], signal.SIGTERM)
        self.wait_until("the first signal", lambda: self.notes().count("TERM") == 1)
        self.process.terminate()
        # Only a second signal is forwarded. First the supervisor must have handled the first one.
        self.wait_until("the first signal was handled", self.has_no_pending_signal)
        self.assertEqual(self.notes().count("TERM"), 1)
        self.process.terminate()
        self.wait_until("the second signal", lambda: self.notes().count("TERM") == 2)
        pathlib.Path(self.folder.name, "end").touch()
        self.assertEqual(self.process.wait(WAIT_SECONDS), 0)

    def has_no_pending_signal(self):
        """Whether the supervisor sleeps without a pending signal, so that it has handled all."""
        rows = dict(line.split(":\t", 1) for line in pathlib.Path(
            f"/proc/{self.process.pid}/status").read_text().splitlines())
        return int(rows["ShdPnd"], 16) == 0 and rows["State"].startswith("S")

    def test_hangup_is_forwarded_after_ready_and_ends_nothing(self):
        go = pathlib.Path(self.folder.name, "go")
        self.start_reporter(
            f"while not os.path.exists({str(go)!r}): time.sleep(0.01)\n"
            "signal.signal(signal.SIGHUP, lambda *_: note('HUP'))\n"
            "say('READY=1')\n"
            "while True: time.sleep(0.01)")
        first = self.wait_for_starts(1)
        self.process.send_signal(signal.SIGHUP)
        self.wait_until("the signal was handled", self.has_no_pending_signal)
        go.touch()
        self.wait_until("the first hangup", lambda: self.notes() == ["HUP"])
        self.process.send_signal(signal.SIGHUP)
        self.wait_until("the second hangup", lambda: self.notes() == ["HUP", "HUP"])
        self.assertEqual(self.started_pids(), first)
        self.assertIsNone(self.process.poll())
        self.process.terminate()
        self.process.wait(WAIT_SECONDS)

    def test_a_program_that_cannot_start_is_not_retried(self):
        self.process = subprocess.Popen([sys.executable, str(SUPERVISE), "--", "/nowhere/program"],
                                        stderr=subprocess.PIPE, text=True)
        self.assertEqual(self.process.wait(WAIT_SECONDS), 127)

    def test_the_program_ends_when_the_supervisor_is_killed(self):
        self.start("exec sleep 60")
        child = self.wait_for_starts(1)[0]
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
