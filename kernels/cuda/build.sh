#!/bin/sh
# Builds the CUDA kernels; called by Maven. Arguments: source, build, output. Without nvcc there is
# nothing to build with: the backend is made without kernels and says so when it is opened.
set -eu
PATH=$PATH:/usr/local/cuda/bin
command -v nvcc >/dev/null 2>&1 || {
  echo "chladni: nvcc is not installed: the CUDA backend is built without kernels for a card" >&2
  rm -rf "$3"
  exit 0
}
mkdir -p "$2"
{ cmake -S "$1" -B "$2" -G "Unix Makefiles" -DCHLADNI_PART=cuda "-DCHLADNI_OUTPUT=$3" &&
  cmake --build "$2"; } >"$2.log" 2>&1 || {
  cat "$2.log" >&2
  exit 1
}
