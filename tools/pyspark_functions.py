"""The SQL functions of Foresight from PySpark, against NumPy. Run by tools/pyspark-functions.

  pyspark_functions.py LIB MODEL SKETCHES
"""
import pathlib, sys
import numpy as np
import pyarrow.parquet as pq
from pyspark.sql import SparkSession, functions as F
from tokenizers import Tokenizer

lib, model, sketches = sys.argv[1:]
SUMS = ("shard", "slice", "stratum", "tokens", "sum_abs", "sum", "sum_square", "max_abs")
spark = (SparkSession.builder.master("local[2]").appName("foresight functions")
         .config("spark.ui.enabled", "false")
         .config("spark.ui.showConsoleProgress", "false")
         .config("spark.sql.shuffle.partitions", "4")
         .config("spark.driver.extraClassPath", f"{lib}/*")
         .config("spark.sql.extensions", "dev.foresight.spark.ForesightExtensions")
         .getOrCreate())
spark.sparkContext.setLogLevel("ERROR")
checks = 0


def near(actual, expected, what):
    global checks
    np.testing.assert_allclose(np.array(actual, dtype=np.float64), expected, rtol=1e-12, atol=0, err_msg=what)
    checks += np.size(expected)


# NumPy's own view of the files
files = sorted(pathlib.Path(sketches, "sums").glob("*.parquet"))
rows = [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]


def merged(chosen):
    tokens = sum(r["tokens"] for r in chosen)
    return {"tokens": tokens,
            "mean_abs": np.sum([r["sum_abs"] for r in chosen], 0) / tokens,
            "mean_square": np.sum([r["sum_square"] for r in chosen], 0) / tokens,
            "max_abs": np.max([r["max_abs"] for r in chosen], 0)}


# from SQL
spark.read.parquet(f"{sketches}/sums").createOrReplaceTempView("sums")
found = spark.sql(f"""
  SELECT block, role, m.tokens, foresight_mean_abs(m) AS mean_abs, foresight_mean_square(m) AS mean_square,
         foresight_max_abs(m) AS max_abs
  FROM (SELECT block, role, foresight_merge({", ".join(SUMS)}) AS m FROM sums GROUP BY block, role)""").collect()
assert len(found) == len({(r["block"], r["role"]) for r in rows}), "a block or role is missing"
for row in found:
    expected = merged([r for r in rows if (r["block"], r["role"]) == (row.block, row.role)])
    for name, value in expected.items():
        near(row[name], value, f"{name} of block {row.block}, {row.role}")

# from DataFrames: how far two shards are apart
shards = sorted({r["shard"] for r in rows})[:2]
merge = F.call_function("foresight_merge", *map(F.col, SUMS)).alias("m")
by_shard = [spark.table("sums").where(F.col("shard") == s).groupBy("block", "role").agg(merge) for s in shards]
pairs = by_shard[0].withColumnRenamed("m", "a").join(by_shard[1].withColumnRenamed("m", "b"), ["block", "role"])
distances = pairs.select("block", "role", F.call_function("foresight_distance", "a", "b").alias("d")).collect()
for row in distances:
    a, b = (merged([r for r in rows if (r["shard"], r["block"], r["role"]) == (s, row.block, row.role)])["mean_abs"]
            for s in shards)
    near(row.d, np.abs(a - b).sum() / ((a + b) / 2).sum(), f"distance in block {row.block}, {row.role}")

# token ids, as the library that defines tokenizer.json has them
tokenizer = Tokenizer.from_file(f"{model}/tokenizer.json")
texts = ["The quick brown fox.", "naïve — 日本語\n\tx = [1, 2]", ""]
tokens = spark.createDataFrame([(t,) for t in texts], "text string").select(
    "text", F.call_function("foresight_tokenize", F.lit(model), F.col("text")).alias("ids")).collect()
for row in tokens:
    assert row.ids == tokenizer.encode(row.text, add_special_tokens=False).ids, row.text
    checks += len(row.ids)

print(f"PySpark {spark.version}: {len(found)} merges, {len(distances)} distances of {' and '.join(shards)} "
      f"(largest {max(r.d for r in distances):.3f}), {len(tokens)} texts; {checks:,} numbers agree with NumPy")
spark.stop()
