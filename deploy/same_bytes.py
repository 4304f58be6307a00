"""Two stores or two output folders of Foresight: the same bytes in all that is promised, the same rows in the tables.

  same_bytes.py A B

Times and hosts (run.json) may differ; tables that Spark wrote (foresight/) are compared by their rows.
"""
import hashlib, pathlib, sys
import pyarrow.parquet as pq


def promised(folder):
    """Name -> digest of each file whose bytes are promised."""
    found = {}
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if file.is_file() and not name.startswith(("_temporary/", "foresight/", ".")) \
                and file.name != "run.json" and not file.name.endswith(".crc"):
            found[name] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


def tables(folder):
    """Name -> rows of each table."""
    parts = sorted({part.parent for part in folder.glob("foresight/**/*.parquet")})
    return {part.relative_to(folder).as_posix(): pq.read_table(part).to_pylist() for part in parts}


a, b = map(pathlib.Path, sys.argv[1:])
files, rows = promised(a), tables(a)
if not files:
    sys.exit(f"{a} is empty")
different = sorted(name for name in files.keys() | promised(b).keys() if files.get(name) != promised(b).get(name))
other = tables(b)
different += sorted(name for name in rows.keys() | other.keys() if rows.get(name) != other.get(name))
if different:
    sys.exit(f"{a} and {b} differ in {', '.join(different[:5])} ({len(different)} in all)")
tabular = f", {sum(map(len, rows.values())):,} rows of {len(rows)} tables are equal" if rows else ""
print(f"{len(files)} files have the same bytes{tabular}: {a.name}, {b.name}")
