#!/usr/bin/env python3
"""Before anything goes for good botctl names it and asks; without a terminal it wants --yes, and a
refusal changes nothing."""
import contextlib
import json
import pathlib
import re
import shutil
import sqlite3
import sys
import tempfile
import unittest

from stand import NEGATIVE, USAGE, Stand, stop

ORDERS = 4


class BeforeItIsGone(Stand):
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

    def without_words(self, *words, beside_daemon=False):
        """Nobody is there to be asked, then somebody says no: nothing may change. What was said. A
        daemon puts its snapshots into the archive at any time."""
        before, objects = self.head(), self.objects()
        alone = self.run_botctl(self.data, *words)
        self.assertEqual(alone.returncode, USAGE, alone.stdout + alone.stderr)
        self.assertIn("There is no terminal to ask on; say --yes to agree", alone.stderr)
        for answer in ("n", "", "maybe"):
            asked = self.run_on_terminal(self.data, answer, *words)
            self.assertEqual(asked.returncode, NEGATIVE, asked.stdout + asked.stderr)
            self.assertIn("[y/N] botctl: nothing was changed", asked.stderr)
        self.assertEqual(self.head(), before, words)
        if not beside_daemon:
            self.assertEqual(self.objects(), objects, words)
        self.assertFalse((self.data / "botcore.db-restored").exists())
        return alone.stderr

    def objects(self):
        return sorted(str(path) for path in (self.data / "archive").rglob("*") if path.is_file())

    def test_restore_names_records_and_trades_that_it_would_leave_behind(self):
        head, _ = self.head()
        to = self.orders[1]
        said = self.without_words("restore", "--to", to)
        found = re.search(r"(\d+) records of the store here would be left behind: (\d+) of "
                          r"\S+ to (\d+) of \S+, with (\d+) trades", said)
        records, first, last, trades = map(int, found.groups())
        self.assertEqual((last, records), (head, head - first + 1))
        named = re.findall(r"^  trade \d+ of \S+: futures BUY 0\.003 BTCUSDT at \S+, order (\S+)$",
                           said, re.M)
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
        said = self.without_words("restore", "--to", "2999-01-01T00:00:00Z")
        self.assertRegex(said, rf"the archive ends before 2999-01-01T00:00:00.000Z: its newest "
                         rf"moment is record {self.head()[0]} of 20")
        done = self.run_botctl(self.data, "restore", "--to", "2999-01-01T00:00:00Z", "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_store_that_cannot_be_read_may_have_more_than_the_backup(self):
        (self.data / "botcore.db").write_bytes(b"\xff" * 4096)
        for part in self.data.glob("botcore.db-*"):
            part.unlink()
        done = self.run_botctl(self.data, "restore")
        self.assertEqual(done.returncode, USAGE, done.stderr)
        self.assertRegex(done.stderr, r"what it has beyond record \d+ cannot be told")
        done = self.run_botctl(self.data, "restore", "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.run_botctl(self.data, "verify").returncode, 0)

    # @spec:R3-AC-15 R3-BKP-12
    def test_prune_names_each_snapshot(self):
        for _ in range(2):
            taken = self.run_botctl(self.data, "backup", "create")
            self.assertEqual(taken.returncode, 0, taken.stderr)
        before = self.snapshots()
        said = self.without_words("backup", "prune")
        done = self.run_botctl(self.data, "backup", "prune", "--yes", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        gone = before - self.snapshots()
        self.assertTrue(gone)
        self.assertEqual(set(json.loads(done.stdout)["snapshots"]), gone)
        named = set(re.findall(r"(?m)^snapshot (\S+), \d+ bytes, would be removed$", said))
        self.assertEqual(named, gone)
        again = self.run_botctl(self.data, "backup", "prune")
        self.assertEqual(again.returncode, 0, "nothing goes, so nothing is asked")

    def snapshots(self):
        listing = self.run_botctl(self.data, "backup", "list", "--json")
        return {item["name"] for item in json.loads(listing.stdout)["snapshots"]}

    def test_rebuild_names_the_rows_that_are_not_in_the_journal(self):
        with contextlib.closing(sqlite3.connect(self.data / "botcore.db")) as store:
            store.execute("UPDATE positions SET quantity = '77' WHERE account = 'futures'")
            store.commit()
        said = self.without_words("rebuild")
        self.assertRegex(said, rf"(?m)^{self.head()[0]} records, {ORDERS} orders, {ORDERS} trades")
        self.assertRegex(said, r"(?m)^would go: .*77")
        done = self.run_on_terminal(self.data, "y", "rebuild")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("nothing would change",
                      self.run_botctl(self.data, "rebuild", "--yes").stderr)

    def test_reset_names_the_account_and_its_positions(self):
        daemon, port = self.start(self.data)
        try:
            words = ("reset", "futures", "--url", f"http://127.0.0.1:{port}")
            said = self.without_words(*words, beside_daemon=True)
            self.assertRegex(said, r"(?m)^account futures, equity \S+ USDT, would go back")
            self.assertIn("position BTCUSDT of 0.012 would be dropped without a trade", said)
            done = self.run_botctl(self.data, *words, "--yes")
            self.assertEqual(done.returncode, 0, done.stderr)
            positions = self.run_botctl(self.data, "positions", *words[2:], "--json")
            self.assertNotIn("0.012", positions.stdout)
            nobody = self.run_botctl(self.data, "reset", "nobody", *words[2:], "--yes")
            self.assertEqual(nobody.returncode, NEGATIVE, nobody.stderr)
        finally:
            stop(daemon)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
