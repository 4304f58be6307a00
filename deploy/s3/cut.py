"""A way to an S3 server on which uploads are cut off: forwards all bytes, but resets the connection in the middle of a
request that matches, so many times; then it lets everything by. Prints the port it listens on, then a line a cut."""
import argparse
import asyncio
import re
import socket
import struct

CUT_AFTER = 60_000  # bytes of the request: more than its head, fewer than the body of a block


class Cutter:
    def __init__(self, port, pattern, times):
        self.port, self.pattern, self.times = port, re.compile(pattern.encode()), times

    async def serve(self, reader, writer):
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.port)
        back = asyncio.create_task(self.forward(server_reader, writer))
        try:
            await self.forward_requests(reader, server_writer, writer)
        finally:
            back.cancel()
            for end in (server_writer, writer):
                end.close()

    async def forward(self, reader, writer):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()

    async def forward_requests(self, reader, server_writer, writer):
        seen = None
        while data := await reader.read(1 << 16):
            if self.times > 0 and seen is None and (match := self.pattern.search(data)):
                seen, name = 0, match.group().decode()
            if seen is not None:
                seen += len(data)
            server_writer.write(data)
            await server_writer.drain()
            if seen is not None and seen > CUT_AFTER:
                self.times -= 1
                print(f"cut {name} after {seen} bytes", flush=True)
                for end in (server_writer, writer):
                    reset(end)
                return


def reset(writer):
    """Closes without a goodbye, as a cable that is pulled."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int, help="of the server")
    parser.add_argument("pattern", help="of the request line")
    parser.add_argument("times", type=int)
    arguments = parser.parse_args()
    cutter = Cutter(arguments.port, arguments.pattern, arguments.times)
    server = await asyncio.start_server(cutter.serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
