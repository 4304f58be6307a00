# Sourced by the commands beside it: sets $root, $PYTHON and $java_classpath.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# PYTHON names an interpreter that has what requirements-interop.txt asks for; without it, one is set up under target/.
if [[ -z ${PYTHON:-} ]]; then
  venv=$root/target/interop-venv
  if [[ ! -e $venv/complete ]]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --requirement "$root/tools/python/requirements-interop.txt"
    touch "$venv/complete"
  fi
  PYTHON=$venv/bin/python
fi
export PYTHON

# Foresight's side lies in core's test classes.
if [[ ! -e $root/core/target/test-classes/dev/foresight/export/WeightChecksums.class ]]; then
  mvn --quiet --file "$root/pom.xml" --projects core test-compile
fi
if [[ ! -e $root/core/target/interop-classpath ]]; then
  mvn --quiet --file "$root/pom.xml" --projects core dependency:build-classpath -Dmdep.outputFile="$root/core/target/interop-classpath"
fi
java_classpath=$root/core/target/classes:$root/core/target/test-classes:$(cat "$root/core/target/interop-classpath")
