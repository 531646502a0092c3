#!/usr/bin/env python3
"""How botcored and botctl refuse mistakes: an exit code of sysexits.h, or a 4xx response, and a
text that says what was expected."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

BIN = pathlib.Path(os.environ["BOTTEST_BIN"])
COMMAND_LINE, DATA, UNAVAILABLE, IO, TEMPORARY, NO_PERMISSION, CONFIG = 2, 65, 69, 74, 75, 77, 78
CLOSED = "http://127.0.0.1:1"  # No daemon listens on a port that only root may have.


class Refusals(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="refusals-"))
        self.env = {name: value for name, value in os.environ.items()
                    if not name.startswith("BOTC")}
        self.data = self.home / "data"
        self.data.mkdir(mode=0o700)
        (self.home / "file").write_text("no folder, and for all to read")

    def tearDown(self):
        shutil.rmtree(self.home)

    def run_program(self, name, *words):
        return subprocess.run([BIN / name, *words], env=self.env, cwd=self.home, text=True,
                              capture_output=True, timeout=60, check=False)

    def start_fails(self, status, expected, *settings, data=None):
        words = [word for setting in settings for word in ("--set", setting)]
        done = self.run_program("botcored", "--data", str(data or self.data), "--port", "0",
                                *words)
        self.assertEqual(done.returncode, status, f"{settings}: {done.stderr}")
        self.assertIn(expected, done.stderr)
        self.assertFalse((self.home / "ready").exists())

    def test_a_wrong_setting_ends_the_start(self):
        for expected, *settings in (
                ("market.source: expected", "market.source=nowhere"),
                ("name the recordings", "market.source=recorded"),
                ("market.files: expected a name", "market.source=recorded", "market.files=nowhere"),
                ("spot-btcusdt-20240808.raw.gz", "market.source=recorded",
                 "market.files=/nowhere/spot-btcusdt-20240808.raw.gz"),
                ("analysis.url: a service's address", "analysis.url=nonsense"),
                ("cache.url: the port is not a number", "cache.url=redis://host:nonsense"),
                ("archive.repository: cannot open", f"archive.repository={self.home}/file"),
                ("archive.repository: a service's",
                 "archive.repository=s3://bucket?endpoint=nonsense"),
                ("archive.key_file: other users may access", f"archive.key_file={self.home}/file"),
                ("archive.key_escrow:", "archive.key_escrow=/proc/nowhere/key"),
                ("there is no key", "no.such=1")):
            self.start_fails(CONFIG, expected, *settings)

    def test_an_unusable_http_setting_ends_the_start(self):
        for expected, *settings in (
                ("http.cors_origins: expected", "http.cors_origins=*"),
                ("http.trusted_proxies: expected", "http.trusted_proxies=proxy.example.org"),
                ("http.hosts: expected", "http.hosts=https://botcore.example.org"),
                ("is not an IP address", "http.address=nonsense"),
                ("can be reached from other machines", "http.address=0.0.0.0"),
                ("cannot use the TLS certificate", "http.tls_certificate=/nowhere",
                 "http.tls_key=/nowhere")):
            self.start_fails(CONFIG, expected, *settings)

    def test_a_foreign_or_damaged_file_is_left_unchanged(self):
        store = self.data / "botcore.db"
        store.write_bytes(b"no database" * 1_000)
        self.start_fails(DATA, "cannot open the store: expected a usable database")
        self.start_fails(DATA, "the store is damaged: do not change it, and follow "
                         "docs/runbooks/data-damaged.md (botctl check, botctl restore)")
        self.assertEqual(store.read_bytes(), b"no database" * 1_000)
        store.unlink()
        store.mkdir()
        self.start_fails(IO, "cannot open the store")
        store.rmdir()
        (self.data / "botcore.db-new").mkdir()
        self.start_fails(IO, "to remove")
        self.start_fails(TEMPORARY, "cannot create the data folder", data=self.home / "file")

    def test_a_token_that_others_may_read_is_refused_and_not_shown(self):
        token = self.data / "operator.token"
        token.write_text("a-token-that-nobody-should-see-in-a-log\n")
        token.chmod(0o644)
        self.start_fails(NO_PERMISSION, f"other users may access {token}")
        self.assertNotIn("nobody-should-see", self.run_program("botcored", "--data",
                                                               str(self.data)).stderr)
        token.unlink()
        token.mkdir()
        self.start_fails(NO_PERMISSION, f"{token} is not a file")
        token.rmdir()
        users = self.data / "users.sqlite"
        users.write_bytes(b"no database" * 1_000)
        users.chmod(0o600)
        self.start_fails(UNAVAILABLE, str(users))
        users.unlink()
        with contextlib.closing(sqlite3.connect(users)) as store:
            store.execute("PRAGMA user_version = 99")
            store.commit()
        users.chmod(0o600)
        self.start_fails(UNAVAILABLE, "another version")

    def test_unknown_options_and_commands_are_refused(self):
        for name, words, expected in (
                ("botcored", ["--no-such-option"], "there is no option --no-such-option"),
                ("botcored", ["--prot", "80"], "there is no option --prot; did you mean --port?"),
                ("botcored", ["--dat=x"], "there is no option --dat; did you mean --data?"),
                ("botcored", ["status"], "'status' was not expected"),
                ("botctl", ["--no-such-option"], "there is no option --no-such-option"),
                ("botctl", ["statsu"], "there is no command statsu; did you mean status?"),
                ("botctl", ["status", "--jsno"], "there is no option --jsno; did you mean --json?"),
                ("botctl", ["--jsno", "status"], "there is no option --jsno; did you mean --json?"),
                ("botctl", ["order", "plaec", "BTCUSDT"],
                 "there is no command plaec; did you mean place?"),
                ("botctl", ["order", "place", "BTCUSDT", "BUY", "1", "--prise", "1"],
                 "there is no option --prise; did you mean --price?"),
                ("botctl", ["config", "chekc"], "there is no command chekc; did you mean check?"),
                ("botctl", ["status", "more"], "'more' was not expected")):
            done = self.run_program(name, *words)
            self.assertEqual(done.returncode, COMMAND_LINE, f"{words}: {done.stderr}")
            self.assertIn(expected, done.stderr)
            self.assertIn("--help", done.stderr)
        for name, words in (("botcored", ["--port"]), ("botctl", []), ("botctl", ["order"])):
            done = self.run_program(name, *words)
            self.assertEqual(done.returncode, COMMAND_LINE, f"{words}: {done.stderr}")
        for name in ("botcored", "botctl"):
            self.assertEqual(self.run_program(name, "--help").returncode, 0)
        metrics = self.run_program("botcored", "--print-metrics-reference")
        self.assertEqual(metrics.returncode, 0)
        self.assertIn("http_connections_active", metrics.stdout)

    def test_commands_say_that_no_daemon_answers(self):
        for words in (["status"], ["positions"], ["accounts"], ["orders"], ["history"],
                      ["prices"], ["book", "BTCUSDT"], ["maintenance", "status"],
                      ["user", "list"], ["reconcile"], ["reconcile", "--fix", "--yes"],
                      ["order", "place", "BTCUSDT", "BUY", "0.01"], ["order", "cancel", "X"],
                      ["close", "BTCUSDT"], ["explain", "X"], ["maintenance", "on"]):
            done = self.run_program("botctl", *words, "--url", CLOSED, "--data",
                                    str(self.home / "nothing"))
            self.assertEqual(done.returncode, UNAVAILABLE, f"{words}: {done.stderr}")
            self.assertIn(f"the daemon does not respond at {CLOSED}", done.stderr, words)
            self.assertFalse((self.home / "nothing").exists(), words)
        for words in (["check"], ["verify"]):
            done = self.run_program("botctl", *words, "--data", str(self.home / "nothing"))
            self.assertEqual(done.returncode, UNAVAILABLE)
            self.assertIn("there is no store", done.stderr)

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", method=method, data=body,
            headers={"Authorization": f"Bearer {self.token}", "Idempotency-Key": "refused",
                     "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    # @spec:R2-ERR-07 R3-VAL-05 R3-AC-04
    def test_every_route_refuses_what_it_does_not_know(self):
        ready = self.home / "ready"
        daemon = subprocess.Popen(
            [BIN / "botcored", "--data", self.data, "--port", "0", "--ready-file", ready, "--set",
             "archive.repository=none"],
            env=self.env, cwd=self.home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        try:
            until = time.monotonic() + 60
            while not ready.exists() and time.monotonic() < until and daemon.poll() is None:
                time.sleep(0.01)  # Poll interval.
            self.port = json.loads(ready.read_text())["port"]
            self.token = (self.data / "operator.token").read_text().strip()
            routes = json.loads(self.call("GET", "/api/openapi.json")[1])["paths"]
            requests = 0
            for path, methods in routes.items():
                place = path.replace("{account}", "futures").replace("{symbol}", "BTCUSDT")
                place = re.sub(r"\{[a-z]+\}", "none", place)
                for method, meaning in methods.items():
                    name = f"{method} {path}"
                    if "requestBody" in meaning:
                        for body in (b"{", b"[]", b'{"no_such_field":1}'):
                            status, response = self.call(method.upper(), place, body)
                            self.assertIn(status, range(400, 500), f"{name} {body}: {response}")
                            self.assertTrue(json.loads(response)["error"]["code"], name)
                            requests += 1
                    elif method == "get" and any(parameter.get("in") == "query" for parameter
                                                 in meaning.get("parameters", [])):
                        status, response = self.call("GET", place + "?no_such_parameter=1")
                        self.assertEqual(status, 400, f"{name}: {response[:300]}")
                        requests += 1
                        for parameter in meaning["parameters"]:
                            if parameter.get("name") not in ("limit", "before", "from", "market",
                                                         "symbol", "status"):
                                continue
                            status, response = self.call("GET", f"{place}?{parameter['name']}=!")
                            self.assertEqual(status, 400, f"{name}: {response[:300]}")
                            requests += 1
            self.assertGreater(requests, 40)
            for name in (b'"\\u0007"', b'"\\u009b2J"', b'"a\\u202e"', b'""',
                         b'"' + b"x" * 65 + b'"'):
                status, response = self.call(
                    "POST", "/api/auth/register", b'{"email":"a@example.org","role":"trader",'
                    b'"password":"a long enough one","name":' + name + b"}")
                self.assertEqual(status, 400, response)
                self.assertIn(b"name", response)
            user = (b'{"email":"a@example.org","role":"trader","name":"a",'
                    b'"password":"a long enough one"}')
            login = b'{"email":"a@example.org","password":"a long enough one"}'
            wrong = b'{"email":"a@example.org","password":"a wrong one, and long"}'
            self.assertEqual(self.call("POST", "/api/auth/register", user)[0], 201)
            self.assertEqual(self.call("POST", "/api/auth/login", wrong)[0], 401)
            with contextlib.closing(sqlite3.connect(self.data / "users.sqlite",
                                                    isolation_level=None)) as users:
                users.execute("BEGIN IMMEDIATE")  # Blocks other writers.
                for body, expected in ((wrong, 401), (login, 503)):
                    status, response = self.call("POST", "/api/auth/login", body)
                    self.assertEqual(status, expected, response)
            with contextlib.closing(sqlite3.connect(self.data / "users.sqlite")) as users:
                users.execute("ALTER TABLE users RENAME TO users_lost")
                users.commit()
            (self.data / "hidden_symbols").mkdir()  # A file that cannot be written.
            for method, path, body in (("POST", "/api/auth/register", user),
                                       ("POST", "/api/auth/login", login),
                                       ("GET", "/api/users", None),
                                       ("DELETE", "/api/market/symbols/BTCUSDT", None)):
                status, response = self.call(method, path, body)
                self.assertEqual(status, 503, f"{path}: {response}")
        finally:
            daemon.send_signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(60), 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
