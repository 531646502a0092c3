#!/usr/bin/env python3
"""Before an irreversible change botctl names what is lost and asks; without a terminal it requires
--yes, and a refusal changes nothing."""
import contextlib
import json
import pathlib
import re
import shutil
import sqlite3
import sys
import tempfile
import unittest

from fixtures import NEGATIVE, USAGE, ProgramTest, stop

ORDERS = 4


class DestructiveCommands(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.made = cls.home / "made"
        daemon, port = cls.start(cls.made)
        cls.orders = []
        for _ in range(ORDERS):
            order = cls.run_botctl(cls.made, "order", "place", "BTCUSDT", "BUY", "0.003", "--json",
                                   "--url", f"http://127.0.0.1:{port}")
            cls.orders.append(json.loads(order.stdout)["order_id"])
        stop(daemon)

    def setUp(self):
        self.data = pathlib.Path(tempfile.mkdtemp(dir=self.home)) / "data"
        shutil.copytree(self.made, self.data)

    def head(self):
        with contextlib.closing(sqlite3.connect(self.data / "botcore.db")) as store:
            return store.execute("SELECT max(seq), count(*) FROM journal").fetchone()

    def refused_without_consent(self, *words, beside_daemon=False):
        """Without a terminal, then with the reply no: nothing may change. Returns what was printed.
        Beside a daemon, the archive may get a snapshot at any time."""
        before, objects = self.head(), self.objects()
        no_terminal = self.run_botctl(self.data, *words)
        self.assertEqual(no_terminal.returncode, USAGE, no_terminal.stdout + no_terminal.stderr)
        self.assertIn("There is no terminal to ask for confirmation; use --yes to confirm",
                      no_terminal.stderr)
        for typed in ("n", "", "maybe"):
            refused = self.run_on_terminal(self.data, typed, *words)
            self.assertEqual(refused.returncode, NEGATIVE, refused.stdout + refused.stderr)
            self.assertIn("[y/N] botctl: nothing was changed", refused.stderr)
        self.assertEqual(self.head(), before, words)
        if not beside_daemon:
            self.assertEqual(self.objects(), objects, words)
        self.assertFalse((self.data / "botcore.db-restored").exists())
        return no_terminal.stderr

    def objects(self):
        return sorted(str(path) for path in (self.data / "archive").rglob("*") if path.is_file())

    def test_restore_names_records_and_trades_that_it_would_leave_behind(self):
        head, _ = self.head()
        to = self.orders[1]
        output = self.refused_without_consent("restore", "--to", to)
        found = re.search(r"(\d+) records of the local store would be left behind: (\d+) of "
                          r"\S+ to (\d+) of \S+, with (\d+) trades", output)
        records, first, last, trades = map(int, found.groups())
        self.assertEqual((last, records), (head, head - first + 1))
        named = re.findall(r"^  trade \d+ of \S+: futures BUY 0\.003 BTCUSDT at \S+, order (\S+)$",
                           output, re.M)
        self.assertEqual(len(named), trades)
        self.assertEqual(set(named), set(self.orders[-trades:]))
        done = self.run_on_terminal(self.data, "y", "restore", "--to", to, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.head()[0], first - 1)
        shown = json.loads(done.stdout)
        self.assertEqual(shown["left_behind"], {"records": records, "first": first, "last": last,
                                                "trades": trades})
        self.assertEqual(shown["before"]["sequence"], head)
        self.assertEqual(shown["before"]["trades"], ORDERS)
        self.assertEqual(shown["before"]["positions"][0]["quantity"], "0.012")
        self.assertEqual(shown["backup"], shown["after"])
        self.assertEqual(shown["after"]["trades"], ORDERS - trades)

    def test_restore_shows_before_backup_and_after_and_how_to_start(self):
        done = self.run_botctl(self.data, "restore")
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in ("before:", "backup:", "after: "):
            self.assertRegex(done.stdout, rf"(?m)^{name} {self.head()[0]} records until \S+, "
                             rf"{ORDERS} trades, open positions: futures BTCUSDT LONG 0\.012 at ")
        start = re.search(r"(?m)^start the service: (\S+) --data (\S+)$", done.stdout)
        self.assertTrue(pathlib.Path(start.group(1)).is_file(), start.group(1))
        self.assertEqual(start.group(2), str(self.data))

    def test_a_restore_after_the_end_asks_and_names_the_newest_moment(self):
        output = self.refused_without_consent("restore", "--to", "2999-01-01T00:00:00Z")
        self.assertRegex(output, rf"the archive ends before 2999-01-01T00:00:00.000Z: its newest "
                         rf"record is {self.head()[0]} of 20")
        done = self.run_botctl(self.data, "restore", "--to", "2999-01-01T00:00:00Z", "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_restore_asks_when_the_old_store_cannot_be_read(self):
        (self.data / "botcore.db").write_bytes(b"\xff" * 4096)
        for part in self.data.glob("botcore.db-*"):
            part.unlink()
        done = self.run_botctl(self.data, "restore")
        self.assertEqual(done.returncode, USAGE, done.stderr)
        self.assertRegex(done.stderr, r"it is unknown what it has after record \d+")
        done = self.run_botctl(self.data, "restore", "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.run_botctl(self.data, "verify").returncode, 0)

    # @spec:R3-AC-15 R3-BKP-12
    def test_prune_names_each_snapshot(self):
        for _ in range(2):
            taken = self.run_botctl(self.data, "backup", "create")
            self.assertEqual(taken.returncode, 0, taken.stderr)
        before = self.snapshots()
        output = self.refused_without_consent("backup", "prune")
        done = self.run_botctl(self.data, "backup", "prune", "--yes", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        removed = before - self.snapshots()
        self.assertTrue(removed)
        self.assertEqual(set(json.loads(done.stdout)["snapshots"]), removed)
        named = set(re.findall(r"(?m)^snapshot (\S+), \d+ bytes, would be removed$", output))
        self.assertEqual(named, removed)
        again = self.run_botctl(self.data, "backup", "prune")
        self.assertEqual(again.returncode, 0, "nothing would be removed, so nothing is asked")

    def snapshots(self):
        listing = self.run_botctl(self.data, "backup", "list", "--json")
        return {item["name"] for item in json.loads(listing.stdout)["snapshots"]}

    def test_rebuild_names_the_rows_that_are_not_in_the_journal(self):
        with contextlib.closing(sqlite3.connect(self.data / "botcore.db")) as store:
            store.execute("UPDATE positions SET quantity = '77' WHERE account = 'futures'")
            store.commit()
        output = self.refused_without_consent("rebuild")
        self.assertRegex(output,
                         rf"(?m)^{self.head()[0]} records, {ORDERS} orders, {ORDERS} trades")
        self.assertRegex(output, r"(?m)^would be discarded: .*77")
        done = self.run_on_terminal(self.data, "y", "rebuild")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("nothing would change",
                      self.run_botctl(self.data, "rebuild", "--yes").stderr)

    def test_reset_names_the_account_and_its_positions(self):
        daemon, port = self.start(self.data)
        try:
            words = ("reset", "futures", "--url", f"http://127.0.0.1:{port}")
            output = self.refused_without_consent(*words, beside_daemon=True)
            self.assertRegex(output, r"(?m)^account futures, equity \S+ USDT, would be reset")
            self.assertIn("position BTCUSDT of 0.012 would be dropped without a trade", output)
            done = self.run_botctl(self.data, *words, "--yes")
            self.assertEqual(done.returncode, 0, done.stderr)
            positions = self.run_botctl(self.data, "positions", *words[2:], "--json")
            self.assertNotIn("0.012", positions.stdout)
            unknown = self.run_botctl(self.data, "reset", "nobody", *words[2:], "--yes")
            self.assertEqual(unknown.returncode, NEGATIVE, unknown.stderr)
        finally:
            stop(daemon)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
