"""Runs exported blocks by Python's onnxruntime on the example beside them.

  python check.py FOLDER FP32|INT8       (onnxruntime, numpy, safetensors)

Fails where a block's output is not within 1e-6 (relative RMS) of what Foresight computed.
"""
import glob, os, sys
import numpy as np
import onnxruntime as ort
from safetensors.numpy import load_file

folder, precision = sys.argv[1:]
example = load_file(os.path.join(folder, "example.safetensors"))
options = ort.SessionOptions()
options.intra_op_num_threads = 1
if precision == "FP32":  # as Foresight runs them; without it the last bits differ
    options.add_session_config_entry("session.disable_prepacking", "1")
worst, same, files = 0.0, 0, sorted(glob.glob(os.path.join(folder, "block-*.onnx")))
for block, file in enumerate(files):
    session = ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    inputs = {i.name: example[f"hidden.{block}" if i.name == "hidden" else i.name] for i in session.get_inputs()}
    found = session.run(["next"], inputs)[0].astype(np.float64)
    wanted = example[f"hidden.{block + 1}"].astype(np.float64)
    error = float(np.sqrt(np.square(found - wanted).sum() / np.square(wanted).sum()))
    worst, same = max(worst, error), same + bool(np.array_equal(found, wanted))
    if error > 1e-6:
        sys.exit(f"{file}: relative RMS {error:.2e}")
print(f"onnxruntime {ort.__version__} (Python): {len(files)} blocks, {same} bit for bit, worst relative RMS {worst:.1e}")
