# Sourced by the commands of this folder: sets $root, $jar (the runtime jar), $venv and SPARK_HOME (PyPI's pyspark).
#   PYTHON   the interpreter that makes Python environments (default python3, 3.11 or newer)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PYTHON=${PYTHON:-python3}

environment() { # NAME REQUIREMENTS: a Python environment under target/, made once; prints its folder
  local folder=$root/target/$1
  if [[ ! -e $folder/complete ]]; then
    echo "deploy: setting up $folder" >&2
    "$PYTHON" -m venv "$folder"
    "$folder/bin/pip" install --quiet --no-deps --requirement "$2"
    touch "$folder/complete"
  fi
  echo "$folder"
}

venv=$(environment pyspark "$root/tools/python/requirements-pyspark.txt")
SPARK_HOME=$("$venv/bin/python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
export SPARK_HOME PYSPARK_PYTHON=$venv/bin/python
export SPARK_CONF_DIR=$root/conf # log4j2.properties; settings come by --properties-file
export ORT_DISABLE_TELEMETRY=1 OPT_OUT_TRACKING=true DJL_OFFLINE=true

runtime_jar() { compgen -G "$root/jobs/target/foresight-jobs-*-runtime.jar"; }
if ! runtime_jar >/dev/null || [[ $(compgen -G "$root/target/lib/foresight-jobs-*.jar") -nt $(runtime_jar) ]]; then
  echo "deploy: building the runtime jar" >&2
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
