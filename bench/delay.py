"""`python -m bench.delay PORT HOST HOST_PORT MILLISECONDS`: a line to a server whose answers take their time.

What the caller sends is passed on so many milliseconds later, and what comes back at once: as a standby's word that a
commit is on its disk, over a longer line. A kernel without netem has nothing of the kind.
"""

from __future__ import annotations

import asyncio
import sys

_PIECE = 65536


async def _serve(port: int, host: str, host_port: int, seconds: float) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, host_port)
        await asyncio.gather(_pass_on(reader, back, seconds), _pass_on(there, writer, 0.0))

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    while piece := await reader.read(_PIECE):
        if seconds:
            loop.call_later(seconds, writer.write, piece)  # in order: all are late by the same
        else:
            writer.write(piece)
    writer.close()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]) / 1000))
