#!/usr/bin/env python3
"""The service runs as its own user and the operator repairs as root: the files still belong to the
service afterwards and are not accessible to others."""
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import unittest

from fixtures import BIN, UNAVAILABLE, ProgramTest, stop

SERVICE, OTHER_USER = 54321, 54322
NO_PERMISSION = 77


def as_user(user):
    """Options for a process of a user with only its own group."""
    return {"user": user, "group": user, "extra_groups": [], "umask": 0o022}


class FilesOfTheService(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home.chmod(0o777)
        cls.made = cls.home / "made"
        cls.made.mkdir(mode=0o700)
        os.chown(cls.made, SERVICE, SERVICE)

    def setUp(self):
        if not (self.made / "botcore.db").exists():
            self.data = self.made
            self.serve_and_trade()
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.home))
        folder.chmod(0o755)
        self.data = folder / "data"
        subprocess.run(["cp", "-a", self.made, self.data], check=True)
        self.assert_owned_by_service("the copy")

    def serve_and_trade(self, meanwhile=lambda: None, **process):
        """The service starts, accepts an order and ends, so it can use all its files."""
        daemon, port = self.start(self.data, **(process or as_user(SERVICE)))
        try:
            url = f"http://127.0.0.1:{port}"
            done = self.run_botctl(self.data, "order", "place", "BTCUSDT", "BUY", "0.003", "--url",
                                   url)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.wait_component(self.data, port, "archive", "healthy")
            self.daily_jobs_done(self.data)
            meanwhile()
        finally:
            stop(daemon)

    def everything(self):
        return [self.data, *sorted(self.data.rglob("*"))]

    def assert_owned_by_service(self, after):
        others = {str(path.relative_to(self.data)): path.lstat().st_uid
                  for path in self.everything() if path.lstat().st_uid != SERVICE}
        self.assertEqual(others, {}, f"after {after}")

    def run_as_root(self, *words):
        done = self.run_botctl(self.data, *words)
        self.assertEqual(done.returncode, 0, f"{words}: {done.stdout}{done.stderr}")
        self.assert_owned_by_service(words)
        return done

    def test_botctl_run_by_root_acts_as_the_owner(self):
        taken = self.run_as_root("backup", "create")
        self.assertIn(f"belongs to uid {SERVICE}; continuing as that user", taken.stderr)
        for words in (("backup", "verify", "--all"), ("drill", "run"), ("backup", "list"),
                      ("check",), ("restore", "--dry-run"), ("rebuild", "--yes"),
                      ("backup", "prune", "--yes"), ("restore", "--yes"), ("drill", "run")):
            self.run_as_root(*words)
        self.serve_and_trade()
        self.assert_owned_by_service("the service")
        self.assertEqual(self.run_as_root("check").returncode, 0)

    def test_a_restored_store_belongs_to_the_service(self):
        for path in (*self.data.glob("botcore.db*"), *self.data.glob("users.sqlite*")):
            path.unlink()
        self.run_as_root("restore")
        self.assertTrue((self.data / "botcore.db").exists())
        self.serve_and_trade()

    def test_reading_after_a_kill_leaves_only_files_the_service_can_use(self):
        daemon, _ = self.start(self.data, **as_user(SERVICE))
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()
        self.run_as_root("orders", "--all")
        self.run_as_root("journal", "tail")
        self.serve_and_trade()

    def test_root_uses_its_own_key_and_the_copy_belongs_to_the_service(self):
        key = self.data.parent / "key"
        shutil.copyfile(self.data / "archive.key", key)
        key.chmod(0o600)
        self.run_as_root("backup", "verify", "--key", str(key))
        copy = self.data.parent / "escrow"
        self.run_as_root("backup", "key", "--copy-to", str(copy))
        self.assertEqual(copy.stat().st_uid, SERVICE)

    def test_a_daemon_started_by_root_runs_as_the_owner(self):
        def check_owner():
            self.assert_owned_by_service("a daemon that root started")
        self.serve_and_trade(check_owner, umask=0o022)
        self.serve_and_trade()

    def test_another_user_gets_the_command_to_run(self):
        self.data.chmod(0o755)
        key = self.data.parent / "key"
        shutil.copyfile(self.data / "archive.key", key)
        key.chmod(0o600)
        os.chown(key, OTHER_USER, OTHER_USER)
        for words in (("rebuild", "--yes"), ("restore", "--key", key),
                      ("backup", "list", "--key", key)):
            done = self.run_botctl(self.data, *words, **as_user(OTHER_USER))
            self.assertEqual(done.returncode, UNAVAILABLE, done.stderr)
            self.assertIn(f"belongs to uid {SERVICE}; run this as that user: sudo -u '#{SERVICE}'",
                          done.stderr)
        daemon = subprocess.run([BIN / "botcored", "--data", self.data, "--port", "0"],
                                env=self.env, cwd=self.home, text=True, capture_output=True,
                                timeout=60, check=False, **as_user(OTHER_USER))
        self.assertEqual(daemon.returncode, NO_PERMISSION, daemon.stderr)
        self.assertIn(f"sudo -u '#{SERVICE}'", daemon.stderr)
        self.assert_owned_by_service("another user")

    def test_a_file_owned_by_root_is_named_with_the_repair(self):
        os.chown(self.data / "botcore.db", 0, 0)
        daemon = subprocess.run([BIN / "botcored", "--data", self.data, "--port", "0"],
                                env=self.env, cwd=self.home, text=True, capture_output=True,
                                timeout=60, check=False, **as_user(SERVICE))
        self.assertEqual(daemon.returncode, NO_PERMISSION, daemon.stderr)
        self.assertIn(f"botcore.db belongs to root (uid 0) and cannot be used; as root: "
                      f"chown -R {SERVICE} {self.data}", daemon.stderr)


class FilesInAnOpenFolder(ProgramTest):
    """A folder that others may enter, a umask that forbids nothing."""

    def test_no_file_is_accessible_to_others(self):
        data = self.home / "open"
        data.mkdir()
        data.chmod(0o755)
        daemon, port = self.start(data, "--set", f"log.file={data / 'log'}", umask=0)
        try:
            done = self.run_botctl(data, "order", "place", "BTCUSDT", "BUY", "0.003", "--url",
                                   f"http://127.0.0.1:{port}", umask=0)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.daily_jobs_done(data)
            self.assert_private(data)
        finally:
            stop(daemon)
        for part in ("", "-wal", "-shm"):
            if (path := data / f"botcore.db{part}").exists():
                path.chmod(0o644)
        daemon, _ = self.start(data, umask=0)
        try:
            self.assert_private(data)
        finally:
            stop(daemon)
        for words in (("backup", "create"), ("drill", "run"), ("rebuild", "--yes"), ("restore",)):
            done = self.run_botctl(data, *words, umask=0)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assert_private(data)

    def assert_private(self, data):
        wide = {}
        for path in data.rglob("*"):
            try:
                mode = path.lstat().st_mode
            except FileNotFoundError:
                continue  # A temporary file that was removed.
            if stat.S_IMODE(mode) & 0o077:
                wide[str(path.relative_to(data))] = oct(mode)
        self.assertEqual(wide, {})
        self.assertIn("botcore.db", {path.name for path in data.iterdir()})


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("only root can run a service as another user: 8 tests are skipped", file=sys.stderr)
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], "-v"])
