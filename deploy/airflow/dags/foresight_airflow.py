"""What both DAGs share: the operator that runs a Foresight command, the form's fields, and reports.

Airflow variables: foresight_jar (the runtime jar), foresight_properties (conf/spark-defaults.conf). The connection
spark_default names the master. Secrets belong into the connection or the cluster, never into arguments: Airflow shows
those to everybody who may see a DAG.
"""
import json
import re

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import ObjectStoragePath, Param
from airflow.sdk.exceptions import AirflowException, AirflowFailException

REFUSED = re.compile(r"Error code is: ([23])\b")


class ForesightOperator(SparkSubmitOperator):
    """A command of Foresight by spark-submit. Refused input fails at once: a retry would be refused again."""

    def __init__(self, *, command: list[str], **kwargs):
        super().__init__(
            application="{{ var.value.foresight_jar }}",
            properties_file="{{ var.value.foresight_properties }}",
            java_class="dev.foresight.jobs.Foresight",
            application_args=command,
            name="{{ dag.dag_id }}.{{ task.task_id }}",
            **kwargs,
        )

    def execute(self, context):
        try:
            return super().execute(context)
        except AirflowException as failure:
            code = REFUSED.search(str(failure))
            if code:
                why = "the command line is wrong" if code.group(1) == "2" else "the input is refused"
                raise AirflowFailException(f"Foresight: {why}, see the log above") from failure
            raise


def options(**values: str) -> list[str]:
    """--sequence-length VALUE … as words; each value may be a template."""
    return [word for name, value in values.items() for word in (f"--{name.replace('_', '-')}", value)]


def forms(*names: str) -> dict[str, str]:
    """Templates of DAG parameters by their own names: bits="{{ params.bits }}"."""
    return {name: f"{{{{ params.{name} }}}}" for name in names}


def location(title: str, example: str, *, asked: bool) -> Param:
    """A place on any Hadoop file system; where a person is not asked for it, the example is the default to be edited."""
    return Param(None if asked else example, type="string", minLength=1, title=title, description=f"For example {example}")


def quantization_params(*, asked: bool) -> dict[str, Param]:
    """The part of the form that both DAGs have; what is out of bounds is refused before Spark starts."""
    return {
        "model": location("Model", "s3a://models/m", asked=asked),
        "heldout": location("Text to judge on", "s3a://text/heldout/*.jsonl", asked=asked),
        "sequence_length": Param(512, type="integer", minimum=16, maximum=131072, title="Tokens of a sequence"),
        "sequences_per_shard": Param(128, type="integer", minimum=1, maximum=1000000, title="Sequences of each shard"),
        "slice": Param(16, type="integer", minimum=1, maximum=4096, title="Sequences of a task"),
        "method": Param("faq", enum=["rtn", "rtn-weighted", "awq", "faq", "faq-adaptive"], title="Method"),
        "bits": Param(4, type="integer", minimum=2, maximum=8, title="Bits"),
        "group": Param(128, type="integer", enum=[0, 16, 32, 64, 128, 256], title="Group",
                       description="Input channels that share a step, 0 for whole rows"),
        "window": Param(512, type="integer", minimum=16, maximum=131072, title="Tokens of a window to judge on"),
        "windows": Param(32, type="integer", minimum=0, maximum=100000, title="Windows", description="0 for all"),
        "max_divergence": Param(0.1, type="number", minimum=0, maximum=10, title="Largest mean divergence",
                                description="KL from the float model, in nats a token; beyond it the run fails"),
    }


def path(uri: str) -> ObjectStoragePath:
    """What Hadoop calls s3a is s3 to Python."""
    return ObjectStoragePath(uri.replace("s3a://", "s3://", 1))


def report(uri: str) -> dict:
    """A JSON report that a command wrote."""
    return json.loads(path(uri).read_text())


def require_divergence(evaluation: dict, limit: float) -> dict[str, float]:
    """The few numbers worth an XCom, or a failure that no retry mends."""
    numbers = {"perplexity": evaluation["perplexity"],
               "reference_perplexity": evaluation["reference"]["perplexity"],
               "divergence": evaluation["reference"]["divergence_mean"]}
    if not numbers["divergence"] <= limit:  # NaN is beyond any limit
        raise AirflowFailException(f"The divergence is {numbers['divergence']:.5f}, beyond {limit}: "
                                   "more bits, smaller groups or more text")
    return numbers
