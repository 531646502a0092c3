"""A client of the event stream: the needed part of WebSocket over a plain socket."""
import base64
import json
import os
import socket
import struct

from world import http

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class StreamClient:
    """Raises OSError when the stream has ended. `code` is that of the server's CLOSE frame."""

    def __init__(self, daemon, since=None, timeout=10.0):
        self.connection = http.Connection(daemon.port, timeout)
        key = base64.b64encode(os.urandom(16)).decode()
        self.connection.send(http.request_bytes("GET", "/ws", daemon.token, headers={
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": key}))
        response = self.connection.receive()
        if response.status != 101:
            raise ConnectionError(f"no stream: {response}")
        self.code = None
        self.responds_to_pings = True
        subscription = {"type": "subscribe", "channels": ["orders", "trades", "positions"]}
        if since is not None:
            subscription |= {"since": since[0], "since_index": since[1]}
        self.send_json(subscription)

    def close(self):
        self.connection.close()

    def send(self, kind, payload):
        mask = os.urandom(4)
        size = len(payload)
        head = bytes([0x80 | kind])
        head += (bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) +
                 struct.pack(">H", size))
        self.connection.send(head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))

    def send_json(self, message):
        self.send(TEXT, json.dumps(message).encode())

    def _take(self, count):
        while len(self.connection.buffer) < count:
            self.connection._fill()
        taken = self.connection.buffer[:count]
        self.connection.buffer = self.connection.buffer[count:]
        return taken

    def frame(self):
        first, second = self._take(2)
        size = second & 0x7F
        if size == 126:
            size = struct.unpack(">H", self._take(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self._take(8))[0]
        return first & 0x0F, self._take(size)

    def message(self):
        """The next message, or None after the CLOSE frame."""
        while True:
            kind, payload = self.frame()
            if kind == TEXT:
                return json.loads(payload)
            if kind == PING and self.responds_to_pings:
                self.send(PONG, payload)
            if kind == CLOSE:
                self.code = struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else 1005
                return None

    def set_timeout(self, seconds):
        self.connection.socket.settimeout(seconds)


class Reader:
    """Reads events; after each break it continues after the last one received."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.positions = []     # (sequence, index) of each event, in order of arrival.
        self.breaks = 0
        self.client = None

    def read_until(self, position, scenario, within=30.0):
        """Reads until an event at `position` or after it has arrived."""
        def step():
            try:
                if self.client is None:
                    since = self.positions[-1] if self.positions else (0, 0)
                    self.client = StreamClient(self.daemon, since if self.positions else None, 2.0)
                    if not self.positions:
                        self.positions.append(since)
                message = self.client.message()
                if message is None:
                    raise ConnectionError("closed")
                if message.get("type") == "event" and message.get("sequence") is not None:
                    self.positions.append((message["sequence"], message["index"]))
            except (TimeoutError, socket.timeout):
                pass
            except OSError:
                self.breaks += 1
                self.client = None
            return self.positions and self.positions[-1][0] >= position
        return scenario.eventually(within, step, f"the events up to {position}")
