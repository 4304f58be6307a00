# Sourced by the commands of this folder: what tools/lib.sh has, $jar (the runtime jar), $python and SPARK_HOME (PyPI's
# pyspark).
#   PYTHON   the interpreter that makes Python environments (default python3, 3.11 or newer)
# shellcheck shell=bash disable=SC2034 # read by those who source this
# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../tools/lib.sh"
PYTHON=${PYTHON:-python3}

python=$(python_environment pyspark --no-deps "$root/tools/python/requirements-pyspark.txt")
SPARK_HOME=$("$python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
export SPARK_HOME PYSPARK_PYTHON=$python
export SPARK_CONF_DIR=$root/conf # log4j2.properties; settings come by --properties-file

runtime_jar() { compgen -G "$root/jobs/target/foresight-jobs-*-runtime.jar"; }
if ! runtime_jar >/dev/null || [[ $(compgen -G "$root/target/lib/foresight-jobs-*.jar") -nt $(runtime_jar) ]]; then
  note "building the runtime jar"
  mvn --quiet --batch-mode --file "$root/pom.xml" -DskipTests -Pruntime package
fi
jar=$(runtime_jar)

submit() { # SPARK-OPTIONS… -- COMMAND OPTIONS…: a Foresight command by spark-submit, client mode
  local options=()
  while [[ $1 != -- ]]; do
    options+=("$1")
    shift
  done
  shift
  "$SPARK_HOME/bin/spark-submit" --properties-file "$root/conf/spark-defaults.conf" "${options[@]}" \
    --class dev.foresight.jobs.Foresight "$jar" "$@"
}
