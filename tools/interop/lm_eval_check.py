"""`foresight evaluate` against lm-evaluation-harness and transformers; see lm-eval beside it for the settings."""
import argparse, gzip, json, math, pathlib, shlex, subprocess, sys
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
import harness

HERE = pathlib.Path(__file__).resolve().parent
LIKELIHOODS, PERPLEXITY = 1e-3, 1e-3


def content(path):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:  # reads every end of a line as a line feed
        return file.read()


def joined(folder):
    """Texts of a folder of JSON lines as one."""
    return "\n\n".join(json.loads(line)["text"] for file in sorted(folder.glob("*.jsonl")) for line in content(file).splitlines())


def perplexity(model, tokenizer, text, window, windows):
    """Windows evenly spaced over the text, each alone; exp of the mean over them of the mean loss."""
    ids = tokenizer(text, verbose=False)["input_ids"]
    whole = len(ids) // window
    count = min(windows, whole) or whole
    losses = []
    for i in range(count):
        start = i * whole // count * window
        part = torch.tensor([ids[start:start + window]])
        with torch.no_grad():
            logs = torch.log_softmax(model(input_ids=part, use_cache=False).logits[0, :-1].double(), -1)
        losses.append(-logs.gather(1, part[0, 1:, None]).mean().item())
    return math.exp(sum(losses) / count)


def best(values):
    return max(range(len(values)), key=lambda i: (values[i], -i))


def compare(task, ours, theirs):
    """A line for a task, and whether all is equal."""
    worst, other = 0.0, 0
    for row, likelihoods in enumerate(ours["log_likelihoods"]):
        found = theirs["rows"][row]
        worst = max([worst] + [abs(a - b) for a, b in zip(likelihoods, found["log_likelihoods"], strict=True)])
        if task in harness.EXACT:
            other += (ours["predicted"][row] == 0) != found["greedy"][0]
        else:
            other += ours["predicted"][row] != best(found["log_likelihoods"])
            other += (ours["predicted"][row] == ours["gold"][row]) != (found["acc"] == 1)
            if "acc_norm" in ours:
                other += (ours["predicted_norm"][row] == ours["gold"][row]) != (found["acc_norm"] == 1)
    numbers = theirs["numbers"]
    keys = ("acc", "acc_stderr", "acc_norm", "acc_norm_stderr")
    pairs = [(key, ours[key], numbers[key]) for key in keys if key in ours and isinstance(numbers.get(key), float)]
    apart = [f"{key} {a} and {b}" for key, a, b in pairs if abs(a - b) > 1e-9]
    if "perplexity" in ours and abs(ours["perplexity"] / numbers["perplexity"] - 1) > PERPLEXITY:
        apart.append(f"perplexity {ours['perplexity']} and {numbers['perplexity']}")
    good = worst <= LIKELIHOODS and not other and not apart and ours["rows"] == len(theirs["rows"])
    print(f"{task:14s} {ours['rows']:5d} rows  log-likelihoods within {worst:.1e}  other predictions {other}  "
          f"{', '.join(f'{key} {a:.4f}' for key, a, _ in pairs)}  {'equal' if good else 'DIFFERENT ' + '; '.join(apart)}")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("tasks", nargs="*", metavar="TASK=FILE")
    parser.add_argument("--foresight", required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--text", type=pathlib.Path, required=True)
    for number in ("limit", "window", "windows"):
        parser.add_argument("--" + number, type=int, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    out = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    files = dict(task.split("=", 1) for task in arguments.tasks) or {
        file.name.removesuffix("_rows.jsonl"): file for file in sorted((HERE / "lm-eval-rows").glob("*_rows.jsonl"))}
    text = out / "text.txt"
    text.write_text(joined(arguments.text) if arguments.text.is_dir() else content(arguments.text), encoding="utf-8")
    rows, options = {}, []
    for task, file in files.items():
        lines = [line for line in content(pathlib.Path(file)).split("\n") if line.strip()][:arguments.limit]
        rows[task] = [json.loads(line) for line in lines]
        copy = out / f"{task}_rows.jsonl"  # a name that does not claim to be the whole set
        copy.write_text("\n".join(lines) + "\n", encoding="utf-8")
        options += ["--task", f"{task}={copy}"]
    report = out / "report.json"
    command = shlex.split(arguments.foresight) + ["evaluate", "--model", str(arguments.model.resolve()), "--data", str(text), "--window",
        str(arguments.window), "--windows", str(arguments.windows), "--report", str(report)] + options
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    ours = json.loads(report.read_text())
    model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    theirs = harness.evaluate(model, tokenizer, rows)
    good = [compare(task, ours["tasks"][task], theirs[task]) for task in rows]
    found = perplexity(model, tokenizer, text.read_text(encoding="utf-8"), arguments.window, arguments.windows)
    apart = abs(ours["perplexity"] / found - 1)
    good.append(apart <= PERPLEXITY)
    print(f"perplexity     {ours['windows']:5d} windows of {arguments.window}: {ours['perplexity']:.5f}, transformers {found:.5f}, {apart:.1e} apart")
    sys.exit(not all(good))


main()
