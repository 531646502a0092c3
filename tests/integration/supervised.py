#!/usr/bin/env python3
"""The daemon under its supervisor, both as processes: whose reports count, and what signals to
either of them do. Also the destination and format of the daemon's log."""
# @spec:R1-HA-06 R4-AUTO-08 R2-SHUT-01
import contextlib
import json
import os
import pathlib
import pty
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

from fixtures import BIN, ROOT, ProgramTest, stop

STEPS = [1, 2, 3, 4, 5, 6, 7]
SILENCE_SECONDS, START_SECONDS = 4, 10


def children_of(pid):
    """The pids of its children."""
    with contextlib.suppress(FileNotFoundError):
        text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(child) for child in text.split()]
    return []


class Files(ProgramTest):
    """Each test has its own folder, with the log and the supervisor's standard error."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=self.home))
        self.data = self.folder / "data"
        self.log = self.folder / "botcored.log"
        self.ready = self.folder / "ready.json"
        self.config = self.folder / "botcore.toml"
        self.config.write_text("")

    def command(self, *words):
        return [BIN / "botcored", "--data", self.data, "--port", "0", "--ready-file", self.ready,
                "--config", self.config, "--set", f"log.file={self.log}", *words]

    def lines(self, path=None):
        text = (path or self.log).read_bytes().decode() if (path or self.log).exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def messages(self):
        return [line["message"] for line in self.lines()]

    def steps(self):
        return [line["step"] for line in self.lines()
                if line.get("operation") == "shutdown" and "step" in line]

    def port(self):
        return json.loads(self.ready.read_text())["port"]


class Supervised(Files):
    def supervise(self, *options, stderr=None, **popen):
        with open(self.folder / "stderr", "ab") as stderr_file:
            self.process = subprocess.Popen(
                [sys.executable, ROOT / "tools/supervise.py", *options, "--", *self.command()],
                env=self.env, cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=stderr if stderr is not None else stderr_file,
                **popen)
        self.addCleanup(self.end)

    def end(self):
        """Ends the processes that a failed test has left."""
        if self.process.poll() is None:
            for one in [self.process.pid, *children_of(self.process.pid)]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)
            self.process.wait()

    def stderr_text(self):
        return (self.folder / "stderr").read_text()

    def daemon(self):
        """The pid of the daemon that is ready."""
        self.wait_for(lambda: "a daemon that is ready", self.ready.exists)
        return children_of(self.process.pid)[0]

    def another_daemon(self, than):
        def condition():
            now = children_of(self.process.pid)
            return now and now[0] != than and self.ready.exists() and now[0]
        return self.wait_for(lambda: "a new process", condition)

    def terminated(self):
        self.process.terminate()
        return self.process.wait(60)

    def test_heartbeats_of_another_process_do_not_count(self):
        self.supervise("--silence-max", str(SILENCE_SECONDS))
        pid = self.daemon()
        self.ready.unlink()
        os.kill(pid, signal.SIGSTOP)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            other.connect(f"\0botcore-supervisor-{self.process.pid}")

            def forge():
                with contextlib.suppress(BlockingIOError):
                    other.send(b"WATCHDOG=1", socket.MSG_DONTWAIT)
                return "it hangs" in self.stderr_text()
            self.wait_for(lambda: "the end of the hanging daemon", forge)
        self.another_daemon(pid)
        self.assertEqual(self.terminated(), 0)

    def test_a_hanging_start_is_killed_and_repeated(self):
        self.supervise("--start-max", str(START_SECONDS))
        first = self.wait_for(lambda: "a first process", lambda: children_of(self.process.pid))[0]
        os.kill(first, signal.SIGSTOP)
        self.assertFalse(self.ready.exists(), "it was ready before it could be stopped")
        self.another_daemon(first)
        self.assertIn(f"has not become ready within {START_SECONDS} s: it hangs",
                      self.stderr_text())
        self.assertIn("killed by SIGKILL, it hung", self.stderr_text())
        self.assertEqual(self.terminated(), 0)

    def test_a_closed_reader_of_messages_does_not_end_the_supervisor(self):
        read_end, write_end = os.pipe()
        os.close(read_end)
        self.supervise(stderr=write_end)
        os.close(write_end)
        for _ in range(2):
            pid = self.daemon()
            self.ready.unlink()
            os.kill(pid, signal.SIGKILL)
            self.another_daemon(pid)
        self.assertEqual(self.terminated(), 0)

    def test_a_closed_standard_error_is_replaced_by_dev_null(self):
        self.supervise(preexec_fn=lambda: os.close(2))
        pid = self.daemon()
        self.assertEqual([os.readlink(f"/proc/{one}/fd/2") for one in (pid, self.process.pid)],
                         ["/dev/null"] * 2)
        self.assertEqual(self.terminated(), 0)
        self.assertEqual(self.steps(), STEPS)

    def test_a_signal_to_both_processes_makes_one_complete_shutdown(self):
        for number, order in ((signal.SIGTERM, 1), (signal.SIGTERM, -1), (signal.SIGINT, 1)):
            with self.subTest(signal=number.name, order=order):
                self.log.unlink(missing_ok=True)
                self.ready.unlink(missing_ok=True)
                self.supervise()
                for one in [self.daemon(), self.process.pid][::order]:
                    os.kill(one, number)
                self.assertEqual(self.process.wait(60), 0, self.stderr_text())
                self.assertEqual(self.steps(), STEPS)

    def test_the_supervisor_may_get_the_signal_later_than_the_daemon(self):
        self.config.write_text("[shutdown]\ndrain_delay_seconds = 3\n")
        self.supervise()
        os.kill(self.daemon(), signal.SIGTERM)
        signaled_at = time.monotonic()
        self.wait_for(lambda: "more than a second", lambda: time.monotonic() - signaled_at > 1.5)
        self.assertEqual(self.terminated(), 0, self.stderr_text())
        self.assertEqual(self.steps(), STEPS)

    def test_hangup_reads_the_configuration_again(self):
        self.supervise()
        pid = self.daemon()
        self.assertEqual(self.reads(), {200})
        self.config.write_text("[limits]\noperators = true\nreads_per_second = 1\n"
                               "[paper]\ndeposit = 5\n")
        self.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: f"the reload: {self.messages()[-5:]}; that",
                      lambda: "the configuration was reloaded" in self.messages())
        line = next(line for line in self.lines()
                    if line["message"] == "the configuration was reloaded")
        self.assertEqual(line["changed"], "limits.reads_per_second, limits.operators")
        later = next(line for line in self.lines()
                     if line["message"] == "changed keys take effect at the next start")
        self.assertEqual((later["keys"], later["level"]), ("paper.deposit", "WARN"))
        self.assertIn(429, self.reads())
        self.config.write_text("[limits]\nreads_per_second = \"many\"\n")
        self.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: "the refusal of a mistake",
                      lambda: "the old configuration remains in use" in self.messages())
        self.assertIn(429, self.reads())
        # A reload refuses what a start refuses.
        self.config.write_text("[limits]\nreads_per_second = 2\n"
                               "[http]\nhosts = \"https://bots.example\"\n")
        self.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: "the refusal of a wrong host name",
                      lambda: any("http.hosts" in line.get("cause", "") for line in self.lines()
                                  if line["message"] == "the old configuration remains in use"))
        # An archive that cannot be used stops the next start, and no reload.
        self.config.write_text("[limits]\noperators = true\nreads_per_second = 1\n"
                               f"[archive]\nkey_escrow = \"{self.folder}/missing/archive.key\"\n")
        self.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: "a reload without the archive's folder",
                      lambda: any(line.get("keys") == "archive.key_escrow"
                                  for line in self.lines()))
        # Keys of the shutdown take effect at once, too.
        self.config.write_text("[limits]\noperators = true\nreads_per_second = 1\n"
                               "[shutdown]\ndrain_within_seconds = 7\n")
        self.process.send_signal(signal.SIGHUP)
        self.wait_for(lambda: "the second reload",
                      lambda: any(line.get("changed") == "shutdown.drain_within_seconds"
                                  for line in self.lines()))
        self.assertEqual((children_of(self.process.pid), self.process.poll()), ([pid], None))
        self.assertEqual(self.terminated(), 0)

    def reads(self):
        """The statuses of some reads in a row."""
        token = (self.data / "operator.token").read_text().strip()
        seen = set()
        for _ in range(20):
            request = urllib.request.Request(f"http://127.0.0.1:{self.port()}/api/accounts",
                                             headers={"Authorization": f"Bearer {token}"})
            try:
                with urllib.request.urlopen(request, timeout=10) as response:
                    seen.add(response.status)
            except urllib.error.HTTPError as error:
                seen.add(error.code)
        return seen


class Lines(Files):
    def serve(self, *words, **popen):
        popen = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **popen}
        daemon = subprocess.Popen(self.command(*words), env=self.env, cwd=self.folder,
                                  stdin=subprocess.DEVNULL, **popen)
        self.addCleanup(lambda: daemon.poll() is None and (daemon.kill(), daemon.wait()))
        self.wait_for(lambda: "a daemon that is ready", self.ready.exists)
        return daemon

    def after_hangup(self, daemon):
        """Sends two hangups: after the second one all lines of the first are written."""
        for _ in range(2):
            before = len(self.messages())
            daemon.send_signal(signal.SIGHUP)
            self.wait_for(lambda: "a line of the reload", lambda seen=before: "certificate and key "
                          "were read again" in self.messages()[seen:])

    def test_a_renamed_log_is_reopened(self):
        daemon = self.serve()
        self.wait_for(lambda: "a first line", self.lines)
        self.log.rename(self.folder / "botcored.log.1")
        self.after_hangup(daemon)
        stop(daemon)
        self.assertEqual(self.steps(), STEPS)
        self.assertIn("started", [line["message"] for line
                                  in self.lines(self.folder / "botcored.log.1")])

    def test_a_truncated_log_has_no_hole(self):
        daemon = self.serve()
        self.wait_for(lambda: "a first line", self.lines)
        os.truncate(self.log, 0)
        self.after_hangup(daemon)
        self.assertNotIn(b"\0", self.log.read_bytes())
        stop(daemon)
        self.assertEqual(self.steps(), STEPS)

    def output(self, *words, terminal):
        """The output from the start to the end."""
        if not terminal:
            with open(self.folder / "seen", "w+b") as seen:
                stop(self.serve(*words, stdout=seen, stderr=seen))
                seen.seek(0)
                return seen.read().decode()
        controller, terminal_end = pty.openpty()
        daemon = self.serve(*words, stdout=terminal_end, stderr=terminal_end)
        os.close(terminal_end)
        daemon.send_signal(signal.SIGTERM)
        seen = b""
        with contextlib.suppress(OSError):  # The terminal's end.
            while part := os.read(controller, 4096):
                seen += part
        os.close(controller)
        self.assertEqual(daemon.wait(60), 0)
        return seen.decode().replace("\r\n", "\n")

    def test_lines_are_text_on_a_terminal_and_json_elsewhere(self):
        text = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]+Z INFO  started .*sequence=\d+", re.M)
        as_json = re.compile(r'^\{"timestamp":.*"message":"started"', re.M)
        for words, terminal, expected, other in (
                ((), True, text, as_json), ((), False, as_json, text),
                (("--set", "log.format=json"), True, as_json, text),
                (("--set", "log.format=text"), False, text, as_json)):
            with self.subTest(words=words, terminal=terminal):
                self.ready.unlink(missing_ok=True)
                self.log.unlink(missing_ok=True)
                seen = self.output(*words, terminal=terminal)
                self.assertRegex(seen, expected)
                self.assertNotRegex(seen, other)
                self.assertEqual(self.steps(), STEPS)  # The file is always JSON.

    def test_warnings_of_the_start_come_after_the_greeting(self):
        for terminal in (True, False):
            with self.subTest(terminal=terminal):
                self.ready.unlink(missing_ok=True)
                seen = self.output("--set", "reliability.enabled=false", terminal=terminal)
                self.assertLess(seen.index("To place a first order"),
                                seen.index("only for measurements"))
                self.assertEqual(seen[:seen.index("Bot Core")].strip(), "")

    def test_a_closed_standard_output_does_not_end_the_daemon(self):
        read_end, write_end = os.pipe()
        os.close(read_end)
        daemon = self.serve(stdout=write_end)
        os.close(write_end)
        stop(daemon)
        self.assertEqual(self.steps(), STEPS)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
