"""Python values over a socket between two processes of ours: length, then pickle."""

import asyncio
import pickle
import socket
import struct
from collections.abc import AsyncIterator
from typing import Any

_LENGTH = struct.Struct("!I")


class Framed:
    """One end of the line. The other end is our own parent or child: what comes from there is trusted."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def over(cls, connected: socket.socket) -> "Framed":
        """The end that this socket is."""
        return cls(*await asyncio.open_connection(sock=connected))

    async def send(self, value: object) -> None:
        """Hand over; does nothing once the other end is gone (whoever reads notices)."""
        if self._writer.is_closing():
            return
        packed = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
        self._writer.write(_LENGTH.pack(len(packed)) + packed)
        try:
            await self._writer.drain()
        except ConnectionError:
            return

    async def received(self) -> AsyncIterator[Any]:
        """Value by value, until the other end is gone."""
        while True:
            try:
                (length,) = _LENGTH.unpack(await self._reader.readexactly(_LENGTH.size))
                packed = await self._reader.readexactly(length)
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            yield pickle.loads(packed)  # noqa: S301 - our own process's

    def close(self) -> None:
        """Hang up."""
        self._writer.close()
