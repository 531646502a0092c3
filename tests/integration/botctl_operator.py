#!/usr/bin/env python3
"""botctl for operators: the status screen, orders of every kind, the emergency stop, lists that
report when they are shortened, the audit, and what is read from the files while the daemon is
down."""
import datetime
import http.server
import json
import re
import signal
import subprocess
import sys
import threading
import unittest
import urllib.request

from fixtures import BIN, COMMAND_LINE, NEGATIVE, UNAVAILABLE, USAGE, ProgramTest, orders_of, stop

OUTCOME_OPEN = 75


class DaemonTest(ProgramTest):
    """Each test has its own daemon, with generated prices near 60,000."""

    def setUp(self):
        self.data = self.home / self.id().rsplit(".", maxsplit=1)[-1]
        self.begin()

    def begin(self):
        self.daemon, self.port = self.start(self.data)
        self.url = f"http://127.0.0.1:{self.port}"

    def tearDown(self):
        if self.daemon.poll() is None:
            stop(self.daemon)

    def botctl(self, *words, status=0):
        done = self.run_botctl(self.data, *words, "--url", self.url)
        self.assertEqual(done.returncode, status, f"{words}: {done.stdout}{done.stderr}")
        return done

    def read(self, *words):
        return json.loads(self.botctl(*words, "--json").stdout)

    def place(self, *words):
        return self.read("order", "place", "BTCUSDT", *words)


class Trading(DaemonTest):
    def test_orders_of_every_kind(self):
        entry = self.place("BUY", "0.01", "--stop-loss", "58500", "--take-profit", "63000")
        self.assertEqual((entry["status"], entry["stop_loss"], entry["take_profit"]),
                         ("FILLED", "58500", "63000"))
        attached = self.wait_for(lambda: "both attached orders",
                                 lambda: (found := self.read("orders")["orders"])
                                 and len(found) == 2 and found)
        self.assertEqual({each["role"]: each["stop_price"] for each in attached},
                         {"STOP_LOSS": "58500", "TAKE_PROFIT": "63000"})
        trailing = self.place("BUY", "0.01", "--stop-loss", "58500", "--trail-activation", "0.02",
                              "--trail-distance", "0.015")
        self.assertEqual((trailing["trailing"]["activation"], trailing["trailing"]["distance"]),
                         ("0.02", "0.015"))
        for words, kind in ((("--stop-price", "57500"), "STOP_MARKET"),
                            (("--stop-price", "57500", "--price", "57400"), "STOP"),
                            (("--target-price", "64000"), "TAKE_PROFIT_MARKET"),
                            (("--target-price", "64000", "--price", "63900"), "TAKE_PROFIT"),
                            (("--price", "62000"), "LIMIT")):
            order = self.place("SELL", "0.01", "--reduce-only", *words)
            self.assertEqual((order["type"], order["status"]), (kind, "NEW"))
        self.botctl("order", "place", "BTCUSDT", "BUY", "0.01", "--trail-distance", "0.015",
                    status=COMMAND_LINE)
        self.assertRegex(self.botctl("orders").stdout, r"STOP_MARKET +0\.01 +- +57500 ")

    def test_cancel_all_and_flatten(self):
        self.place("BUY", "0.01")
        resting = [self.place("BUY", "0.01", "--price", str(58000 + i))["order_id"]
                   for i in range(3)]
        output = self.botctl("cancel-all", "--symbol", "BTCUSDT").stdout
        self.assertIn("futures: 3 orders are being canceled, 0 of 0 exits done", output)
        self.assertEqual(set(re.findall(r"(?m)^cancel +(\S+)$", output)), set(resting))
        self.wait_for(lambda: "no order", lambda: not self.read("orders")["orders"])
        self.place("BUY", "0.01", "--price", "58000")
        output = self.botctl("flatten").stdout
        self.assertIn("futures: 1 orders are being canceled, 1 of 1 exits done", output)
        self.assertEqual(self.read("positions"), [],
                         "The response comes after the end of the exit.")
        again = self.read("flatten")
        self.assertEqual((again["exits"], again["failed"], again["pending"]), ([], [], []))

    def test_amend_changes_price_and_quantity(self):
        first = self.place("BUY", "0.01", "--price", "58000")
        second = self.read("order", "amend", first["order_id"], "--price", "58100", "--quantity",
                           "0.02", "--key", "amend-1")
        self.assertEqual((second["price"], second["quantity"], second["status"]),
                         ("58100", "0.02", "NEW"))
        repeated = self.read("order", "amend", first["order_id"], "--price", "58100",
                             "--quantity", "0.02", "--key", "amend-1")
        self.assertEqual(repeated["order_id"], second["order_id"])
        self.assertEqual([each["order_id"] for each in self.read("orders")["orders"]],
                         [second["order_id"]])
        waiting = self.place("SELL", "0.01", "--stop-price", "57500")
        moved = self.read("order", "amend", waiting["order_id"], "--stop-price", "57600")
        self.assertEqual((moved["type"], moved["stop_price"]), ("STOP_MARKET", "57600"))

    def test_amend_does_not_place_a_canceled_order_again(self):
        resting = self.place("BUY", "0.01", "--price", "58000")["order_id"]
        self.read("cancel-all")
        self.wait_for(lambda: "no order", lambda: not self.read("orders")["orders"])
        done = self.botctl("order", "amend", resting, "--price", "58100", "--key", "amend-2",
                           status=NEGATIVE)
        self.assertIn("the order is CANCELED; only an open order can be amended", done.stderr)
        self.assertEqual(len(self.read("orders", "--all")["orders"]), 1)

    def test_amend_refuses_before_anything_is_canceled(self):
        filled = self.place("BUY", "0.01")["order_id"]
        resting = self.place("BUY", "0.01", "--price", "58000")["order_id"]
        for words, status, output in (
                ((filled, "--price", "58000"), NEGATIVE, "the order is FILLED"),
                ((resting, "--stop-price", "57500"), NEGATIVE, "no stop price"),
                ((resting, "--quantity", "0"), NEGATIVE, "--quantity: expected more than the 0"),
                ((resting,), USAGE, "name what to amend")):
            done = self.botctl("order", "amend", *words, status=status)
            self.assertIn(output, done.stderr)
        self.assertEqual([each["order_id"] for each in self.read("orders")["orders"]], [resting])


class Lists(DaemonTest):
    def test_a_shortened_list_says_so(self):
        for i in range(4):
            self.place("BUY", "0.003", "--price", str(58000 + i))
            self.place("BUY", "0.003")
        for words, kind, total in ((("orders",), "orders", 4), (("history",), "trades", 4)):
            cut = self.botctl(*words, "-n", "3", "--json")
            page = json.loads(cut.stdout)
            self.assertEqual((len(page[kind]), page["total"], page["complete"]),
                             (3, total, False))
            self.assertIn(f"3 of {total} shown; -n {total} or --all shows the rest", cut.stderr)
            whole = self.botctl(*words, "--json")
            self.assertEqual(len(json.loads(whole.stdout)[kind]), total)
            self.assertNotIn("shown", whole.stderr)
        self.assertEqual(len(self.read("orders", "--all")["orders"]), 8, "Closed ones too.")

    def test_the_journal_is_text_or_json(self):
        order = self.place("BUY", "0.01")
        output = self.botctl("journal", "tail", "-n", "3").stdout
        self.assertRegex(output, rf"(?m)^\d+  20\S+Z  PlaceOrder  futures BUY 0\.01 BTCUSDT MARKET "
                               rf"by operator; order {order['order_id']} BUY 0\.01 BTCUSDT ")
        self.assertLess(max(map(len, output.splitlines())), 400)
        lines = self.botctl("journal", "tail", "-n", "3", "--json").stdout.splitlines()
        self.assertEqual(len(lines), 3)
        self.assertEqual({"sequence", "kind", "hash"} - json.loads(lines[0]).keys(), set())
        lines = self.botctl("journal", "export", "--from", "1", "--to", "2").stdout.splitlines()
        self.assertEqual([json.loads(line)["sequence"] for line in lines], [1, 2])

    def test_every_operator_command_is_in_the_audit_with_its_reason(self):
        self.botctl("freeze", "spot", "--reason", "a strange fill")
        self.botctl("unfreeze", "spot", "--reason", "it was explained")
        self.botctl("transfer", "futures", "spot", "5")
        self.botctl("flatten")
        self.botctl("maintenance", "on", "--minutes", "5", "--text", "disk")
        output = self.botctl("audit").stdout
        for row in (r"operator +account-frozen +spot +ok +a strange fill",
                    r"operator +account-released +spot +ok +it was explained",
                    r"operator +money-moved +futures +ok +5 USDT to spot",
                    r"operator +account-flattened +futures +ok",
                    r"operator +maintenance-planned +- +ok +20\S+ to \S+: disk"):
            self.assertRegex(output, row)


class Status(DaemonTest):
    def test_the_status_screen(self):
        self.daily_jobs_done(self.data)
        self.wait_for(lambda: "a healthy daemon",
                      lambda: self.run_botctl(self.data, "status", "--url", self.url).returncode
                      == 0)
        # The daemon reads the results of its jobs several times a second.
        self.wait_for(lambda: "the results of the first jobs",
                      lambda: all(self.read("status")["archive"][job] for job in
                                  ("last_backup", "last_verified", "last_drill_passed")))
        output = self.botctl("status").stdout
        for row in (r"overall +healthy", r"mode +NORMAL", r"maintenance +none",
                    r"accounts +all may trade", r"unknown orders +none", r"unprotected +none",
                    r"archive +\d+\.?\d* s behind, at record \d+", r"last backup +20\S+Z",
                    r"last verified +20\S+Z", r"last drill +20\S+Z", r"drill signed +none yet",
                    r"last start +20\S+Z, the first start", r"journal head +\d+ of term 1",
                    r"database: healthy"):
            self.assertRegex(output, rf"(?m)^{row}$")
        self.botctl("freeze", "futures", "--reason", "a strange fill")
        self.botctl("maintenance", "on", "--minutes", "5", "--text", "disk")
        self.wait_for(lambda: "the maintenance",
                      lambda: self.read("status")["mode"] == "MAINTENANCE")
        output = self.botctl("status").stdout
        self.assertRegex(output, r"(?m)^mode +MAINTENANCE$")
        self.assertRegex(output,
                         r"(?m)^account +futures FROZEN, FROZEN_BY_OPERATOR: a strange fill "
                               r"\(operator, 20\S+Z\); until an operator ends it: botctl unfreeze")
        self.assertRegex(output, r"(?m)^maintenance +.*disk")
        view = self.read("status")
        self.assertEqual(view["accounts"][0]["reason"], "FROZEN_BY_OPERATOR")
        self.assertNotRegex(json.dumps(view), r"\dE\d")

    def test_status_reports_how_the_previous_process_ended(self):
        # uptime.json is written every ten seconds; the test needs it.
        self.wait_for(lambda: "the uptime file", (self.data / "uptime.json").exists)
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait(60)
        self.botctl("status", status=UNAVAILABLE)
        self.begin()
        self.assertRegex(self.botctl("status").stdout if self.healthy() else "",
                         r"(?m)^last start +20\S+Z, after it DIED OR WAS KILLED, last seen at")
        stop(self.daemon)
        self.begin()
        self.assertRegex(self.botctl("status").stdout if self.healthy() else "",
                         r"(?m)^last start +20\S+Z, after an ordered stop, last seen at 20")

    def healthy(self):
        return self.wait_for(
            lambda: "a healthy daemon",
            lambda: self.run_botctl(self.data, "status", "--url", self.url).returncode == 0)

    def test_watch_repeats_the_status(self):
        watch = subprocess.Popen(
            [BIN / "botctl", "status", "--watch", "--every", "1", "--json", "--url", self.url,
             "--data", str(self.data)], env=self.env, stdout=subprocess.PIPE, text=True)
        try:
            times = [json.loads(watch.stdout.readline())["timestamp"] for _ in range(2)]
            self.assertLess(times[0], times[1])
        finally:
            watch.kill()
            watch.wait(60)
            watch.stdout.close()


# @spec:R1-EXTMON-06
class StatusPage(DaemonTest):
    def fetch(self, accept):
        request = urllib.request.Request(f"{self.url}/status", headers={"Accept": accept})
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.headers, response.read().decode()

    def test_everyone_sees_the_state_and_incidents_without_internals(self):
        self.botctl("incident", "open", "raid of db-7 broken")
        self.wait_for(lambda: "an incident on the page",
                      lambda: "Problem with the service" in self.fetch("text/html")[1])
        headers, page = self.fetch("text/html")
        self.assertEqual(headers.get_all("Cache-Control"), ["public, max-age=10"])
        self.assertEqual(len(headers.get_all("Content-Security-Policy")), 1)
        self.assertNotIn("db-7", page)
        headers, text = self.fetch("application/json")
        self.assertEqual(headers["Content-Type"], "application/json")
        data = json.loads(text)["data"]
        self.assertEqual([one["severity"] for one in data["incidents"]], ["high"])
        self.assertEqual(len(data["days"]), 90)

    def test_the_page_is_written_on_demand_and_by_the_daemon(self):
        folder = self.home / "page"
        folder.mkdir()
        self.botctl("status-page", "publish", status=USAGE)
        self.botctl("status-page", "publish", "--folder", str(folder))
        names = ["index.html", "status.json"]
        self.assertEqual(sorted(path.name for path in folder.iterdir()), names)
        self.assertIn("Service status", (folder / "index.html").read_text())
        stop(self.daemon)
        published = self.home / "published"
        published.mkdir()
        self.daemon, _ = self.start(self.data, "--set", f"status.publish_folder={published}")
        self.wait_for(lambda: "both files", lambda: all((published / name).exists()
                                                        for name in names))
        self.assertEqual(json.loads((published / "status.json").read_text())["data"]["incidents"],
                         [])


class RecurringMaintenance(DaemonTest):
    def begin(self):
        self.daemon, self.port = self.start(self.data, "--set", "maintenance.recurring=true")
        self.url = f"http://127.0.0.1:{self.port}"

    def windows(self):
        with urllib.request.urlopen(f"{self.url}/api/maintenance", timeout=10) as response:
            return json.loads(response.read())["data"]["windows"]

    def test_the_usual_window_is_planned_once_and_stays_canceled(self):
        self.wait_for(lambda: "a planned window", self.windows)
        window, = self.windows()
        begin = datetime.datetime.fromisoformat(window["begin"].replace("Z", "+00:00"))
        now = datetime.datetime.now(datetime.timezone.utc)
        self.assertEqual((begin.weekday(), begin.hour, begin.minute), (6, 2, 0))
        self.assertLessEqual(begin.day, 7)
        self.assertGreater(begin - now, datetime.timedelta(days=7))
        self.botctl("maintenance", "cancel", str(window["window"]))
        stop(self.daemon)
        self.begin()
        # A comparison with the exchange comes after the first turns of the loop.
        self.wait_for(lambda: "a ready daemon", lambda: self.botctl("status"))
        self.assertEqual([one["state"] for one in self.windows()], ["CANCELED"])


class Files(DaemonTest):
    def test_lists_come_from_the_files_when_the_daemon_is_down(self):
        bought = self.place("BUY", "0.01")
        self.place("BUY", "0.02")
        stop(self.daemon)
        position, = self.read("positions")
        self.assertEqual((position["symbol"], position["quantity"], position["current_price"]),
                         ("BTCUSDT", "0.03", None))
        cut = self.botctl("history", "-n", "1", "--json")
        self.assertEqual(len(json.loads(cut.stdout)["trades"]), 1)
        self.assertIn("1 of 2 shown", cut.stderr)
        self.assertIn("the daemon does not respond; the data was read from the files", cut.stderr)
        self.assertEqual(self.read("history")["trades"][-1]["order_id"], bought["order_id"])
        price, = self.read("prices")
        self.assertEqual((price["symbol"], price["bid"]), ("BTCUSDT", None))
        self.assertRegex(price["source"], r"^own trade of 20\S+Z$")
        self.assertEqual(self.read("prices", "--market", "spot"), [])
        self.botctl("positions", "--account", "nobody", status=NEGATIVE)
        self.assertEqual(len(orders_of(self.botctl("orders", "--all", "--json"))), 2)


class DaemonResponses(ProgramTest):
    """How botctl handles responses of a daemon."""

    def run_against(self, responses, *words):
        """`responses` maps a method to a function of the request's body; None ends the
        connection."""
        self.methods = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def response(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                test.methods.append(self.command)
                response = responses[self.command](body)
                if response is None:
                    return
                self.send_response(response[0])
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(response[1]).encode())

            do_GET = do_DELETE = do_POST = response

            def log_message(self, *_):
                pass
        test = self
        with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                return self.run_botctl(self.home, *words, "--url",
                                       f"http://127.0.0.1:{server.server_port}")
            finally:
                server.shutdown()
                thread.join()

    def flatten_against(self, status, body):
        return self.run_against({"POST": lambda _: (status, body)}, "flatten")

    ORDER = {"order_id": "BC1", "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT",
             "role": "PLAIN", "status": "NEW", "price": "58000", "stop_price": None,
             "stop_loss": None, "take_profit": None, "trailing": None,
             "time_in_force": "GTC", "reduce_only": False,
             "quantity": "0.01", "executed_quantity": "0", "cancelled_reason": None}

    def amend(self, reason_of, placed=None):
        """Amends an order that rests when it is read and is then canceled for a given reason."""
        def canceled(body):
            reason = reason_of(json.loads(body)["reason"])
            return 200, {"data": self.ORDER | {"status": "CANCELED", "cancelled_reason": reason}}
        return self.run_against({"GET": lambda _: (200, {"data": self.ORDER}), "DELETE": canceled,
                                 "POST": lambda _: placed},
                                "order", "amend", "BC1", "--price", "58100", "--key", "amend-3")

    def test_an_order_that_was_canceled_meanwhile_is_not_placed_again(self):
        for reason in (None, "the emergency stop"):
            done = self.amend(lambda _, reason=reason: reason)
            self.assertEqual((done.returncode, self.methods), (NEGATIVE, ["GET", "DELETE"]))
            self.assertIn("the order was CANCELED before it was amended; nothing was placed",
                          done.stderr)

    def test_an_incomplete_amendment_is_reported(self):
        refused = 422, {"error": {"code": "BALANCE_TOO_LOW", "message": "no"}}
        unavailable = 503, {"error": {"code": "SERVICE_UNAVAILABLE", "message": "it ends"}}
        for placed, status in ((refused, NEGATIVE), (unavailable, UNAVAILABLE)):
            done = self.amend(lambda reason: reason, placed)
            self.assertEqual((done.returncode, self.methods), (status, ["GET", "DELETE", "POST"]))
            self.assertIn("the old order is canceled, and no new order was placed",
                          done.stderr)
            self.assertIn("repeat the command with --key amend-3", done.stderr)
        open_end = self.amend(lambda reason: reason)
        self.assertEqual((open_end.returncode, self.methods),
                         (OUTCOME_OPEN, ["GET", "DELETE", "POST"]))
        self.assertNotIn("no new order", open_end.stderr, "The outcome is unknown.")

    FAILED = {"order_id": "BC2", "symbol": "ETHUSDT", "state": "EXPIRED", "quantity": "1",
              "executed_quantity": "0.4", "code": "NOT_FILLED_AT_ONCE", "message": "",
              "exchange_code": None}

    def test_a_failed_exit_is_named_and_changes_the_status(self):
        done = self.flatten_against(200, {"data": {"account": "futures", "cancels": [],
                                                   "exits": ["BC1", "BC2"], "pending": [],
                                                   "failed": [self.FAILED]}, "timestamp": "x"})
        self.assertEqual(done.returncode, NEGATIVE)
        self.assertIn("1 of 2 exits done", done.stdout)
        self.assertIn("exit FAILED: ETHUSDT, order BC2, EXPIRED with 0.4 of 1 closed: "
                      "NOT_FILLED_AT_ONCE\n", done.stdout)

    def test_a_refusal_names_failed_exits_too(self):
        done = self.flatten_against(422, {"error": {"code": "NOT_FILLED_AT_ONCE", "message": "none",
                                                    "details": {"failed": [self.FAILED]}}})
        self.assertEqual(done.returncode, NEGATIVE)
        self.assertIn("exit FAILED: ETHUSDT, order BC2", done.stderr)

    def test_pending_exits_have_their_own_status(self):
        done = self.flatten_against(202,
                                    {"data": {"account": "futures", "cancels": [], "exits": ["BC1"],
                                                   "pending": ["BC1"], "failed": []},
                                     "timestamp": "x"})
        self.assertEqual(done.returncode, OUTCOME_OPEN)
        self.assertIn("1 exits are still in progress", done.stdout)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
