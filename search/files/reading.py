"""Reads the text of one file. Run as a program of its own: the file comes at standard input, the answer as JSON.

A hostile file can do no more here than end the program: it takes its limits before it looks at the file, holds no
connection and no secret, and knows neither Django nor the rest of the platform.
"""

import json
import re
import resource
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

MOST_CHARACTERS = 100_000  # of one file; what follows is left out
MOST_PAGES = 300
MOST_LINES = 100_000  # of a file that knows no pages
MOST_UNPACKED = 200 * 1024**2  # bytes of an office file
SECONDS = 30  # of the processor
MEMORY = 1024**3  # bytes of addresses
_ANSWER = 16 * 1024**2  # bytes

_OFFICE = "application/vnd.openxmlformats-officedocument"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SIGN = "[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
_TORN = re.compile(rf"(?<={_SIGN})[ \t]*\n?[ \t]*(?={_SIGN})")


class Unreadable(Exception):  # noqa: N818 - says what it is
    """The file gives no text; its words are a `search.models.FileText.Reason`."""


def _pdf(file: BinaryIO) -> Iterator[str]:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError

    try:
        reader = PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("encrypted")
        for page in reader.pages:
            # A line ends in the middle of a word, and some programs set signs apart.
            yield _TORN.sub("", page.extract_text())
    except (DependencyError, FileNotDecryptedError) as error:
        raise Unreadable("encrypted") from error


def _docx(file: BinaryIO) -> Iterator[str]:
    from docx import Document

    body = Document(_unpacked(file)).element.body
    for double in list(body.iter(_FALLBACK)):  # what older programs show in place of a text box
        double.getparent().remove(double)
    line: list[str] = []
    for element in body.iter(f"{_WORD}p", f"{_WORD}t", f"{_WORD}tab"):
        if element.tag == f"{_WORD}p":
            yield "".join(line)
            line = []
        else:
            line.append(element.text or "" if element.tag == f"{_WORD}t" else " ")
    yield "".join(line)


def _xlsx(file: BinaryIO) -> Iterator[str]:
    from openpyxl import load_workbook

    book = load_workbook(_unpacked(file), read_only=True, data_only=True)
    for sheet in book.worksheets:
        title = sheet.title
        for row in sheet.iter_rows(values_only=True):
            line = " ".join(str(value) for value in row if value is not None)
            if line and title:
                line, title = f"{title}\n{line}", ""
            yield line


def _txt(file: BinaryIO) -> Iterator[str]:
    content = file.read()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            yield content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return
    raise Unreadable("broken")


@dataclass(frozen=True)
class Kind:
    """How a kind of file is read, piece by piece, and how many pieces at most."""

    pieces: Callable[[BinaryIO], Iterator[str]]
    most: int = MOST_LINES


READABLE = {
    "application/pdf": Kind(_pdf, MOST_PAGES),
    f"{_OFFICE}.wordprocessingml.document": Kind(_docx),
    f"{_OFFICE}.spreadsheetml.sheet": Kind(_xlsx),
    "text/plain": Kind(_txt),
}


def _unpacked(file: BinaryIO) -> BinaryIO:
    """Return an office file as it is, when what it would become is of a decent size."""
    if file.read(4) == bytes.fromhex("d0cf11e0"):  # a compound file around it: Office's way to lock one
        raise Unreadable("encrypted")
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
            raise Unreadable("unpacks")
    file.seek(0)
    return file


def _limited(pieces: Iterable[str], most: int) -> tuple[str, bool]:
    """Return the pieces as lines, and whether something was left out."""
    kept: list[str] = []
    room = MOST_CHARACTERS
    for number, piece in enumerate(pieces):
        words = piece.strip()
        if len(words) > room or number == most:
            return "\n".join([*kept, words[:room] if number < most else ""]).strip(), True
        if words:
            kept.append(words)
            room -= len(words) + 1
    return "\n".join(kept), False


def read(media_type: str, file: BinaryIO) -> tuple[str, bool]:
    """Return the text of a file, and whether its end was left out.

    Raises:
        Unreadable: it has none, or cannot be read; its words say why.
    """
    kind = READABLE.get(media_type)
    if kind is None:
        raise Unreadable("kind")
    try:
        words, is_cut = _limited(kind.pieces(file), kind.most)
    except (Unreadable, MemoryError):
        raise
    except Exception as error:  # whatever a library says of a broken file, it is broken
        raise Unreadable("broken") from error
    if not any(character.isalnum() for character in words):
        raise Unreadable("no_text")
    return words, is_cut


def main() -> None:
    """Take the limits, read, answer."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_ANSWER, _ANSWER))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        words, is_cut = read(sys.argv[1], sys.stdin.buffer)
        answer = {"text": words, "is_cut": is_cut}
    except Unreadable as reason:
        answer = {"reason": str(reason)}
    except MemoryError:
        answer = {"reason": "memory"}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
