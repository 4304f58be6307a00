# Sourced by the commands of bench/, datasets/train, deploy/ and tools/: what they share. Sets $root and $java, and does
# nothing else: what costs time is in functions.
#   PYTHON     the interpreter that makes Python environments (default python3, 3.11 or newer)
#   JAVA_HOME  the JDK (default: java of the path)
# shellcheck shell=bash disable=SC2034 # read by those who source this
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
java=("${JAVA_HOME:+$JAVA_HOME/bin/}java" "@$root/conf/jvm-options")
# neither ONNX Runtime nor DJL may call home
export ORT_DISABLE_TELEMETRY=1 OPT_OUT_TRACKING=true DJL_OFFLINE=true

usage() { # ends a command that was called wrongly: its head says how
  sed -n '2,/^[^#]/{/^#/!d;s/^# \{0,1\}//p}' "$0" >&2
  exit 2
}

note() { echo "== $*" >&2; }

cpu() { sed -n '/^model name/{s/^[^:]*: //p;q}' /proc/cpuinfo; }
load() { cut -d' ' -f1-3 /proc/loadavg; }
machine() { echo "machine: $(nproc) x $(cpu), load $(load), $(date -u +%F)"; }

onnxruntime() { sed -n 's|.*<onnxruntime.version>\(.*\)</.*|\1|p' "$root/pom.xml"; }

bench_machine() { # WHAT…: the line above a benchmark's tables
  echo "$(date -u +%F), $(cpu), $(nproc --all) CPUs${CPUS:+, pinned to $CPUS}, $*; load $(load)"
}

quietly() { # LOG COMMAND…: what a command says goes to a file, and is shown if it fails
  local log=$1
  shift
  "$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
}

run_once() { # [--shown] FOLDER NAME COMMAND…: not again where NAME.done says that it succeeded; NAME.log has what it said
  local shown=
  [[ $1 != --shown ]] || { shown=1; shift; }
  local name=$2 files=$1/$2 begin=$SECONDS
  shift 2
  [[ ! -e $files.done ]] || return 0
  note "$name"
  if [[ -n $shown ]]; then
    "$@" 2>&1 | tee "$files.log" || return 1
    echo "$name: $((SECONDS - begin)) s"
  else
    quietly "$files.log" "$@" || return 1
  fi
  touch "$files.done"
}

python_environment() { # FOLDER [--no-deps] [--inherit] REQUIREMENTS…: prints the interpreter of a Python environment
  # under target/ that has what the files pin. It is made once, and brought up to date when they change.
  #   --no-deps   the files name everything; else pip adds what these need
  #   --inherit   PYTHON's own packages are seen too, and not changed
  local folder=$root/target/$1 pip=(--quiet --disable-pip-version-check) inherit='' file
  shift
  while [[ $1 = --* ]]; do
    case $1 in --inherit) inherit=1 ;; *) pip+=("$1") ;; esac
    shift
  done
  if ! cat "$@" | cmp --silent - "$folder/complete"; then
    note "setting up $folder"
    [[ -x $folder/bin/python ]] || "${PYTHON:-python3}" -m venv "$folder" || return
    if [[ -n $inherit ]]; then
      local packages='import sysconfig; print(sysconfig.get_path("purelib"))'
      "${PYTHON:-python3}" -c "$packages" >"$("$folder/bin/python" -c "$packages")/inherited.pth" || return
    fi
    for file in "$@"; do pip+=(--requirement "$file"); done
    "$folder/bin/python" -m pip install "${pip[@]}" >&2 || return
    cat "$@" >"$folder/complete"
  fi
  echo "$folder/bin/python"
}

bench_classpath() { # prints the class path of bench/ with core's tests and their resources; built where a source is newer
  local stamp=$root/bench/target/classpath
  if [[ ! -d $root/core/target/test-classes || ! -e $stamp ||
    -n $(find "$root"/{core,udfs,bench}/src "$root"/{.,core,udfs,bench}/pom.xml -newer "$stamp" -print -quit) ]]; then
    note "building bench"
    mvn --quiet --batch-mode --file "$root/pom.xml" -Pbench -DskipTests --projects bench --also-make \
      package dependency:build-classpath -Dmdep.outputFile=target/classpath >&2 || return
    touch "$stamp"
  fi
  echo "$root/bench/target/classes:$root/core/target/test-classes:$(cat "$stamp")"
}
