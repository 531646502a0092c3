"""A proxy before a service, with delay, jitter, cut or half-open connections."""
import asyncio
import contextlib
import random
import socket
import threading


class Proxy:
    """Forwards bytes `delay` seconds late, plus or minus `jitter`, and counts them.
    `drops_bytes`: connections stay open and carry nothing."""

    def __init__(self, scenario, target_port, host="127.0.0.1"):
        self.target_port = target_port
        self.delay, self.jitter, self.drops_bytes = 0.0, 0.0, False
        self.delayed_bytes = self.lost_bytes = self.cut_connections = 0
        self.random = random.Random(scenario.seed)
        self.writers = set()
        client = socket.create_server((host, 0), backlog=128)
        self.port = client.getsockname()[1]
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(client, started), daemon=True)
        self.thread.start()
        started.wait()
        scenario.add_cleanup(self.end)

    def run(self, client, started):
        self.loop.run_until_complete(asyncio.start_server(self.serve, sock=client))
        started.set()
        self.loop.run_forever()

    def end(self):
        asyncio.run_coroutine_threadsafe(self.shut_down(), self.loop)
        self.thread.join(5)

    async def shut_down(self):
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.loop.stop()

    def cut(self):
        """Ends every connection at once; returns how many there were."""
        count = asyncio.run_coroutine_threadsafe(self.cut_all(), self.loop).result(5)
        self.cut_connections += count
        return count

    async def cut_all(self):
        writers = list(self.writers)
        for writer in writers:
            writer.transport.abort()
        return len(writers)

    async def serve(self, reader, writer):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            target_writer, target_reader = None, None
            self.writers.add(writer)
            try:
                target_reader, target_writer = await asyncio.open_connection("127.0.0.1",
                                                                             self.target_port)
                await asyncio.gather(self.pump(reader, target_writer),
                                     self.pump(target_reader, writer))
            finally:
                self.writers.discard(writer)
                for one in (writer, target_writer):
                    if one is not None:
                        one.close()

    async def pump(self, reader, writer):
        while data := await reader.read(65536):
            if self.drops_bytes:
                self.lost_bytes += len(data)
                continue
            if self.delay > 0:
                low = max(0.0, self.delay - self.jitter)
                await asyncio.sleep(self.random.uniform(low, self.delay + self.jitter))
                self.delayed_bytes += len(data)
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()
