"""Parquet is read from files and without reading ahead: a thread of Arrow that still holds Python's memory while
the interpreter ends aborts the process."""

from __future__ import annotations

import ast
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import bluelamp
from bluelamp.storage.parquet import read_parquet

_SOURCE = Path(bluelamp.__file__).parent
# They read ahead, or start threads of their own, whatever they are told.
_NEVER = {"read_table", "ParquetDataset", "read_pandas", "parquet_dataset"}


def _calls() -> list[tuple[Path, ast.Call, str]]:
    found = []
    for path in sorted(_SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, (ast.Attribute, ast.Name)):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                found.append((path, node, name))
    return found


def test_no_code_reads_parquet_ahead() -> None:
    calls = _calls()
    assert [(path.name, node.lineno) for path, node, name in calls if name in _NEVER] == []
    opened = [(path, node) for path, node, name in calls if name == "ParquetFile"]
    assert opened, "the reading of the lake is found"
    for path, node in opened:
        given = {word.arg: ast.unparse(word.value) for word in node.keywords}
        assert given.get("pre_buffer") == "False", f"{path.name}, line {node.lineno}"
        source = ast.unparse(node.args[0])
        assert not any(word in source for word in ("BytesIO", "BufferReader", "open(", "stream")), source
    imports = [path.name for path in _SOURCE.rglob("*.py") if "pyarrow.dataset" in path.read_text(encoding="utf-8")]
    assert imports == [], "its scanners read ahead too"


def test_a_file_is_read_whole_or_by_columns_whatever_its_folder_is_called(tmp_path: Path) -> None:
    folder = tmp_path / "a=b"
    folder.mkdir()
    table = pa.table({"one": [1, 2], "two": ["x", None]})
    pq.write_table(table, folder / "t.parquet")
    assert read_parquet(folder / "t.parquet") == table
    assert read_parquet(folder / "t.parquet", ["two"]).column_names == ["two"]
    (folder / "t.parquet").write_bytes(b"not one")
    with pytest.raises(pa.ArrowInvalid):
        read_parquet(folder / "t.parquet")
    with pytest.raises(FileNotFoundError):
        read_parquet(folder / "none.parquet")
