"""What deploy/spark-submit/run asks of the runtime jar and of the logs.

  check.py jar RUNTIME_JAR SPARK_JARS   no class twice, the libraries of others under names of our own, natives there
  check.py log FILE                     Spark's lines are JSON objects in its own layout
"""
import json, pathlib, sys, zipfile


def classes(jar):
    return {name for name in zipfile.ZipFile(jar).namelist()
            if name.endswith(".class") and not name.startswith("META-INF/")}


def check_jar(runtime, spark):
    ours = classes(runtime)
    names = set(zipfile.ZipFile(runtime).namelist())
    problems = []
    for jar in sorted(pathlib.Path(spark).glob("*.jar")):
        twice = ours & classes(jar)
        if twice:
            problems.append(f"{len(twice)} classes are in {jar.name} too, for example {min(twice)}")
    for relocated in ("picocli/", "com/typesafe/", "com/google/protobuf/", "com/google/re2j/", "org/ejml/"):
        problems += [f"{name} keeps its name" for name in sorted(ours) if name.startswith(relocated)][:1]
    for needed in ("dev/foresight/jobs/Foresight.class", "dev/foresight/shaded/picocli/CommandLine.class",
                   "ai/onnxruntime/OnnxTensor.class", "ai/onnxruntime/native/linux-x64/libonnxruntime.so",
                   "ai/onnxruntime/native/linux-aarch64/libonnxruntime.so", "native/lib/linux-x86_64/cpu/libtokenizers.so",
                   "META-INF/services/ai.djl.engine.EngineProvider", "dev/foresight/jobs/conf/recipes/awq-4bit.conf"):
        if needed not in names:
            problems.append(f"{needed} is missing")
    engines = zipfile.ZipFile(runtime).read("META-INF/services/ai.djl.engine.EngineProvider").decode().split()
    if len(engines) != len(set(engines)) or len(engines) < 2:
        problems.append(f"services are not merged: {engines}")
    size = pathlib.Path(runtime).stat().st_size
    print(f"{pathlib.Path(runtime).name}: {size / 2**20:.0f} MiB, {len(ours):,} classes, {len(problems)} problems")
    sys.exit("\n".join(problems) if problems else 0)


def check_log(file):
    lines = [line for line in pathlib.Path(file).read_text().splitlines() if line.startswith("{")]
    entries = [json.loads(line) for line in lines]
    if len(entries) < 10 or not all({"ts", "level", "msg", "logger"} <= entry.keys() for entry in entries):
        sys.exit(f"{file}: {len(entries)} JSON lines, not all with ts, level, msg and logger")
    print(f"{len(entries)} log lines are JSON objects in Spark's layout")


if __name__ == "__main__":
    {"jar": check_jar, "log": check_log}[sys.argv[1]](*sys.argv[2:])
