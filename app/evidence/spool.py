"""An encrypted temporary file for uploads while they come in.

Uploaded files are written to disk before they are inspected, and no retention rule covers a temporary folder. So the
content is encrypted with a key that only this object holds and that is lost with it.
"""

from __future__ import annotations

import io
import os
import tempfile
from typing import TYPE_CHECKING, BinaryIO

from app.sealing import Keystream

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_PIECE = 64 * 1024


class SealedSpool(io.RawIOBase, BinaryIO):
    """A temporary file that is written once, front to end, and read anywhere. Gone when closed.

    There is no `fileno`, on purpose: a library that asks for it would write past the encryption.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed with this one; has no name
        self._keystream = Keystream()
        self._position = self._size = 0

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, content: ReadableBuffer) -> int:
        """Append. Nothing is overwritten: two texts encrypted with the same keystream would reveal each other."""
        if self._position != self._size:
            raise io.UnsupportedOperation("a spool is written once, front to end")
        plain = memoryview(content).cast("B")
        for start in range(0, len(plain), _PIECE):
            hidden = memoryview(self._keystream.applied(self._size, plain[start : start + _PIECE]))
            while hidden:  # the system may take less than it is given
                taken = os.pwrite(self._file.fileno(), hidden, self._size)
                hidden = hidden[taken:]
                self._position = self._size = self._size + taken
        return len(plain)

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the buffer. Fewer bytes are returned only at the end of the content."""
        target = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(target):
            hidden = os.pread(self._file.fileno(), min(len(target) - filled, _PIECE), self._position)
            if not hidden:
                break
            target[filled : filled + len(hidden)] = self._keystream.applied(self._position, hidden)
            filled += len(hidden)
            self._position += len(hidden)
        return filled

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As BytesIO does it: a negative place is an error, so many bytes before the end stop at the beginning."""
        if whence == io.SEEK_SET and offset < 0:
            raise ValueError("before the beginning")
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()
