#!/usr/bin/env python3
"""The documents for new users work unchanged: the README's first minutes, the requests of the API's
page and the first bot, each on a new daemon with generated prices."""
import ast
import decimal
import json
import re
import subprocess
import sys
import unittest

from fixtures import BIN, ROOT, ProgramTest, stop

BOT = ROOT / "examples/first_bot.py"
ADDRESS = "127.0.0.1:8080"


def blocks_of(page):
    return re.findall(r"^```sh\n(.*?)^```", (ROOT / page).read_text(), re.M | re.S)


def responses_in(text):
    """The data of each API response in the output."""
    return [json.loads(line)["data"] for line in text.splitlines() if line.startswith('{"data"')]


class Newcomer(ProgramTest):
    """A folder like a checkout in which ./run has built and started the daemon."""

    def setUp(self):
        self.place = self.home / self.id().rsplit(".", maxsplit=1)[-1]
        programs = self.place / "build/release/bin"
        programs.mkdir(parents=True)
        (self.place / "examples").symlink_to(ROOT / "examples")
        self.data = self.place / "var"
        self.daemon, port = self.start(self.data)
        self.address = f"127.0.0.1:{port}"
        # The pages omit the default address; the test's daemon has another one.
        botctl = programs / "botctl"
        botctl.write_text(f'#!/bin/sh\nexec "{BIN / "botctl"}" "$@" --url http://{self.address}\n')
        botctl.chmod(0o755)

    def tearDown(self):
        stop(self.daemon)

    def paste(self, text):
        """Runs the page's command with another port; its output."""
        command = ["bash", "-euo", "pipefail", "-c", text.replace(ADDRESS, self.address)]
        done = subprocess.run(command, cwd=self.place, env=self.env, stdin=subprocess.DEVNULL,
                              text=True, capture_output=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, text + done.stdout + done.stderr)
        return done.stdout

    def read(self, path):
        return json.loads(self.get(self.data, int(self.address.split(":")[1]), path))["data"]

    def open_orders(self, account="futures"):
        return self.read(f"/api/accounts/{account}/orders?status=open")["orders"]

    def assert_flat(self):
        self.assertEqual(self.read("/api/trading/positions"), [])
        self.wait_for(lambda: f"the end of {self.open_orders()}", lambda: not self.open_orders())

    def test_the_first_two_minutes_of_the_readme(self):
        order, stop_order, flatten, bot = blocks_of("README.md")
        output = self.paste(order)
        filled, = responses_in(output)
        self.assertEqual((filled["status"], filled["executed_quantity"]), ("FILLED", "0.01"))
        self.assertRegex(output, r"(?m)^overall +healthy$")
        self.assertRegex(output, r"(?m)^BTCUSDT +LONG +0\.01 ")
        again, = responses_in(self.paste(order))
        self.assertEqual(again["order_id"], filled["order_id"], "The page says: no second trade.")
        output = self.paste(stop_order)
        waiting, = responses_in(output)
        self.assertEqual((waiting["status"], waiting["stop_price"]), ("NEW", "58000"))
        self.assertIn("STOP_MARKET", output)
        output = self.paste(flatten)
        touched, = responses_in(output)
        self.assertEqual(touched["cancels"], [waiting["order_id"]])
        self.assertEqual(len(touched["exits"]), 1)
        self.assertIn("no open positions", output)
        self.assertRegex(output, r"(?s)SELL.*BUY")
        self.assert_flat()
        self.assertRegex(self.paste(bot), r"^bought at \S+\nsold at \S+\n$")
        self.assert_flat()

    def test_the_commands_between_the_blocks_of_the_readme(self):
        text = (ROOT / "README.md").read_text()
        reset, = re.findall(r"`(build/release/bin/botctl reset [^`]+)`", text)
        self.paste(f"{reset} --yes")
        option, = re.findall(r"`\./run (--set [^`]+)`", text)
        self.assertEqual(option.split()[1], "risk.losses_in_a_row_max=3")
        other, _ = self.start(self.place / "other", *option.split())
        stop(other)

    # @spec:R3-IDEM-05
    def test_the_request_of_the_specification_works_word_for_word(self):
        token = (self.data / "operator.token").read_text().strip()
        request = ("curl -s -X POST http://127.0.0.1:8080/api/trading/execute "
                   f"-H 'Authorization: Bearer {token}' -H 'X-Idempotency-Key: first' "
                   "-H 'Content-Type: application/json' "
                   """-d '{"symbol":"BTCUSDT","side":"BUY","quantity":0.1}'""")
        filled, = responses_in(self.paste(request))
        self.assertEqual((filled["status"], filled["executed_quantity"]), ("FILLED", "0.1"))
        again, = responses_in(self.paste(request))
        self.assertEqual(again, filled)

    def test_the_first_bot_is_short_and_needs_the_standard_library_only(self):
        tree = ast.parse(BOT.read_text())
        self.assertIsNotNone(ast.get_docstring(tree))
        code = [line for line in BOT.read_text().split('"""')[2].splitlines()
                if line.strip() and not line.strip().startswith("#")]
        self.assertLessEqual(len(code), 20)
        used = {alias.name.split(".")[0] for node in ast.walk(tree)
                if isinstance(node, ast.Import) for alias in node.names}
        self.assertTrue(used)
        self.assertLessEqual(used, set(sys.stdlib_module_names))

    def test_the_first_bot_trades_once_with_a_stop_and_prints_a_refusal(self):
        command = [sys.executable, BOT, self.address, self.data]
        done = subprocess.run(command, text=True, capture_output=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        sold, bought = self.read("/api/trading/history")["trades"]
        self.assertEqual((bought["side"], sold["side"]), ("BUY", "SELL"))
        self.assertEqual([line.rsplit(" ", 1)[1] for line in done.stdout.splitlines()],
                         [bought["price"], sold["price"]])
        orders = self.read("/api/trading/orders?status=all")["orders"]
        stops = [order for order in orders if order["role"] == "STOP_LOSS"]
        self.assertEqual(len(stops), 1)
        self.assertLess(decimal.Decimal(stops[0]["stop_price"]), decimal.Decimal(bought["price"]))
        self.assert_flat()
        self.run_botctl(self.data, "freeze", "futures", "--reason", "a test", "--url",
                        f"http://{self.address}")
        done = subprocess.run(command, text=True, capture_output=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("frozen", done.stderr)
        self.assertNotIn("Traceback", done.stderr)

    def test_every_request_of_the_page_about_the_api(self):
        helper, *requests = blocks_of("docs/api/README.md")
        self.assertIn("call()", helper)
        responses = [responses_in(self.paste(helper + request)) for request in requests]
        self.assertEqual(sum(request.count("call ") for request in requests),
                         sum(len(each) for each in responses), "Each request has a response.")
        attached, own, trailing, spot, ends, pages = responses
        entry, page = attached
        self.assertEqual(entry["status"], "FILLED")
        self.assertEqual({(each["role"], each["type"], each["stop_price"], each["parent"])
                          for each in page["orders"]},
                         {("STOP_LOSS", "STOP_MARKET", "58000", entry["number"]),
                          ("TAKE_PROFIT", "TAKE_PROFIT_MARKET", "63000", entry["number"])})
        self.assertEqual([(each["type"], each["status"]) for each in own],
                         [(name, "NEW") for name in ("STOP_MARKET", "STOP", "TAKE_PROFIT_MARKET",
                                                     "TAKE_PROFIT")])
        entry, trails = trailing
        self.assertEqual(entry["status"], "FILLED")
        self.assertEqual(len(trails), 1)
        bought, waiting = spot
        self.assertEqual((bought["status"], waiting["status"]), ("FILLED", "NEW"))
        canceled, flat = ends
        self.assertEqual(canceled["cancels"], [waiting["order_id"]])
        self.assertEqual(len(flat["exits"]), 1)
        self.assert_flat()
        first, second = pages
        minutes = [candle["open_time"] for candle in first["candles"] + second["candles"]]
        self.assertEqual(len(set(minutes)), 1_440, "each minute of the day once")
        self.assertEqual((first["next_since"] is None, second["next_since"]), (False, None))
        self.wait_for(lambda: "the end of the spot stop", lambda: not self.open_orders("spot"))

    def test_what_the_page_about_the_api_says_is_refused(self):
        helper = blocks_of("docs/api/README.md")[0]
        for account, body, code in (
                ("futures", '"side":"BUY","stop_loss":"45000"', "STOP_TOO_FAR"),
                ("futures", '"side":"BUY","stop_loss":"70000"', "STOP_ON_WRONG_SIDE"),
                ("futures", '"side":"SELL","type":"STOP_MARKET","stop_price":"70000"',
                 "STOP_WOULD_TRIGGER"),
                ("futures", '"side":"BUY","type":"STOP_MARKET"', "MISSING_FIELD"),
                ("futures", '"side":"BUY","trailing":{"activation":"0.02","distance":"0.015"}',
                 "MISSING_FIELD"),
                ("futures", '"side":"BUY","stop_loss":"58500",'
                 '"trailing":{"activation":"0.01","distance":"0.02"}', "INVALID_FIELD"),
                ("spot", '"side":"BUY","stop_loss":"58000"', "NOT_SUPPORTED_ON_MARKET"),
                ("spot", '"side":"BUY","reduce_only":true', "REDUCE_ONLY_REFUSED")):
            with self.subTest(body):
                url = f"http://{ADDRESS}/api/accounts/{account}/orders"
                fields = f'"symbol":"BTCUSDT","quantity":"0.01",{body}'
                output = self.paste(helper + f"call -X POST {url} -d '{{{fields}}}' || true")
                self.assertEqual(json.loads(output)["error"]["code"], code)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
