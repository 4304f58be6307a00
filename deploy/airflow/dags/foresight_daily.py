"""A model that follows its text: each day's partition is calibrated into the store; only when the activations have
moved beyond a limit since the model in use was quantized, it is quantized again, judged, and put in use.

The partitions are folders day=YYYY-MM-DD of the corpus, the models in use folders YYYY-MM-DD of out, and current.json
beside them says which one is in use. Every task may run twice: the store leaves alone what it has, a model folder is
written again with the same bytes, and current.json changes last.
"""
import datetime
import json

from airflow.sdk import DAG, Param, task
from foresight_airflow import (ForesightOperator, forms, location, options, path, quantization_params, report,
                               require_divergence)

ROLES = ("attention_input", "attention_output", "mlp_input", "mlp_output")
OUT = "{{ params.out }}/{{ ds }}"

with DAG(
    "foresight_daily",
    description="Calibrates each day's text; quantizes again only when the activations have moved.",
    schedule="@daily",
    start_date=datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
    catchup=False,
    max_active_runs=1,  # the days of a store come in order
    params={
        "corpus": location("Corpus, with folders day=YYYY-MM-DD", "s3a://text/news", asked=False),
        "sketches": location("Sketch store", "s3a://sketches/m", asked=False),
        "out": location("Folder of the models", "s3a://models/m-daily", asked=False),
        "max_drift": Param(0.1, type="number", minimum=0, maximum=10, title="Largest drift",
                           description="Mean change of a channel's importance since the model in use; 0.1 is about 10 %"),
        **quantization_params(asked=False),
    },
    default_args={"retries": 2, "retry_delay": datetime.timedelta(seconds=30)},
    tags=["foresight"],
) as dag:

    @task.short_circuit
    def has_partition(params, ds):
        return path(f"{params['corpus']}/day={ds}").exists()

    calibrate = ForesightOperator(
        task_id="calibrate",
        command=["calibrate", *options(corpus="{{ params.corpus }}/day={{ ds }}", shard_by="column:day",
                                       **forms("model", "sketches", "sequence_length", "sequences_per_shard", "slice"))],
    )

    @task
    def in_use(params, ds):
        """The day whose model is in use, none before the first, and the days that count for a new one."""
        current = path(f"{params['out']}/current.json")
        days = sorted(day for day in report(f"{params['sketches']}/report.json")["shards"] if day <= ds)
        return {"day": json.loads(current.read_text())["day"] if current.exists() else "", "days": ",".join(days)}

    @task.branch
    def is_newer(in_use, ds):
        if not in_use["day"]:
            return "quantize"
        return "compare" if in_use["day"] < ds else None  # a day that was done, or one before it: nothing to do

    compare = ForesightOperator(
        task_id="compare",
        command=["sketches", "compare", "{{ params.sketches }}",
                 *options(shards="{{ ti.xcom_pull('in_use')['day'] }},{{ ds }}", report="{{ params.out }}/drift-{{ ds }}.json")],
    )

    @task.short_circuit
    def has_drifted(params, ds):
        pair, = report(f"{params['out']}/drift-{ds}.json")["pairs"]
        drift = max(pair[role]["mean"]["importance"] for role in ROLES)
        print(f"Drift from {pair['a']} to {pair['b']}: {drift:.4f}, the limit is {params['max_drift']}")
        return drift > params["max_drift"]

    quantize = ForesightOperator(
        task_id="quantize",
        trigger_rule="none_failed_min_one_success",  # after the branch, or after a drift
        command=["quantize", "--overwrite", *options(out=OUT, shards="{{ ti.xcom_pull('in_use')['days'] }}",
                                                     **forms("model", "sketches", "method", "bits", "group"))],
    )
    evaluate = ForesightOperator(
        task_id="evaluate",
        command=["evaluate", *options(model=OUT, reference="{{ params.model }}", data="{{ params.heldout }}",
                                      report=OUT + "-evaluation.json", **forms("window", "windows"))],
    )

    @task
    def put_in_use(params, ds):
        """The model in use changes last, and only to one that passed."""
        numbers = require_divergence(report(f"{params['out']}/{ds}-evaluation.json"), params["max_divergence"])
        new = path(f"{params['out']}/current-{ds}.json")
        new.write_text(json.dumps({"day": ds, **numbers}) + "\n")
        new.replace(path(f"{params['out']}/current.json"))
        return numbers

    known = in_use()
    newer = is_newer(known)
    has_partition() >> calibrate >> known
    newer >> [compare, quantize]
    compare >> has_drifted() >> quantize >> evaluate >> put_in_use()
