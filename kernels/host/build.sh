#!/bin/sh
# Configures and builds the host library; called by Maven. Arguments: source, build, dnnl, output.
set -eu
need() {
  command -v "$1" >/dev/null 2>&1 || {
    echo "chladni: $1 is not installed and the CPU backend is compiled with it. Install it: sudo apt-get install $2" >&2
    exit 1
  }
}
need cmake cmake
need "${CXX:-c++}" g++
need make make
if [ ! -f "$2/CMakeCache.txt" ]; then
  cmake -S "$1" -B "$2" -G "Unix Makefiles" -DCMAKE_BUILD_TYPE=Release \
    "-DCHLADNI_DNNL_DIR=$3" "-DCHLADNI_OUTPUT=$4" >"$2.log" 2>&1 || {
    cat "$2.log" >&2
    rm -f "$2/CMakeCache.txt"
    exit 1
  }
fi
cmake --build "$2" --parallel 2 >"$2.log" 2>&1 || {
  cat "$2.log" >&2
  exit 1
}
