"""A model, quantized on demand: calibrate, quantize, evaluate, and a gate on the divergence from the float model."""
import datetime

from airflow.sdk import DAG, task
from foresight_airflow import ForesightOperator, forms, location, options, quantization_params, report, require_divergence

with DAG(
    "foresight_quantize",
    description=__doc__,
    schedule=None,
    params={
        "corpus": location("Calibration text", "s3a://text/calibration/*.jsonl.gz", asked=True),
        "sketches": location("Sketch store", "s3a://sketches/m", asked=True),
        "out": location("Folder to write", "s3a://models/m-4bit", asked=True),
        **quantization_params(asked=True),
    },
    default_args={"retries": 2, "retry_delay": datetime.timedelta(seconds=30)},
    tags=["foresight"],
) as dag:
    calibrate = ForesightOperator(
        task_id="calibrate",
        command=["calibrate", *options(**forms("model", "corpus", "sketches", "sequence_length", "sequences_per_shard", "slice"))],
    )
    quantize = ForesightOperator(
        task_id="quantize",
        command=["quantize", "--overwrite", *options(**forms("model", "sketches", "out", "method", "bits", "group"))],
    )
    evaluate = ForesightOperator(
        task_id="evaluate",
        command=["evaluate", *options(model="{{ params.out }}", reference="{{ params.model }}", data="{{ params.heldout }}",
                                      report="{{ params.out }}-evaluation.json", **forms("window", "windows"))],
    )

    @task
    def gate(params):
        return require_divergence(report(params["out"] + "-evaluation.json"), params["max_divergence"])

    calibrate >> quantize >> evaluate >> gate()
