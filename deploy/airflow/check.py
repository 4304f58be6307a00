"""What deploy/airflow/run asserts after each run of a DAG.

  check.py corpus DATASETS CORPUS    makes three days of text: two of code, then one of many languages
  check.py RUN OUT                   checks what the run of that name wrote
"""
import hashlib, json, pathlib, re, sys

DAYS = {"2026-11-01": ("code", 0, 2), "2026-11-02": ("code", 1, 2), "2026-11-03": ("multilingual", 0, 1)}


def make_corpus(datasets, corpus):
    for day, (domain, first, step) in DAYS.items():
        folder = pathlib.Path(corpus, f"day={day}")
        folder.mkdir(parents=True)
        lines = pathlib.Path(datasets, f"{domain}.jsonl").read_text().splitlines(keepends=True)
        (folder / "text.jsonl").write_text("".join(lines[first::step]))


def require(fact, message):
    if not fact:
        sys.exit(f"airflow: {name}: {message}")


def said():
    """The log of the run, and the tasks that called spark-submit in it."""
    log = (out / "logs" / f"{name}.log").read_text()
    return log, set(re.findall(r"spark-submit .*?--name foresight_\w+\.(\w+)", log))


def digest(folder):
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != "run.json"
                   and "foresight" not in file.relative_to(folder).parts and not file.name.endswith(".crc"))
    return hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)).hexdigest()


def load(file):
    return json.loads((out / file).read_text())


def remember(**facts):
    (out / "facts.json").write_text(json.dumps(facts))


def quantize():
    require((out / "once/model/_SUCCESS").exists(), "no model was written")
    require(load("once/model/report.json")["grid"]["bits"] == 3, "the form's bits did not arrive")
    divergence = load("once/model-evaluation.json")["reference"]["divergence_mean"]
    require(0 < divergence < 10, f"divergence {divergence}")
    print(f"airflow: quantize: a model of 3 bits, divergence {divergence:.5f}, passed the gate")


def gate():
    require("beyond 1e-06" in log, "the gate said nothing")
    require("up_for_retry" not in log.lower(), "a missed gate was tried again")
    print("airflow: gate: the same model misses a limit of 0.000001, and the run fails without a retry")


def bounds():
    require(not submitted, f"Spark was started: {submitted}")
    require("bits" in log, "the form did not name the parameter")
    print("airflow: bounds: 9 bits are refused before Spark starts")


def first():
    require(submitted == {"calibrate", "quantize", "evaluate"}, f"it submitted {sorted(submitted)}")
    require(load("daily/models/current.json")["day"] == "2026-11-01", "the first model is not in use")
    print(f"airflow: first: {sorted(submitted)}; the model of the first day is in use")


def drift_of(day):
    pair, = load(f"daily/models/drift-{day}.json")["pairs"]
    return max(value["mean"]["importance"] for key, value in pair.items() if isinstance(value, dict))


def quiet():
    require(submitted == {"calibrate", "compare"}, f"it submitted {sorted(submitted)}")
    require(load("daily/models/current.json")["day"] == "2026-11-01", "another model is in use")
    require(sorted(load("daily/sketches/report.json")["shards"]) == ["2026-11-01", "2026-11-02"], "shards")
    print(f"airflow: quiet: more code drifts by {drift_of('2026-11-02'):.4f}; the model of the first day stays in use")


def drift():
    require(submitted == {"calibrate", "compare", "quantize", "evaluate"}, f"it submitted {sorted(submitted)}")
    require(load("daily/models/current.json")["day"] == "2026-11-03", "the new model is not in use")
    days = sorted(load("daily/models/2026-11-03/report.json")["calibration"]["shards"])
    require(days == sorted(DAYS), f"days {days} count")
    remember(store=digest(out / "daily/sketches"), models=digest(out / "daily/models"))
    print(f"airflow: drift: other languages drift by {drift_of('2026-11-03'):.4f}; a model of {len(days)} days is in use")


def again():
    before = load("facts.json")
    require(digest(out / "daily/sketches") == before["store"], "the store changed")
    require(digest(out / "daily/models") == before["models"], "the models changed")
    print(f"airflow: again: {sorted(submitted)}; the same day once more changes no byte of store and models")


def none():
    require(not submitted, f"Spark was started: {submitted}")
    print("airflow: none: a day without a partition starts nothing")


if sys.argv[1] == "corpus":
    make_corpus(*sys.argv[2:])
else:
    name, out = sys.argv[1], pathlib.Path(sys.argv[2])
    log, submitted = said()
    {"quantize": quantize, "gate": gate, "bounds": bounds, "first": first, "quiet": quiet, "drift": drift,
     "again": again, "none": none}[name]()
