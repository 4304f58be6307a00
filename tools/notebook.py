"""Executes a notebook from top to bottom; any error of any step is this program's. Run by tools/notebook.

  notebook.py NOTEBOOK EXECUTED
"""
import pathlib, sys
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

source, target = map(pathlib.Path, sys.argv[1:])
notebook = nbformat.read(source, as_version=4)
nbformat.validate(notebook)
client = NotebookClient(notebook, timeout=170, kernel_name="python3", resources={"metadata": {"path": str(source.parent)}})
try:
    client.execute()
except CellExecutionError as error:
    sys.exit(f"{source.name} failed:\n{error}")
finally:
    nbformat.write(notebook, target)
steps = [cell for cell in notebook.cells if cell.cell_type == "code"]
print(f"{source.name}: {len(steps)} steps ran, none failed; with its output: {target}")
