#!/usr/bin/env bash
# Proves that the archive needs nothing: unpacks it into an empty root that has a shell and the C and
# C++ libraries, and runs parts of run.sh there on the stand-ins, without network and as a new PID 1.
#
#   tests/gpu/bare-root.sh FILE.tar.gz [PART...]      probe and correct when not given
#
# Needs root, or user namespaces that may mount.
set -eu
archive=$(readlink -f "${1:?bare-root.sh: name the archive that ./chladni bundle --gpu made}")
shift
[ $# -gt 0 ] || set -- probe correct
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

mkdir -p "$root"/{bin,dev,proc,tmp,lib64}
tar -xzf "$archive" -C "$root"
cp -L "$(command -v dash || command -v sh)" "$root/bin/sh"
for library in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libstdc++.so.6 libgcc_s.so.1; do
  at=$(ldconfig -p | awk -v name="$library" '$1 == name && /x86-64/ { print $NF; exit }')
  cp -L --parents "$at" "$root"
done
cp -L /lib64/ld-linux-x86-64.so.2 "$root/lib64/"
touch "$root"/dev/{null,zero,urandom,random}

echo "the root but for the archive:"
(cd "$root" && find . -path ./chladni-gpu -prune -o -type f -print)
user=()
[ "$(id -u)" = 0 ] || user=(--map-root-user)
code=0
unshare "${user[@]}" --mount --pid --fork --net bash -c '
  root=$1
  shift
  mount -t proc proc "$root/proc"
  for device in null zero urandom random; do mount --bind "/dev/$device" "$root/dev/$device"; done
  exec env -i CHLADNI_SOFTGPU=1 "$(command -v chroot)" "$root" \
    /bin/sh chladni-gpu/tests/gpu/run.sh --out /tmp/gpu-results "$@"
' bare-root "$root" "$@" || code=$?
mkdir -p gpu-results
find "$root/tmp/gpu-results" -name '*.json' -exec cp {} gpu-results/ \;
exit $code
