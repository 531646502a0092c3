#!/usr/bin/env python3
"""botctl on the archive of a botcored that was stopped: what it does, what it refuses, and that a
refusal changes no file."""
import contextlib
import json
import pathlib
import shutil
import sqlite3
import sys
import unittest

from fixtures import NEGATIVE, UNAVAILABLE, USAGE, CopiedStoreTest, stop


class ArchiveCommands(CopiedStoreTest):
    def objects(self, kind):
        return sorted(path for path in (self.data / "archive").rglob("*")
                      if path.is_file() and kind in str(path.relative_to(self.data)))

    # @spec:R4-MAN-07
    def test_lists_verifies_and_prunes(self):
        listing = json.loads(self.botctl("backup", "list", "--json").stdout)
        self.assertEqual(len(listing["timelines"]), 1)
        self.assertGreaterEqual(len(listing["snapshots"]), 1)
        verified = json.loads(self.botctl("backup", "verify", "--all", "--json").stdout)
        self.assertTrue(all(item["verified"] for item in verified))
        self.assertEqual(verified[-1]["last_sequence"], self.last_sequence())
        self.assertEqual(self.botctl("backup", "prune", "--yes").returncode, 0)
        history = json.loads(self.botctl("backup", "history", "--json").stdout)
        self.assertTrue(all(job["good"] for job in history))

    def test_restores_to_a_sequence_a_time_and_an_order(self):
        newest = self.last_sequence()
        for to in (str(newest), self.orders[-1]["order_id"], "2999-01-01T00:00:00Z"):
            done = self.botctl("restore", "--to", to, "--dry-run", "--json")
            self.assertEqual(done.returncode, 0, f"{to}: {done.stderr}")
            restored = json.loads(done.stdout)
            self.assertTrue(restored["dry_run"])
            self.assertLessEqual(restored["sequence"], newest)
            self.assertEqual("the archive ends before 2999-01-01" in done.stderr, "2999" in to)
        before = self.state()[pathlib.Path("botcore.db")]
        self.assertEqual(self.botctl("restore", "--to", str(newest), "--dry-run").returncode, 0)
        self.assertEqual(self.state()[pathlib.Path("botcore.db")], before, "a dry run")

    def test_keeps_the_old_store_and_reports_the_records_left_behind(self):
        newest = self.last_sequence()
        done = self.botctl("restore", "--to", str(newest - 2), "--yes", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        restored = json.loads(done.stdout)
        self.assertGreaterEqual(restored["records_left_behind"], 2)
        self.assertEqual(restored["new_timeline"], 2)
        self.assertTrue(pathlib.Path(restored["old_file"]).is_file())
        self.assertEqual(self.botctl("verify").returncode, 0)

    def test_refuses_invalid_restore_points(self):
        for to in ("0", "yesterday", "-1", "2026-13-01T00:00:00Z", "18446744073709551616"):
            self.refuses(USAGE, "--to: expected", "restore", f"--to={to}")
        self.refuses(NEGATIVE, "NO_SUCH_MOMENT", "restore", "--to", "999999")
        self.refuses(NEGATIVE, "timeline", "restore", "--timeline", "7")
        for words in ((), ("--dry-run",), ("--yes",)):
            self.refuses(NEGATIVE, f"to {self.last_sequence()} of ", "restore", "--to",
                         "2016-11-23T12:00:00Z", *words)

    def test_refuses_without_an_archive_or_its_key(self):
        none = self.data.parent / "none.toml"
        none.write_text("[archive]\nrepository = 'none'\n")
        self.refuses(UNAVAILABLE, "archive.repository is none", "backup", "list", "--config",
                     str(none))
        self.refuses(UNAVAILABLE, "nowhere", "backup", "list", "--key", "nowhere")
        self.refuses(UNAVAILABLE, "nowhere", "backup", "key", "--key", "nowhere")
        (self.data / "archive.key").unlink()
        for words in (("list",), ("create",), ("verify",), ("prune",), ("key",)):
            self.refuses(UNAVAILABLE, "archive.key", "backup", *words)
        self.refuses(UNAVAILABLE, "archive.key", "restore")
        self.refuses(UNAVAILABLE, "archive.key", "drill", "run")

    def test_refuses_the_key_of_another_archive(self):
        other = self.home / "other"
        if not other.exists():
            daemon, _ = self.start(other)
            stop(daemon)
        key = str(other / "archive.key")
        self.refuses(NEGATIVE, "key", "backup", "verify", "--key", key)
        self.refuses(NEGATIVE, "key", "restore", "--key", key)

    def test_copies_the_key_and_overwrites_no_file(self):
        copy = self.data.parent / "escrow"
        self.assertEqual(self.botctl("backup", "key", "--copy-to", str(copy)).returncode, 0)
        self.assertEqual(copy.read_bytes(), (self.data / "archive.key").read_bytes())
        taken = self.data.parent / "taken"
        taken.write_text("something else")
        self.refuses(UNAVAILABLE, "taken", "backup", "key", "--copy-to", str(taken))
        self.assertEqual(taken.read_text(), "something else")

    def test_refuses_a_broken_configuration(self):
        broken = self.data.parent / "broken.toml"
        broken.write_text("[archive]\nevery_ms = 'often'\n")
        for words in (("list",), ("key",)):
            self.refuses(UNAVAILABLE, "every_ms", "backup", *words, "--config", str(broken))

    def test_names_the_damaged_object(self):
        part = self.objects("snapshot")[0]
        whole = part.read_bytes()
        part.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        found = self.botctl("backup", "verify", "--all", "--json")
        self.assertEqual(found.returncode, NEGATIVE, found.stderr)
        self.assertIn(part.name, found.stderr)
        self.assertIn(False, [item["verified"] for item in json.loads(found.stdout)])

    def test_refuses_without_a_store_or_a_snapshot(self):
        for path in self.data.glob("botcore.db*"):
            path.unlink()
        self.refuses(UNAVAILABLE, "botcore.db", "backup", "create")
        self.refuses(UNAVAILABLE, "botcore.db", "backup", "prune")
        for path in self.objects("snapshot"):
            path.unlink()
        self.refuses(UNAVAILABLE, "there is no snapshot in", "backup", "verify")
        back = self.botctl("restore", "--json")
        self.assertEqual(back.returncode, 0, back.stderr)
        self.assertEqual(self.botctl("verify").returncode, 0, "from the records alone")

    def test_refuses_an_archive_that_is_no_folder(self):
        file = self.data.parent / "file"
        file.write_text("no folder")
        for place in (file, self.data.parent / "typing-error"):
            for words in (("backup", "list"), ("backup", "verify"), ("backup", "create"),
                          ("backup", "prune"), ("restore",), ("drill", "run")):
                self.refuses(UNAVAILABLE, f"{place} is not a folder", *words, "--from", str(place))
                self.assertFalse((self.data.parent / "typing-error").exists())

    def missing_or_empty(self):
        """An archive whose disk is not mounted: no folder, or an empty mount point."""
        (self.data / "archive").rename(self.data.parent / "unmounted")
        yield "missing"
        (self.data / "archive").mkdir(mode=0o700)
        yield "empty"

    def test_refuses_a_missing_or_empty_archive_and_creates_none(self):
        for state in self.missing_or_empty():
            for words in (("backup", "list"), ("backup", "create"), ("backup", "verify"),
                          ("backup", "prune", "--yes"), ("drill", "run"), ("restore", "--yes")):
                done = self.botctl(*words)
                self.assertNotEqual(done.returncode, 0, f"{state} {words}: {done.stdout}")
                self.assertIn(str(self.data / "archive"), done.stderr + done.stdout)
                self.assertEqual((self.data / "archive").exists(), state == "empty", words)
            if state == "empty":
                self.assertEqual(list((self.data / "archive").iterdir()), [])

    def test_a_daemon_creates_no_archive_in_place_of_a_missing_one(self):
        for state in self.missing_or_empty():
            daemon, port = self.start(self.data)
            try:
                # Degraded, or unhealthy where the records have been waiting for a minute.
                self.wait_for(lambda: "the report of the missing archive", lambda: str(
                    self.data / "archive") in self.component(self.data, port, "archive")["message"])
                done = self.botctl("order", "place", "BTCUSDT", "BUY", "0.003", "--url",
                                   f"http://127.0.0.1:{port}")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(list(self.data.glob("archive/*")), [], state)
                if state == "empty":
                    (self.data / "archive").rmdir()
                    (self.data.parent / "unmounted").rename(self.data / "archive")
                    self.wait_status(port, "archive", "healthy")
            finally:
                stop(daemon)

    def test_creates_a_backup_only_in_an_archive_that_lists_it(self):
        elsewhere = self.data.parent / "elsewhere"
        elsewhere.mkdir()
        self.refuses(NEGATIVE, "MISSING at timeline/00000001/start", "backup", "create", "--from",
                     str(elsewhere))
        self.assertEqual(list(elsewhere.rglob("*")), [])
        other = self.home / "foreign"
        daemon, _ = self.start(other)
        stop(daemon)
        shutil.copy(other / "archive.key", self.data.parent / "foreign.key")
        self.refuses(NEGATIVE, "TAKEN at timeline/00000001/start", "backup", "create", "--from",
                     str(other / "archive"), "--key", str(other / "archive.key"))
        done = self.botctl("backup", "create", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = json.loads(self.botctl("backup", "list", "--json").stdout)["snapshots"]
        self.assertIn(json.loads(done.stdout)["name"], [item["name"] for item in shown])

    def test_a_dry_run_beside_a_running_daemon_writes_nothing(self):
        daemon, port = self.start(self.data)
        try:
            self.daily_jobs_done(self.data)
            self.wait_component(self.data, port, "archive", "healthy")
            before = {path for path in self.data.rglob("*")}
            done = self.botctl("restore", "--dry-run", "--json", "--to", self.orders[0]["order_id"])
            self.assertEqual(done.returncode, 0, done.stderr)
            shown = json.loads(done.stdout)
            self.assertEqual({path for path in self.data.rglob("*")}, before)
        finally:
            stop(daemon)
        self.assertLess(shown["backup"]["trades"], shown["before"]["trades"])
        self.assertEqual(shown["before"]["trades"], self.ORDERS)
        self.assertNotIn("after", shown)
        read_only = self.data.parent / "nowhere"
        elsewhere = self.run_botctl(read_only, "restore", "--dry-run", "--from",
                                    str(self.data / "archive"), "--key",
                                    str(self.data / "archive.key"))
        self.assertEqual(elsewhere.returncode, 0, elsewhere.stderr)
        self.assertFalse(read_only.exists(), "a dry run makes no data folder")

    def test_refuses_to_restore_under_a_running_daemon(self):
        daemon, _ = self.start(self.data)
        try:
            done = self.botctl("restore")
            self.assertEqual(done.returncode, UNAVAILABLE, done.stdout)
            self.assertIn("another", done.stderr)
        finally:
            stop(daemon)

    def test_a_missing_archive_is_reported_and_orders_pass(self):
        daemon, port = self.start(self.data)
        place = ["order", "place", "BTCUSDT", "SELL", "0.003", "--url", f"http://127.0.0.1:{port}"]
        try:
            self.daily_jobs_done(self.data)
            self.wait_status(port, "archive", "healthy")
            (self.data / "archive").rename(self.data / "elsewhere")
            (self.data / "archive").write_text("no folder")
            self.assertEqual(self.botctl(*place).returncode, 0)
            self.wait_status(port, "archive", "degraded")
            self.assertEqual(self.botctl(*place).returncode, 0)
            (self.data / "archive").unlink()
            (self.data / "elsewhere").rename(self.data / "archive")
            self.wait_status(port, "archive", "healthy")
        finally:
            stop(daemon)
        self.assertEqual(self.botctl("restore", "--dry-run").returncode, 0)

    def test_damaged_books_are_reported_and_freeze_the_account(self):
        (self.data / "jobs.jsonl").unlink()  # The check is due again.
        with contextlib.closing(sqlite3.connect(self.data / "botcore.db")) as store:
            store.execute("UPDATE balances SET cash = '12345' WHERE account = 'futures'")
            store.commit()
        self.assertEqual(self.botctl("check").returncode, NEGATIVE)
        daemon, port = self.start(self.data)
        try:
            self.wait_status(port, "books", "unhealthy")
            accounts = json.loads(self.botctl("accounts", "--json", "--url",
                                              f"http://127.0.0.1:{port}").stdout)
            states = {item["account"]: item["state"] for item in accounts}
            self.assertEqual((states["futures"], states["spot"]), ("FROZEN", "ACTIVE"))
            entry = self.botctl("order", "place", "BTCUSDT", "BUY", "0.003", "--url",
                                f"http://127.0.0.1:{port}")
            self.assertIn("frozen", entry.stderr)
            exit_all = self.botctl("close", "BTCUSDT", "--url", f"http://127.0.0.1:{port}")
            self.assertEqual(exit_all.returncode, 0, exit_all.stderr)
        finally:
            stop(daemon)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
