#!/bin/sh
# Builds the shim; called by Maven. Arguments: source, build, output.
set -eu
mkdir -p "$2"
{ cmake -S "$1" -B "$2" -G "Unix Makefiles" -DCMAKE_BUILD_TYPE=Release -DCHLADNI_PART=shim \
    "-DCHLADNI_OUTPUT=$3" &&
  cmake --build "$2"; } >"$2.log" 2>&1 || {
  cat "$2.log" >&2
  exit 1
}
