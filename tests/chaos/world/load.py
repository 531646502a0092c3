"""Clients that place orders and, after a lost response, repeat the request with the same key."""
import threading
import time

from world import http
from world.daemon import ACCOUNT, market_order


class Load:
    """`threads` clients that place orders until `stop`. Stores what was acknowledged."""

    def __init__(self, daemon, threads=4, prefix="load"):
        self.daemon = daemon
        self.prefix = prefix
        self.acknowledged = {}  # Body by key.
        self.acknowledged_at = {}
        self.other = {}         # Status by key, of every other final response.
        self.unanswered = {}    # The last result, of keys without a final response in a minute.
        self.lost = 0           # Tries that ended without a response.
        self.lock = threading.Lock()
        self.ended = threading.Event()
        self.abandoned = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(number,), daemon=True)
                        for number in range(threads)]

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def stop(self, within=60.0):
        self.ended.set()
        for thread in self.threads:
            thread.join(within)

    def abandon(self):
        """The daemon does not start again: ends without waiting for responses."""
        self.abandoned.set()
        self.stop()

    def count(self):
        return len(self.acknowledged)

    def run(self, number):
        connection, made = None, 0
        while not self.ended.is_set():
            key = f"{self.prefix}-{number}-{made}"
            body = market_order("BUY" if made % 2 == 0 else "SELL")
            made += 1
            connection = self.place(connection, key, body)

    def place(self, connection, key, body):
        """Repeats the request until a response is final."""
        until, last = time.monotonic() + 60, None
        while time.monotonic() < until and not self.abandoned.is_set():
            try:
                connection = connection or http.Connection(self.daemon.port, timeout=10)
                response = connection.call("POST", f"{ACCOUNT}/orders", self.daemon.token, body,
                                           {"Idempotency-Key": key})
                last = response
                if response.headers.get("connection") == "close":
                    connection.close()
                    connection = None
                # A stored reply is final for its key, whatever its status.
                if response.replayed or (response.status < 500 and response.status != 429):
                    with self.lock:
                        if response.status == 200:
                            self.acknowledged[key] = response.body
                            self.acknowledged_at[key] = time.monotonic()
                        else:
                            self.other[key] = response.status
                    return connection
            except OSError as error:
                last = error
                with self.lock:
                    self.lost += 1
                connection = None
            time.sleep(0.02)
        with self.lock:
            self.unanswered[key] = repr(last)
        return None


def replay(daemon, acknowledged):
    """Repeats each acknowledged request with its key; returns the keys with another response."""
    wrong = []
    with http.Connection(daemon.port) as connection:
        for key, body in acknowledged.items():
            made = int(key.rsplit("-", 1)[1])
            response = connection.call(
                "POST", f"{ACCOUNT}/orders", daemon.token,
                market_order("BUY" if made % 2 == 0 else "SELL"), {"Idempotency-Key": key})
            if response.body != body or not response.replayed:
                wrong.append((key, repr(response)))
    return wrong
