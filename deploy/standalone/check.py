"""What deploy/standalone/run asks of the cluster and of what it left.

  check.py ports                       two free ports
  check.py workers WEB_PORT COUNT      exit 0 if exactly so many workers are alive
  check.py evaluations A B             the same numbers, but for the seconds
  check.py events FOLDER               an executor was lost in the calibration, and its tasks ran again
"""
import collections, json, pathlib, socket, sys, urllib.error, urllib.request


def ports():
    sockets = [socket.socket() for _ in range(2)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    print(*(s.getsockname()[1] for s in sockets))


def workers(web, count):
    try:
        state = json.load(urllib.request.urlopen(f"http://127.0.0.1:{web}/json/", timeout=5))
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        sys.exit(1)
    sys.exit(0 if state["aliveworkers"] == int(count) else 1)


def evaluations(*files):
    a, b = (json.loads(pathlib.Path(file).read_text()) for file in files)
    for report in (a, b):
        del report["seconds"], report["model"]
    if a != b:
        sys.exit(f"{files[0]} and {files[1]} differ in {sorted(k for k in a.keys() | b.keys() if a.get(k) != b.get(k))}")
    print(f"the same evaluation: perplexity {a['perplexity']:.4f}, divergence {a['reference']['divergence_mean']:.5f}")


def events(folder):
    for file in sorted(pathlib.Path(folder).iterdir()):
        log = [json.loads(line) for line in file.read_text().splitlines()]
        name = next(e["App Name"] for e in log if e["Event"] == "SparkListenerApplicationStart")
        kinds = collections.Counter(e["Event"].removeprefix("SparkListener") for e in log)
        ended = collections.Counter(e["Task End Reason"]["Reason"] for e in log if e["Event"] == "SparkListenerTaskEnd")
        executors = {e["Task Info"]["Executor ID"] for e in log if e["Event"] == "SparkListenerTaskEnd"}
        print(f"{name}: {dict(ended)}, executors {sorted(executors)}, {kinds['ExecutorRemoved']} lost")
        if "calibrate" in name and (kinds["ExecutorRemoved"] < 1 or ended["ExecutorLostFailure"] < 1):
            sys.exit("no executor with a task at work was lost in the calibration: it was too fast to be killed half-way")


if __name__ == "__main__":
    {"ports": ports, "workers": workers, "evaluations": evaluations, "events": events}[sys.argv[1]](*sys.argv[2:])
