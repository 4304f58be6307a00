# Sourced by the commands beside it: what tools/lib.sh has, $PYTHON and $classpath.
#   PYTHON   an interpreter that has what requirements-interop.txt asks for; without it, one is set up under target/
# shellcheck shell=bash disable=SC2034 # read by those who source this
# shellcheck source=tools/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

PYTHON=${PYTHON:-$(python_environment interop-venv "$root/tools/python/requirements-interop.txt")}
export PYTHON
classpath=$(bench_classpath) # Foresight's side lies in bench/
