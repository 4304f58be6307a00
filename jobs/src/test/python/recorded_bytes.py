"""Records what a build of Foresight writes for the demo model, so that later builds can be held to the same bytes.

usage: recorded_bytes.py BIN_FORESIGHT OUT.json     (standard library only)

Run with the build whose bytes are to be kept; RecordedBytesTest repeats the same commands. Kernels differ between kinds of
CPU in the last bits, so the kind that was recorded on is kept beside the hashes, and losses for all others.
"""
import hashlib, json, pathlib, subprocess, sys, tempfile

foresight = pathlib.Path(sys.argv[1]).resolve()
datasets = foresight.parent.parent / "datasets"
model = datasets / "models/foresight-tiny"


def run(*words):
    subprocess.run([str(foresight), *map(str, words), "--master", "local[2]"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def hashes(folder, *suffixes):
    return {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(folder.rglob("*")) if f.name.endswith(suffixes)}


with tempfile.TemporaryDirectory() as work:
    work = pathlib.Path(work)
    store = work / "sketches"
    run("calibrate", "--model", model, "--corpus", f"{datasets}/corpus/{{code,legal}}.jsonl", "--sketches", store,
        "--sequence-length", 64, "--sequences-per-shard", 6, "--slice", 4, "--rows", 64)
    recorded = {"store": hashes(store, ".parquet"), "losses": {}, "folders": {}}
    for method in ("rtn", "awq", "faq"):
        out = work / method
        run("quantize", "--model", model, "--sketches", store, "--method", method, "--bits", 3, "--group", 64, "--out", out)
        recorded["folders"][method] = hashes(out, ".safetensors", "index.json")
        recorded["losses"][method] = json.loads((out / "report.json").read_text())["result"].get("loss_final")
    commits = [json.loads(f.read_text()) for f in (store / "commits").iterdir()]
    recorded["cpus"] = sorted({cpu for commit in commits for cpu in commit["cpus"]})
pathlib.Path(sys.argv[2]).write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n")
