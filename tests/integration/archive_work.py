#!/usr/bin/env python3
"""The archive's jobs of the daemon and commands of an operator: verifications, drills and their
signatures, exports, and where an archive may be."""
import gzip
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest

from fixtures import BIN, NEGATIVE, UNAVAILABLE, USAGE, CopiedStoreTest, stop


class ArchiveWork(CopiedStoreTest):
    def segments_after_the_snapshot(self):
        """Segments of a second run of the daemon, which took no snapshot."""
        taken = json.loads(self.botctl("backup", "list", "--json").stdout)["snapshots"][-1]
        daemon, port = self.start(self.data)
        self.assertEqual(self.botctl("order", "place", "BTCUSDT", "BUY", "0.003", "--url",
                                     f"http://127.0.0.1:{port}").returncode, 0)
        stop(daemon)
        later = [path for path in self.objects("segment")
                 if int(path.name.split("-")[1]) > taken["sequence"]]
        self.assertTrue(later)
        return later

    def test_records_after_the_newest_snapshot_are_verified_too(self):
        later = self.segments_after_the_snapshot()
        whole = later[-1].read_bytes()
        self.assertEqual(self.botctl("backup", "verify").returncode, 0)
        later[-1].write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        self.refuses(NEGATIVE, "DAMAGED at timeline/00000001/segment/", "backup", "verify")
        if len(later) > 1:
            later[-1].write_bytes(whole)
            later[0].unlink()
            self.refuses(NEGATIVE, "GAP at timeline/00000001/segment/", "backup", "verify")

    def test_the_metrics_show_the_backup_of_an_earlier_run(self):
        bytes_of_run = [json.loads(line)["bytes"]
                        for line in (self.data / "jobs.jsonl").read_text().splitlines()
                        if '"snapshot"' in line][-1]
        daemon, port = self.start(self.data)
        try:
            metrics = self.get(self.data, port, "/metrics").decode()
            self.assertIn("\nbackup_success 1\n", metrics)
            size = float(re.search(r"^backup_size_bytes (\S+)$", metrics, re.M)[1])
            self.assertEqual(size, bytes_of_run)
        finally:
            stop(daemon)

    def test_the_daemon_reports_damaged_records(self):
        """In health, in a metric and in an alert of the log."""
        later = self.segments_after_the_snapshot()
        whole = later[0].read_bytes()
        jobs = [json.loads(line) for line in (self.data / "jobs.jsonl").read_text().splitlines()]
        for job in jobs:  # As if the last verification was years ago.
            if job["job"] in ("verify", "segments"):
                job["time"] = "2020-01-01T00:00:00Z"
        (self.data / "jobs.jsonl").write_text("".join(json.dumps(job) + "\n" for job in jobs))
        later[0].write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        log = self.data.parent / "log"
        daemon, port = self.start(self.data, "--set", f"log.file={log}")
        try:
            message = self.wait_status(port, "archive", "unhealthy")["message"]
            self.assertIn(later[0].name, message)
            self.assertIn("\nbackup_verify_failed 1\n",
                          self.get(self.data, port, "/metrics").decode())
        finally:
            stop(daemon)
        alerts = [line for line in map(json.loads, log.read_text().splitlines())
                  if line.get("event") == "alert" and line.get("operation") == "verify"]
        self.assertEqual({line["severity"] for line in alerts}, {"critical"})
        self.assertIn("DAMAGED", alerts[0]["message"])

    # @spec:R3-AC-16 R0-GOAL-08
    def test_a_drill_passes_and_is_in_the_history(self):
        run = self.botctl("drill", "run", "--participant", "Ada", "--participant", "Grace",
                          "--json")
        self.assertEqual(run.returncode, 0, run.stderr)
        report = json.loads(run.stdout)
        self.assertEqual((report["participants"], report["verdict"]), (["Ada", "Grace"], "PASS"))
        self.assertIn(str(self.data / "archive"), report["scope"])
        self.assertLessEqual({"rpo_s", "rto_s"}, report.keys())
        history = json.loads(self.botctl("drill", "history", "--json").stdout)
        self.assertEqual(history[-1], report)

    # @spec:R4-AC-15
    def test_a_person_signs_a_drill_that_passed(self):
        self.refuses(NEGATIVE, "failed, and a failed drill cannot be signed",
                     *self.failed_drill(), "--by", "Ada", "--yes")
        self.assertEqual(self.botctl("drill", "run").returncode, 0)
        sign = ("drill", "sign", "--by", "Ada", "--remark", "as planned")
        self.refuses(USAGE, "use --yes", *sign)
        no = self.run_on_terminal(self.data, "n", *sign)
        self.assertEqual(no.returncode, NEGATIVE)
        self.assertIn("passed", no.stderr)
        yes = self.run_on_terminal(self.data, "yes", *sign, "--json")
        self.assertEqual(yes.returncode, 0, yes.stderr)
        self.assertEqual(json.loads(yes.stdout)["signed_by"], "Ada")
        self.refuses(NEGATIVE, "already signed", *sign, "--yes")
        self.refuses(UNAVAILABLE, "no drill of 2020", *sign, "--drill", "2020", "--yes")
        self.refuses(USAGE, "--by: expected", "drill", "sign", "--by", "A\nB", "--yes")
        daemon, port = self.start(self.data)
        try:
            shown = self.botctl("status", "--url", f"http://127.0.0.1:{port}")
            self.assertIn("archive: healthy, last drill passed 0 days ago, last signed one 0 days "
                          "ago by Ada", shown.stdout)
        finally:
            stop(daemon)

    def failed_drill(self):
        """The report of a failed drill, as on a damaged archive."""
        history = json.loads(self.botctl("drill", "history", "--json").stdout)
        report = {**history[-1], "time": "2026-01-02T03:04:05Z", "passed": False,
                  "verdict": "FAIL", "text": "failed: DAMAGED"}
        with (self.data / "drills.jsonl").open("a") as file:
            file.write(json.dumps(report) + "\n")
        return ("drill", "sign", "--drill", report["time"])

    def test_a_quarter_without_a_signature_is_a_warning(self):
        report = json.loads((self.data / "drills.jsonl").read_text().splitlines()[0])
        report["time"] = "2020-01-02T03:04:05Z"
        (self.data / "drills.jsonl").write_text(json.dumps(report) + "\n")
        jobs = [line for line in (self.data / "jobs.jsonl").read_text().splitlines()
                if json.loads(line)["job"] != "drill"]
        (self.data / "jobs.jsonl").write_text("".join(line + "\n" for line in jobs))
        log = self.data.parent / "log"
        daemon, port = self.start(self.data, "--set", f"log.file={log}")
        try:
            self.wait_for(lambda: "the metric", lambda: "\ndrill_signature_missing 1\n" in
                          self.get(self.data, port, "/metrics").decode())
            drills = self.data / "drills.jsonl"
            self.wait_for(lambda: "a drill by itself", lambda: len(drills.read_text().
                                                                   splitlines()) > 1)
            self.assertIn("none of the last quarter is signed",
                          self.wait_status(port, "archive", "healthy")["message"])
        finally:
            stop(daemon)
        self.assertIn("no person has signed a drill of the last quarter", log.read_text())

    def test_a_new_machine_is_restored_from_an_exported_file(self):
        folder = self.data.parent / "exports"
        folder.mkdir()
        done = self.botctl("backup", "export", "--to", str(folder), "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        [file] = folder.iterdir()
        self.assertRegex(file.name, r"^backup-20\d{6}\.gz$")
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertNotIn(b"BTCUSDT", gzip.decompress(file.read_bytes()))
        self.refuses(NEGATIVE, "already exists", "backup", "export", "--to", str(folder))
        place = self.data.parent / "unpacked"
        with tarfile.open(file) as packed:
            packed.extractall(place, filter="data")
        fresh = self.data.parent / "machine"
        back = self.run_botctl(fresh, "restore", "--from", str(place), "--key",
                               str(self.data / "archive.key"), "--json")
        self.assertEqual(back.returncode, 0, back.stderr)
        self.assertEqual(json.loads(back.stdout)["state_hash"],
                         json.loads(done.stdout)["state_hash"])
        self.assertEqual(self.run_botctl(fresh, "verify").returncode, 0)
        self.assertTrue((fresh / "users.sqlite").exists())

    # @spec:R3-BKP-04 R3-AC-14
    def test_production_requires_the_archive_on_another_disk(self):
        words = ("--set", "log.environment=production")
        refused = subprocess.run(
            [BIN / "botcored", "--data", self.data, "--port", "0", *words], env=self.env,
            text=True, capture_output=True, timeout=60, check=False)
        self.assertEqual(refused.returncode, 78, refused.stderr)
        self.assertIn("on the same disk as the store", refused.stderr)
        daemon, _ = self.start(self.data, *words, "--set", "archive.allow_same_disk=true")
        stop(daemon)
        other = pathlib.Path("/dev/shm")
        if other.is_dir() and other.stat().st_dev != self.data.stat().st_dev:
            with tempfile.TemporaryDirectory(dir=other) as elsewhere:
                daemon, _ = self.start(self.data, *words, "--set",
                                       f"archive.repository={elsewhere}/archive")
                stop(daemon)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
