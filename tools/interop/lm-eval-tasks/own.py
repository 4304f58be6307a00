"""The harness's own code for rows that take more than a template."""
from lm_eval.tasks.hellaswag.utils import process_docs as hellaswag
from lm_eval.tasks.winogrande.preprocess_winogrande import (
    doc_to_choice as winogrande_choice,
    doc_to_target as winogrande_target,
    doc_to_text as winogrande_text,
)


def rendered_target(row):
    """The harness puts the space in front of it."""
    return row["cont"][1:]
