"""Runs rows of zero-shot tasks through lm-evaluation-harness, from local files alone."""
import json, os, pathlib, shutil, tempfile

TASKS = pathlib.Path(__file__).resolve().parent / "lm-eval-tasks"
EXACT, CONTEXTS = ("lambada",), ("winogrande",)


def rendered(task, rows):
    """Rows that are rendered already, for the templates rendered_*.yaml; None if they are not."""
    if not any(key in rows[0] for key in ("ctx", "ctxs")):
        return None
    if task in EXACT:
        return "rendered_exact", rows
    if task in CONTEXTS:
        return "rendered_contexts", rows
    return "rendered_choices", [dict(row, bare=[choice[1:] for choice in row["choices"]]) for row in rows]


def evaluate(model, tokenizer, rows_of_task):
    """{task: rows} to {task: {log_likelihoods, predicted, acc, …}} by a transformers model in fp32."""
    os.environ["HF_DATASETS_OFFLINE"] = os.environ["HF_HUB_OFFLINE"] = "1"
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HF_DATASETS_CACHE"] = folder + "/cache"
        import lm_eval
        from lm_eval.models.huggingface import HFLM
        from lm_eval.tasks import TaskManager
        os.chdir(folder)  # the templates name their data relative to it
        try:
            os.mkdir("rows")
            shutil.copytree(TASKS, "tasks", ignore=shutil.ignore_patterns("rendered_*", "__pycache__"))
            for task, rows in rows_of_task.items():
                form = rendered(task, rows)
                if form:
                    template = (TASKS / (form[0] + ".yaml")).read_text().replace("TASK", task)
                    pathlib.Path("tasks", task + ".yaml").write_text(template)
                    rows = form[1]
                with open(f"rows/{task}.jsonl", "w", encoding="utf-8") as file:
                    file.writelines(json.dumps(row) + "\n" for row in rows)
            found = lm_eval.simple_evaluate(
                model=HFLM(pretrained=model, tokenizer=tokenizer, batch_size=1),
                tasks=["foresight_" + task for task in rows_of_task], bootstrap_iters=2,
                task_manager=TaskManager(include_path="tasks", include_defaults=False))
        finally:
            os.chdir(before)
    return {task: result(found, "foresight_" + task) for task in rows_of_task}


def result(found, name):
    """Numbers of one task, rows in the order of the file."""
    numbers = {key.removesuffix(",none"): value for key, value in found["results"][name].items() if key != "alias"}
    rows = []
    for sample in sorted(found["samples"][name], key=lambda sample: sample["doc_id"]):
        pairs = sample["filtered_resps"]
        rows.append({"log_likelihoods": [float(pair[0]) for pair in pairs], "greedy": [bool(pair[1]) for pair in pairs],
                     **{metric: sample[metric] for metric in ("acc", "acc_norm") if metric in sample}})
    return {"numbers": numbers, "rows": rows}
