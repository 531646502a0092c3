"""Parts outside that the daemon talks to: real ones, and one that misbehaves when it is told to."""
import http.server
import signal
import socket
import subprocess
import threading
import time

from world.daemon import free_port


class AnalysisPeer:
    """Answers GET /health as the analysis service does, unless `mode` is slow, hung or down."""

    def __init__(self, stage):
        self.mode = "up"
        peer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if peer.mode == "down":
                    # The connection ends without a word.
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
                pass  # Whoever asked has gone: that is the point.

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        stage.later(self.server.shutdown)


class RedisServer:
    """The real one, in memory only."""

    def __init__(self, stage):
        self.stage, self.port, self.process = stage, free_port(), None
        stage.later(self.kill)
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no"], cwd=self.stage.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.stage.eventually(10, self.answers, "redis answers")

    def answers(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as one:
            one.sendall(b"PING\r\n")
            return one.recv(16).startswith(b"+PONG")

    def hang(self):
        self.process.send_signal(signal.SIGSTOP)

    def kill(self):
        self.process.kill()
        self.process.wait()
