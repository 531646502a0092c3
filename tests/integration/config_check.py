#!/usr/bin/env python3
"""`botctl config check` refuses what the start of botcored refuses, and nothing else; it says where
each value comes from and ends with a verdict."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from fixtures import BIN, NEGATIVE, ProgramTest

CONFIG = 78
LOCAL = {"HTTP_PORT": "0"}  # Tests use no fixed port.


class ConfigCheck(ProgramTest):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=self.home))
        self.data = self.folder / "data"
        self.data.mkdir(mode=0o700)
        (self.folder / "a-folder").mkdir()
        (self.folder / "a-link").symlink_to(self.folder / "nowhere")
        (self.folder / "for-all").write_text("everybody may read this\n")
        (self.folder / "for-all").chmod(0o644)

    def run_in_folder(self, program, *words, variables=None, **options):
        env = {**self.env, **{f"BOTCORE_{name}": value
                              for name, value in {**LOCAL, **(variables or {})}.items()}}
        return subprocess.run([BIN / program, *words, "--data", self.data], env=env,
                              cwd=self.folder, text=True, capture_output=True, timeout=60,
                              check=False, stdin=subprocess.DEVNULL, **options)

    def check(self, *words, **options):
        return self.run_in_folder("botctl", "config", "check", *words, **options)

    def both_refuse(self, expected, *words, **options):
        before = sorted(self.folder.rglob("*"))
        start = self.run_in_folder("botcored", *words, **options)
        check = self.check(*words, **options)
        name = f"{words} {options}: {start.stderr}{check.stderr}"
        self.assertEqual(start.returncode, CONFIG, name)
        self.assertEqual(check.returncode, NEGATIVE, name)
        self.assertIn(expected, start.stderr, name)
        self.assertEqual([line.removeprefix("botcored: ") for line in start.stderr.splitlines()],
                         [line.removeprefix("botctl: ") for line in check.stderr.splitlines()])
        self.assertTrue(check.stdout.splitlines()[-1].startswith("verdict: refused"), name)
        self.assertEqual(sorted(self.folder.rglob("*")), before, "a refusal creates no file")

    def both_accept(self, *words, **options):
        check = self.check(*words, **options)
        self.assertEqual(check.returncode, 0, f"{words} {options}: {check.stderr}")
        self.assertTrue(check.stdout.splitlines()[-1].startswith("verdict: accepted"))
        ready = self.folder / "ready.json"
        ready.unlink(missing_ok=True)
        variables = {**LOCAL, **options.get("variables", {})}
        daemon = subprocess.Popen(
            [BIN / "botcored", *words, "--data", self.data, "--ready-file", ready],
            env={**self.env, **{f"BOTCORE_{name}": value for name, value in variables.items()}},
            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True)
        until = time.monotonic() + 60
        while not ready.exists() and time.monotonic() < until and daemon.poll() is None:
            time.sleep(0.01)  # Poll interval.
        daemon.send_signal(signal.SIGTERM)
        stderr = daemon.communicate(timeout=60)[1]
        self.assertTrue(ready.exists(), f"{words} {options}: {stderr}")
        self.assertEqual(daemon.returncode, 0, stderr)

    def test_settings_that_are_refused(self):
        folder = self.folder
        for expected, *settings in (
                ("there is no key 'http.prot'; did you mean http.port?", "http.prot=1"),
                ("http.port: expected a whole number", "http.port=70000"),
                ("--set: expected KEY=VALUE", "http.port"),
                ("name the recordings", "market.source=recorded"),
                ("market.files: expected a name", "market.source=recorded", "market.files=x"),
                ("spot-btcusdt-20240808.raw.gz", "market.source=recorded",
                 "market.files=/nowhere/spot-btcusdt-20240808.raw.gz"),
                ("analysis.url: a service's address", "analysis.url=nonsense"),
                ("analysis.ca_file: ", "analysis.url=https://a.example",
                 f"analysis.ca_file={folder}/a-folder"),
                ("cache.url: the port", "cache.url=redis://host:nonsense"),
                ("archive.repository: cannot open the folder",
                 f"archive.repository={folder}/for-all"),
                ("archive.repository: ", f"archive.repository={folder}/a-link"),
                ("archive.repository: ", f"archive.repository={folder}/no/such"),
                ("archive.second_repository: ", f"archive.second_repository={folder}/for-all"),
                ("archive.repository: a service's",
                 "archive.repository=s3://bucket?endpoint=nonsense"),
                ("requires an access key",
                 "archive.repository=s3://bucket/p?endpoint=https://s3.example"),
                ("log.environment", "log.environment=production"),
                ("archive.key_file: other users may access", f"archive.key_file={folder}/for-all"),
                ("archive.key_file: ", f"archive.key_file={folder}/a-link"),
                ("archive.key_file: ", f"archive.key_file={folder}/a-folder"),
                ("archive.key_escrow: ", f"archive.key_escrow={folder}/a-link"),
                ("archive.key_escrow: ", "archive.key_escrow=/proc/nowhere/key"),
                ("notify.on_call_file: ", f"notify.on_call_file={folder}/a-link"),
                ("for-all, line 1", f"notify.on_call_file={folder}/for-all"),
                ("http.cors_origins: expected", "http.cors_origins=*"),
                ("http.trusted_proxies: expected", "http.trusted_proxies=proxy.example.org"),
                ("http.hosts: expected", "http.hosts=https://botcore.example.org"),
                ("is not an IP address", "http.address=nonsense"),
                ("can be reached from other machines", "http.address=0.0.0.0"),
                ("expected both or neither", f"http.tls_key={folder}/for-all"),
                ("cannot use the TLS certificate", f"http.tls_certificate={folder}/a-folder",
                 f"http.tls_key={folder}/a-folder"),
                ("cannot use the TLS certificate", f"http.tls_certificate={folder}/a-link",
                 f"http.tls_key={folder}/a-link")):
            with self.subTest(settings=settings):
                self.both_refuse(expected, *(word for one in settings for word in ("--set", one)))

    def test_files_and_variables_that_are_refused(self):
        folder = self.folder
        (folder / "bad.toml").write_text("[http]\nprot = 1\nport = 70000\n")
        (folder / "broken.toml").write_text("[http\n")
        for expected, words, variables in (
                ("it is a folder", ["--config", str(folder / "a-folder")], {}),
                ("which does not exist", ["--config", str(folder / "a-link")], {}),
                ("no file exists there", ["--config", str(folder / "nowhere")], {}),
                ("bad.toml, line 2: there is no key 'http.prot'; did you mean http.port?",
                 ["--config", str(folder / "bad.toml")], {}),
                ("bad.toml, line 3: http.port: expected", ["--config", str(folder / "bad.toml")],
                 {}),
                ("broken.toml, line 1", ["--config", str(folder / "broken.toml")], {}),
                ("did you mean BOTCORE_HTTP_ADDRESS?", [], {"HTTP_ADRESS": "127.0.0.1"}),
                ("enableServiceLinks: false", [], {"SERVICE_HOST": "10.0.0.1"}),
                ("environment variable BOTCORE_MARKET_SPEED: market.speed: expected", [],
                 {"MARKET_SPEED": "fast"}),
                ("command line, --port: http.port: expected", ["--port", "x"], {})):
            with self.subTest(words=words, variables=variables):
                self.both_refuse(expected, *words, variables=variables)
        for make in (lambda path: path.mkdir(), lambda path: path.symlink_to("nowhere")):
            usual = folder / "botcore.toml"
            make(usual)
            self.both_refuse("botcore.toml", variables={})
            usual.rmdir() if usual.is_dir() else usual.unlink()

    def test_settings_that_are_accepted(self):
        (self.folder / "botcore.toml").write_text("[market]\nseed = 5\n")
        self.both_accept()
        self.both_accept("--set", f"archive.key_escrow={self.folder}/copy", "--seed", "7")
        self.both_accept(variables={"ARCHIVE_REPOSITORY": "none"})
        self.both_accept("--set", f"archive.second_repository={self.folder}/second")

    def test_says_where_each_value_comes_from(self):
        (self.folder / "botcore.toml").write_text("[market]\nseed = 5\n\n[paper]\ndeposit = 7\n")
        lines = self.check("--market-speed", "3", "--set", "trading.accounts_max=4",
                          variables={"CACHE_URL": "redis://:hidden@localhost"}).stdout.splitlines()
        for line in ("market.seed = 5  (botcore.toml, line 2)",
                     "paper.deposit = 7  (botcore.toml, line 5)",
                     "http.port = 0  (environment variable BOTCORE_HTTP_PORT)",
                     "cache.url = (set)  (environment variable BOTCORE_CACHE_URL)",
                     "market.speed = 3  (command line, --market-speed)",
                     "trading.accounts_max = 4  (command line, --set)",
                     "http.address = 127.0.0.1  (default)"):
            self.assertIn(line, lines)
        self.assertEqual(lines[-1], "verdict: accepted; botcored starts with these settings")
        data = json.loads(self.check("--json").stdout)
        self.assertEqual(data["verdict"], "accepted")
        self.assertEqual(data["market.seed"]["origin"], "botcore.toml, line 2")
        data = json.loads(self.check("--json", "--port", "x").stdout)
        self.assertEqual((data["verdict"], len(data["mistakes"])), ("refused", 1))

    def test_an_unreadable_copy_of_the_key_is_not_replaced(self):
        escrow = self.folder / "escrow"
        escrow.mkdir()
        os.symlink(self.folder / "away" / "key", escrow / "key")
        self.both_refuse("archive.key_escrow: ", "--set", f"archive.key_escrow={escrow}/key")
        self.assertFalse((self.data / "archive.key").exists())


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
