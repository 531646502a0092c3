#!/usr/bin/env python3
"""scripts/consistency-check.sh over a real daemon: five steps in their order, a report by file, log
and event, and a status other than 0 with a useful message when a step was not done.
@spec:R3-INTEG-07 R3-INTEG-09 R3-INTEG-10 R3-INTEG-11 R3-INTEG-12"""
import contextlib
import http.server
import json
import os
import pathlib
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import threading
import unittest

from fixtures import BIN, COMMAND_LINE, NEGATIVE, ROOT, UNAVAILABLE, ProgramTest, stop

SCRIPT = ROOT / "scripts/consistency-check.sh"
CRON = ROOT / "deploy/cron/botcore"
UNAUTHORIZED = 77
STEPS = ["1", "2", "3", "4", "5"]
NOWHERE = "http://127.0.0.1:1"


def steps_of(text):
    """The steps and their verdicts, as they were printed."""
    return re.findall(r"^step ([\d to]+): (passed|FAILED|NOT DONE)", text, re.M)


class MismatchingDaemon(http.server.BaseHTTPRequestHandler):
    """Responds like a daemon whose exchange has another position than the application."""
    POSITION = {"symbol": "BTCUSDT", "ours": "0.01", "ours_cost": "600", "exchange": "0",
                "exchange_cost": "0", "status": "MISMATCH"}
    ACCOUNT = {"account": "futures", "owner": "operator", "market": "futures", "state": "FROZEN",
               "frozen_reason": "BOOKS_DIFFER", "status": "MISMATCH", "confirmed": True,
               "compared_at": "2999-01-01T00:00:00.000Z", "reason": "no trade explains it",
               "action": "botctl reconcile --fix", "balances": [], "positions": [POSITION],
               "orders": []}

    def respond(self, data):
        body = json.dumps({"data": data, "timestamp": "2026-11-29T00:00:00.000Z"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/api/consistency-checks":
            self.server.reports.append(json.loads(body))
            return self.respond({"result": "inconsistent"})
        return self.respond({"asked_at": "2026-11-29T00:00:00.000Z", "accounts": ["futures"]})

    def do_GET(self):
        self.respond([self.ACCOUNT])

    def log_message(self, *_):
        pass


class ConsistencyCheck(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.data, cls.log = cls.home / "data", cls.home / "log"
        cls.daemon, port = cls.start(cls.data, "--set", f"log.file={cls.log}")
        cls.url = f"http://127.0.0.1:{port}"
        for side in ("BUY", "SELL", "BUY"):
            done = cls.run_botctl(cls.data, "order", "place", "BTCUSDT", side, "0.003",
                                  "--url", cls.url)
            assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        stop(cls.daemon)
        super().tearDownClass()

    def check(self, *words, url=None, data=None, **env):
        where = ["--url", url or self.url, "--data", str(data or self.data)]
        return subprocess.run([SCRIPT, *where, *words], text=True, capture_output=True, timeout=120,
                              env={**self.env, "BOTCTL": str(BIN / "botctl"), **env}, cwd=self.home,
                              stdin=subprocess.DEVNULL, check=False)

    def copy_of_the_data(self, name, sql=None):
        data = self.home / name
        data.mkdir()
        shutil.copy(self.data / "operator.token", data)
        # The journal's file is copied by SQLite itself, since the daemon writes to it.
        with contextlib.closing(sqlite3.connect(self.data / "botcore.db")) as source, \
                contextlib.closing(sqlite3.connect(data / "botcore.db")) as target:
            source.backup(target)
            if sql:
                self.assertGreater(target.execute(sql).rowcount, 0, "nothing was damaged")
                target.commit()
        return data

    def reports_in_the_log(self, result, data):
        whole, _, _ = self.log.read_text().rpartition("\n")
        lines = [json.loads(line) for line in whole.splitlines()]
        return [line for line in lines if line.get("operation") == "consistency_check" and
                line.get("result") == result and f" {data} " in line["report"]]

    def files(self, data):
        return sorted((data / "consistency").glob("*.txt"))

    def test_all_steps_pass_and_event_log_and_file_have_the_report(self):
        events = subprocess.Popen(
            [BIN / "botctl", "events", "--since", "0", "--follow", "--json", "--url", self.url,
             "--data", self.data], env=self.env, stdout=subprocess.PIPE, text=True)
        try:
            next(events.stdout)  # It is subscribed once it has printed a past event.
            done = self.check()
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(steps_of(done.stdout), [(step, "passed") for step in STEPS])
            self.assertTrue(done.stdout.endswith("result: consistent\n"))
            event = next(json.loads(line) for line in events.stdout
                         if "consistency_checked" in line)
        finally:
            events.kill()
            events.wait()
            events.stdout.close()
        self.assertEqual(event["data"]["result"], "consistent")
        line = self.wait_for(lambda: "the line of the log",
                             lambda: self.reports_in_the_log("consistent", self.data))[-1]
        self.assertEqual(line["level"], "INFO")
        self.assertEqual(steps_of(line["report"]), [(step, "passed") for step in STEPS[:4]])
        self.assertEqual(self.files(self.data)[-1].read_text(), done.stdout)

    def test_each_difference_is_found_in_its_step(self):
        for step, name, sql in (
                ("2", "balance", "UPDATE balances SET cash = '77' WHERE account = 'futures'"),
                ("3", "exit", "UPDATE orders SET filled_notional = '0'"),
                ("4", "orphan", "UPDATE positions SET symbol = 'ETHUSDT'")):
            with self.subTest(name):
                data = self.copy_of_the_data(name, sql)
                done = self.check(data=data)
                self.assertEqual(done.returncode, NEGATIVE, done.stdout + done.stderr)
                verdicts = dict(steps_of(done.stdout))
                self.assertEqual(verdicts[step], "FAILED", done.stdout)
                self.assertEqual(verdicts["1"], "passed", done.stdout)
                self.assertEqual([each for each, _ in steps_of(done.stdout)],
                                 ["1", "2", "3", "4", "2 to 4", "5"])
                self.assertIn("docs/runbooks/data-damaged.md", done.stdout)
                self.assertEqual(self.files(data)[-1].read_text(), done.stdout)
                line = self.wait_for(lambda: "the line of the log",
                                     lambda: self.reports_in_the_log("inconsistent", data))[-1]
                self.assertEqual(line["level"], "ERROR")

    def test_a_step_with_truncated_findings_does_not_pass(self):
        data = self.copy_of_the_data("many")
        with contextlib.closing(sqlite3.connect(data / "botcore.db")) as store:
            store.row_factory = sqlite3.Row
            row = dict(store.execute("SELECT * FROM positions").fetchone())
            marks = ", ".join("?" * len(row))
            for number in range(150):
                values = {**row, "symbol": f"NOSUCH{number}"}
                store.execute(f"INSERT INTO positions VALUES ({marks})", list(values.values()))
            store.commit()
        done = self.check(data=data)
        self.assertEqual(done.returncode, NEGATIVE, done.stdout + done.stderr)
        verdicts = dict(steps_of(done.stdout))
        self.assertEqual((verdicts["2"], verdicts["3"], verdicts["4"]),
                         ("NOT DONE", "NOT DONE", "FAILED"), done.stdout)
        line, = self.wait_for(lambda: "the line of the log",
                              lambda: self.reports_in_the_log("inconsistent", data))
        self.assertIn("(cut here; the file has the rest)\nresult: inconsistent", line["report"])
        self.assertEqual(self.files(data)[-1].read_text(), done.stdout)

    def test_all_steps_of_an_unreadable_store_fail(self):
        data = self.copy_of_the_data("unreadable")
        (data / "botcore.db").write_bytes(b"\xff" * 8192)
        done = self.check(data=data)
        self.assertNotEqual(done.returncode, 0, done.stdout + done.stderr)
        verdicts = steps_of(done.stdout)
        for step in ("2", "3", "4"):
            self.assertIn((step, "NOT DONE"), verdicts)

    # @spec:R3-INTEG-08
    def test_another_position_at_the_exchange_fails_the_first_step(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), MismatchingDaemon)
        server.reports = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            done = self.check(url=f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
        self.assertEqual(done.returncode, NEGATIVE, done.stdout + done.stderr)
        self.assertEqual(steps_of(done.stdout)[0], ("1", "FAILED"))
        self.assertIn("docs/runbooks/reconciliation-mismatch.md", done.stdout)
        self.assertIn("0.01", done.stdout)
        self.assertEqual([report["result"] for report in server.reports], ["inconsistent"])

    def test_fails_when_the_daemon_is_down(self):
        data = self.copy_of_the_data("down")
        done = self.check(url=NOWHERE, data=data)
        self.assertEqual(done.returncode, UNAVAILABLE, done.stdout + done.stderr)
        self.assertEqual(steps_of(done.stdout),
                         [("1", "NOT DONE"), ("2", "passed"), ("3", "passed"), ("4", "passed"),
                          ("5", "NOT DONE")])
        self.assertIn(f"the daemon does not respond at {NOWHERE}: start it, or use the "
                      "right --url",
                      done.stdout)
        self.assertEqual(self.files(data)[-1].read_text(), done.stdout)

    def test_a_difference_counts_also_while_the_daemon_is_down(self):
        data = self.copy_of_the_data("both", "UPDATE positions SET quantity = '77'")
        done = self.check(url=NOWHERE, data=data)
        self.assertEqual(done.returncode, NEGATIVE, done.stdout + done.stderr)

    def test_fails_for_a_wrong_folder(self):
        empty = self.home / "empty"
        empty.mkdir()
        for data, expected in ((self.home / "nowhere", "there is no folder"),
                               (empty, "holds no store")):
            with self.subTest(expected):
                done = self.check(data=data)
                self.assertEqual(done.returncode, UNAVAILABLE, done.stdout + done.stderr)
                self.assertIn(expected, done.stderr)
                self.assertIn("with --data", done.stderr)
                self.assertIn("NOTHING WAS CHECKED", done.stderr)
        self.assertEqual(list(empty.iterdir()), [], "Nothing is written into a foreign folder.")

    def test_fails_for_the_folder_of_another_daemon(self):
        other = self.copy_of_the_data("other")
        (other / "operator.token").write_text("x" * 43 + "\n")
        (other / "operator.token").chmod(0o600)
        own_token = (self.data / "operator.token").read_text().strip()
        done = self.check(data=other, BOTCTL_TOKEN=own_token)
        self.assertEqual(done.returncode, UNAUTHORIZED, done.stdout + done.stderr)
        self.assertEqual(steps_of(done.stdout)[0], ("1", "NOT DONE"))
        self.assertIn("--data and --url must belong to the same daemon", done.stdout)

    def test_fails_without_a_tool(self):
        tools = self.home / "tools"
        tools.mkdir()
        for name in ("awk", "cat", "chown", "date", "dirname", "id", "ls", "mkdir", "mktemp", "mv",
                     "rm", "sed", "sh"):
            (tools / name).symlink_to(shutil.which(name))
        done = self.check(PATH=str(tools))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        (tools / "awk").unlink()
        done = self.check(PATH=str(tools))
        self.assertEqual(done.returncode, UNAVAILABLE, done.stdout + done.stderr)
        self.assertIn("the program 'awk' is missing: install it", done.stderr)
        done = self.check(BOTCTL="/no/such/botctl")
        self.assertEqual(done.returncode, UNAVAILABLE, done.stdout + done.stderr)
        self.assertIn("the program botctl is missing, tried '/no/such/botctl': build it",
                      done.stderr)

    def test_wrong_usage_says_what_is_right(self):
        for words in (["var"], ["--data"], ["--url", ""], ["--help"]):
            done = self.check(*words)
            self.assertEqual(done.returncode, COMMAND_LINE, words)
            self.assertIn("usage: ", done.stderr)
        self.assertIn("did you mean --data?", self.check("--dtaa", "var").stderr)

    def test_fails_when_the_report_cannot_be_written(self):
        data = self.copy_of_the_data("kept")
        (data / "consistency").write_text("not a folder")
        done = self.check(data=data)
        self.assertEqual(done.returncode, UNAVAILABLE, done.stdout + done.stderr)
        self.assertEqual(steps_of(done.stdout)[-1], ("5", "NOT DONE"))

    @unittest.skipIf(os.getuid() != 0, "only root can write for another user")
    def test_root_leaves_the_report_to_the_owner_of_the_folder(self):
        data = self.copy_of_the_data("owned")
        for path in (data, *data.iterdir()):
            os.chown(path, 12345, 12345)
        self.home.chmod(0o711)
        done = self.check(data=data)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for path in (data / "consistency", *self.files(data)):
            self.assertEqual((path.stat().st_uid, path.stat().st_gid), (12345, 12345))

    # @spec:R4-MAN-09
    def test_the_crontab_runs_it_at_four(self):
        lines = [line for line in CRON.read_text().splitlines()
                 if line and not line.startswith("#") and "=" not in line.split()[0]]
        self.assertEqual(len(lines), 1)
        *when, user, command = lines[0].split(None, 6)
        self.assertEqual((" ".join(when), user), ("0 4 * * *", "botcore"))
        page = (ROOT / "docs/deploy.md").read_text()
        words = shlex.split(command)
        self.assertIn(str(pathlib.Path(words[0]).parent), page)
        self.assertIn("deploy/cron/botcore /etc/cron.d/botcore", page)
        unit = (ROOT / "deploy/systemd/botcored.service").read_text()
        self.assertIn(f"WorkingDirectory={words[words.index('--data') + 1]}", unit)
        self.assertEqual(words[1::2], ["--url", "--data"])
        done = self.check()  # The same options, with this daemon's address and folder.
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
