#!/usr/bin/env python3
"""botctl and a botcored with TLS: it is trusted with the right certificate and name only."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

BIN = pathlib.Path(os.environ["BOTTEST_BIN"])


def make_certificate(folder):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"),
         "-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True)
    (folder / "key.pem").chmod(0o600)


class OverTls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="botctl-tls-"))
        make_certificate(cls.folder)
        ready = cls.folder / "ready.json"
        env = {name: value for name, value in os.environ.items() if not name.startswith("BOTC")}
        env |= {"BOTCORE_HTTP_TLS_CERTIFICATE": str(cls.folder / "cert.pem"),
                "BOTCORE_HTTP_TLS_KEY": str(cls.folder / "key.pem")}
        cls.env = env
        cls.daemon = subprocess.Popen(
            [BIN / "botcored", "--data", cls.folder / "data", "--port", "0", "--ready-file", ready],
            env=env, cwd=cls.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        until = time.monotonic() + 60
        while not ready.exists() and time.monotonic() < until and cls.daemon.poll() is None:
            time.sleep(0.01)  # Poll interval.
        cls.port = json.loads(ready.read_text())["port"]
        cls.token = (cls.folder / "data" / "operator.token").read_text().strip()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.terminate()
        cls.daemon.wait(60)
        shutil.rmtree(cls.folder)

    def botctl(self, *words, host="localhost", data="data", trusts=True, token=None):
        more = ["--ca", str(self.folder / "cert.pem")] if trusts else []
        env = self.env | ({"BOTCTL_TOKEN": token} if token else {})
        return subprocess.run(
            [BIN / "botctl", *words, "--url", f"https://{host}:{self.port}", "--data",
             str(self.folder / data), *more], env=env, text=True, capture_output=True, timeout=60,
            check=False)

    def test_queries_and_commands_a_trusted_daemon(self):
        self.assertEqual(self.botctl("accounts").returncode, 0)
        placed = self.botctl("order", "place", "BTCUSDT", "BUY", "0.01")
        self.assertEqual(placed.returncode, 0, placed.stderr)

    def test_reads_events_of_a_trusted_daemon(self):
        events = self.botctl("events", "--since", "0")
        self.assertEqual(events.returncode, 0, events.stderr)
        self.assertIn("account_opened", events.stdout)

    def test_sends_nothing_to_an_untrusted_daemon(self):
        for words in (("accounts",), ("order", "place", "BTCUSDT", "BUY", "0.01"),
                      ("events", "--since", "0")):
            self.assertEqual(self.botctl(*words, trusts=False).returncode, 69)
            self.assertEqual(self.botctl(*words, host="127.0.0.1").returncode, 69)

    def test_events_take_the_token_of_the_variable(self):
        accepted = self.botctl("events", "--since", "0", data="nowhere", token=self.token)
        self.assertEqual(accepted.returncode, 0, accepted.stderr)
        wrong = self.botctl("events", "--since", "0", token="wrong")
        self.assertEqual(wrong.returncode, 77, wrong.stderr)
        none = self.botctl("events", "--since", "0", data="nowhere")
        self.assertEqual(none.returncode, 77, none.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
