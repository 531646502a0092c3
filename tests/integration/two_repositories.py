#!/usr/bin/env python3
"""Every commit is archived to S3 over TLS and to a folder; S3 fails and recovers; the machine is
lost, and each of the two alone restores everything."""
import json
import os
import shutil
import subprocess
import sys
import unittest

from fixtures import ROOT, ProgramTest, orders_of, stop


def missing():
    """Why the S3 server cannot run here; empty when it can."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (ROOT / "tests/s3/node_modules/s3rver").exists():
        return "tests/s3/node_modules is missing: run tools/install_test_servers.sh"
    return ""


class TwoRepositories(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certificate, cls.key = cls.home / "certificate.pem", cls.home / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-keyout", cls.key, "-out", cls.certificate, "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
            check=True, capture_output=True)

    def start_server(self, port=0):
        server = subprocess.Popen(
            ["node", "--openssl-legacy-provider", ROOT / "tests/s3/server.mjs",
             self.home / "bucket", self.certificate, self.key, str(port)],
            stdout=subprocess.PIPE, text=True)
        line = server.stdout.readline()
        self.assertTrue(line.strip().isdigit(), "the S3 server ended before it listened")
        return server, int(line)

    def setUp(self):
        self.server, self.server_port = self.start_server()
        self.place = (f"s3://archive/bot?endpoint=https://localhost:{self.server_port}"
                      "&region=eu-central-1")
        self.second = self.home / "second"
        self.data = self.home / "data"
        self.escrow = self.home / "escrow.key"
        self.config = self.home / "botcore.toml"
        self.config.write_text(
            f"""[archive]
repository = "{self.place}"
second_repository = "{self.second}"
s3_key_id = "S3RVER"
s3_secret = "S3RVER"
ca_file = "{self.certificate}"
key_escrow = "{self.escrow}"
every_ms = 100
""")
        self.config.chmod(0o600)

    def tearDown(self):
        self.server.kill()
        self.server.wait()
        self.server.stdout.close()

    def trade(self, port, times):
        for _ in range(times):
            done = self.run_botctl(self.data, "order", "place", "BTCUSDT", "BUY", "0.003", "--url",
                                   f"http://127.0.0.1:{port}")
            self.assertEqual(done.returncode, 0, done.stderr)

    def figure(self, port, name):
        for line in self.get(self.data, port, "/metrics").decode().splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        return self.fail(f"{name} is missing")

    def copied(self, port, places):
        """Waits until the repositories have the newest record."""
        newest = self.figure(port, "journal_sequence")
        for place in places:
            name = f'archive_sequence{{repository="{place}"}}'
            self.wait_for(lambda name=name: f"{name} {newest}",
                          lambda name=name: self.figure(port, name) >= newest)

    def restored_from(self, name, place):
        """Restores from the repository and the key alone: newest record, orders."""
        data = self.home / name
        data.mkdir(mode=0o700)
        shutil.copyfile(self.escrow, data / "archive.key")
        (data / "archive.key").chmod(0o600)
        done = self.run_botctl(data, "restore", "--from", str(place), "--config", str(self.config),
                               "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.run_botctl(data, "verify").returncode, 0)
        listed = self.run_botctl(data, "orders", "--all", "--json")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        return json.loads(done.stdout)["sequence"], listed.stdout

    def test_each_repository_alone_restores_everything(self):
        daemon, port = self.start(self.data, "--config", self.config)
        try:
            self.trade(port, 3)
            self.copied(port, ("first", "second"))
            self.daily_jobs_done(self.data)
            self.wait_component(self.data, port, "archive", "healthy")
            self.server.kill()
            self.server.wait()
            self.trade(port, 3)
            self.wait_component(self.data, port, "archive", "degraded")
            self.copied(port, ("second",))
            self.assertGreater(self.figure(port, 'archive_failures_total{repository="first"}'), 0)
            self.server.stdout.close()
            self.server, _ = self.start_server(self.server_port)
            self.wait_component(self.data, port, "archive", "healthy")
            self.trade(port, 3)
            self.copied(port, ("first", "second"))
        finally:
            stop(daemon)
        before = self.run_botctl(self.data, "orders", "--all", "--json")
        self.assertEqual(before.returncode, 0, before.stderr)
        self.assertEqual(len(orders_of(before)), 9)
        shutil.rmtree(self.data)  # The machine is lost.
        from_s3 = self.restored_from("from-s3", self.place)
        from_folder = self.restored_from("from-folder", self.second)
        self.assertEqual(from_s3, from_folder)
        self.assertEqual(from_s3[1], before.stdout)


if __name__ == "__main__":
    if missing():
        print(missing(), file=sys.stderr)
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    unittest.main(argv=[sys.argv[0], "-v"])
