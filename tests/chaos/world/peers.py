"""Services that the daemon uses: real ones, and ones with faults on demand."""
import http.server
import json
import os
import signal
import socket
import subprocess
import threading
import time

from world.daemon import free_port


class AnalysisPeer:
    """Responds to GET /health as the analysis service does, unless `mode` is slow, hung or down."""

    def __init__(self, scenario):
        self.mode = "up"
        peer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if peer.mode == "down":
                    # The connection ends without a response.
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                if peer.mode == "hung":
                    time.sleep(60)
                if peer.mode == "slow":
                    time.sleep(1)
                body = b'{"status":"healthy"}'
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                pass  # The client has closed its connection, which is expected.

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        scenario.add_cleanup(self.server.shutdown)


class RedisServer:
    """A real Redis server, in memory only."""

    def __init__(self, scenario):
        self.scenario, self.port, self.process = scenario, free_port(), None
        scenario.add_cleanup(self.kill)
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no"], cwd=self.scenario.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.scenario.eventually(10, self.is_responding, "redis responds")

    def is_responding(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as one:
            one.sendall(b"PING\r\n")
            return one.recv(16).startswith(b"+PONG")

    def hang(self):
        self.process.send_signal(signal.SIGSTOP)

    def kill(self):
        self.process.kill()
        self.process.wait()


class MarketFeed:
    """A market that is written while it is read: a recording that is a pipe, one change of the book
    every 20 ms. It can fall silent; later it sends the book of that time."""

    EVERY = 0.02
    # So large that the buffers up to the reader hold only about a second of market.
    LINE_BYTES = 8192

    def __init__(self, scenario):
        self.path = scenario.folder / "usdm-btcusdt-live.raw"
        os.mkfifo(self.path)
        self.lines, self.active, self.ended = 0, threading.Event(), threading.Event()
        self.active.set()
        self.config = {"market.source": "recorded", "market.files": self.path, "market.speed": 1}
        scenario.add_cleanup(self.end)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def silence(self):
        self.active.clear()

    def resume(self):
        self.active.set()

    def end(self):
        self.ended.set()
        self.active.set()

    def run(self):
        with open(self.path, "wb", buffering=0) as pipe:  # Waits for its reader.
            began, at, update = time.monotonic(), 0.0, 1000
            try:
                self.begin(pipe, at, update)
                while not self.ended.is_set():
                    if not self.active.is_set():
                        self.active.wait()
                        at, update = max(at, time.monotonic() - began), update + 5000
                        self.begin(pipe, at, update)
                    at, update = at + self.EVERY, update + 1
                    pipe.write(self.change(at, update))
                    self.lines += 1
            except BrokenPipeError:
                pass  # The reader has ended.

    def begin(self, pipe, at, update):
        """As on a new connection: a change comes before the snapshot that it belongs to."""
        pipe.write(self.change(at, update))
        pipe.write(self.snapshot(at, update))

    def line(self, at, message):
        stamp = 1_700_000_000_000_000_000 + int(at * 1e9)
        text = json.dumps(message)
        return f"{stamp} {text[:-1].ljust(self.LINE_BYTES)}}}\n".encode()

    def snapshot(self, at, update):
        bids = [[f"{60000 - step}.0", "50"] for step in range(20)]
        asks = [[f"{60001 + step}.0", "50"] for step in range(20)]
        return self.line(at, {"lastUpdateId": update, "bids": bids, "asks": asks})

    def change(self, at, update):
        return self.line(at, {
            "e": "depthUpdate", "s": "BTCUSDT", "U": update, "u": update, "pu": update - 1,
            "b": [["60000.0", str(40 + update % 20)]], "a": []})
