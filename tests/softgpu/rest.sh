#!/bin/sh
# Writes one function for each name that a JNI library imports and the stand-in does not implement:
# it answers that the call is not supported. Arguments: JNI library, that status, result, sources.
set -eu
jni=$1 status=$2 to=$3
shift 3
have=$(mktemp) want=$(mktemp)
trap 'rm -f "$have" "$want"' EXIT
sed -nE 's/^SOFTGPU_API [^(]*[ *]([a-zA-Z0-9_]+)\(.*/\1/p' "$@" | sort -u >"$have"
nm -D --undefined-only "$jni" | sed -nE 's/^ *U (cu[A-Z][A-Za-z0-9_]*|cublas[A-Z][A-Za-z0-9_]*|cudnn[A-Z][A-Za-z0-9_]*)(@.*)?$/\1/p' |
  sort -u >"$want"
{
  echo '// Made by rest.sh.'
  comm -13 "$have" "$want" |
    sed "s/.*/extern \"C\" __attribute__((visibility(\"default\"))) int &(void) { return $status; }/"
} >"$to"
