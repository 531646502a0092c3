#!/usr/bin/env python3
"""Comparing recordings of the API: what differs between runs is masked, everything else is found.

Run:  python3 tools/record_test.py
"""
import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from dev import record  # noqa: E402

EXCHANGE = {"method": "GET", "target": "/api/orders/1", "body": "", "status": 200,
            "type": "application/json", "headers": ["ETag: \"1\""],
            "response": '{"data":{"price":"58000"},"timestamp":"2026-01-01T00:00:01.250Z"}'}


class Recordings(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, name, file, *exchanges):
        (self.root / name).mkdir(exist_ok=True)
        lines = [json.dumps(exchange) + "\n" for exchange in exchanges]
        (self.root / name / f"{file}.jsonl").write_text("".join(lines), encoding="utf-8")

    def compare(self):
        text = io.StringIO()
        with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
            status = record.compare(self.root / "old", self.root / "new")
        return status, text.getvalue()

    def changed(self, **fields):
        return {**EXCHANGE, **fields}

    def test_times_ids_hashes_ports_and_names_of_tests_do_not_count(self):
        later = EXCHANGE["response"].replace("00:00:01.250", "07:30:00.001")
        self.write("old", "A.Old", EXCHANGE)
        self.write("new", "A.Renamed", self.changed(response=later))
        self.assertEqual(self.compare()[0], 0)

    def test_every_part_of_an_exchange_counts(self):
        for part in ({"method": "HEAD"}, {"target": "/api/orders/2"}, {"body": "{}"},
                     {"status": 404}, {"type": "text/html"}, {"headers": []},
                     {"response": EXCHANGE["response"].replace("58000", "58001")}):
            self.write("old", "A.Same", EXCHANGE)
            self.write("new", "A.Same", self.changed(**part))
            status, text = self.compare()
            self.assertEqual(status, 1, part)
            self.assertIn("1 only before, 1 only now", text)

    def test_how_often_an_exchange_occurs_counts(self):
        self.write("old", "A.Same", EXCHANGE)
        self.write("new", "A.Same", EXCHANGE, EXCHANGE)
        self.assertEqual(self.compare()[0], 1)

    def test_an_empty_recording_proves_nothing(self):
        (self.root / "old").mkdir()
        self.write("new", "A.Same", EXCHANGE)
        self.assertEqual(self.compare()[0], 1)


if __name__ == "__main__":
    unittest.main()
