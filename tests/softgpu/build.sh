#!/bin/sh
# Builds the stand-in CUDA libraries; called by Maven. Arguments: source, build, natives, output.
set -eu
mkdir -p "$2"
{ cmake -S "$1" -B "$2" -G "Unix Makefiles" -DCMAKE_BUILD_TYPE=Release -DCHLADNI_PART=softgpu \
    "-DCHLADNI_JCUDA_DIR=$3" "-DCHLADNI_OUTPUT=$4" "-DCHLADNI_SANITIZE=${CHLADNI_SANITIZE:-OFF}" &&
  cmake --build "$2" --parallel 2; } >"$2.log" 2>&1 || {
  cat "$2.log" >&2
  exit 1
}
