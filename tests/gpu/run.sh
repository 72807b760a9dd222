#!/bin/sh
# What is proven and measured on a GPU host, out of the archive that ./chladni bundle makes:
#
#   tests/gpu/run.sh [OPTIONS] PART...
#
# probe         versions, symbols, the card's attributes, a first product and convolution
# correct       every operation, networks, training, replays; bit for bit where it should be
# sanitize      compute-sanitizer's memcheck and racecheck over the kernels
# speed         inference and training steps of pix2pix, each of their layers, the multimodal step
# convolutions  every layer of the networks by itself in its three directions
# peers         pix2pix beside PyTorch on the same card
#
# --out FOLDER       where PART.json goes; gpu-results when not given
# --batch 1,16       --precision BF16,TF32  --work step,inference (of peers): less than all
# --tune             speed, convolutions and peers time the implementations of each convolution first,
#                    once for a card (minutes); what is found stays in CHLADNI_CACHE
# --budget SECONDS   after which a part begins nothing new; 420 when not given. What it did not come to
#                    is listed: ask for it by these options in another run
#
# Each part is a process of its own and ends within nine minutes. A part that fails makes the exit
# code 1. With CHLADNI_SOFTGPU=1 everything but peers runs without a card, at tiny sizes.
set -eu

case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
root=$(cd -P "$here/../.." && pwd)
java=$root/runtime/bin/java
[ -x "$java" ] || {
  echo "run.sh: it runs inside of the archive that ./chladni bundle --gpu makes, and there is no $java." >&2
  exit 1
}
out=$(pwd)/gpu-results
options= parts=
while [ $# -gt 0 ]; do
  case $1 in
    --out)
      case ${2:?--out needs a folder} in /*) out=$2 ;; *) out=$(pwd)/$2 ;; esac
      shift
      ;;
    --batch | --precision | --work | --budget)
      options="$options $1 ${2:?$1 needs a value}"
      shift
      ;;
    --tune) options="$options --tune true" ;;
    probe | correct | sanitize | speed | convolutions | peers) parts="$parts $1" ;;
    *)
      echo "run.sh: '$1' is no part. They are probe, correct, sanitize, speed, convolutions, peers." >&2
      exit 2
      ;;
  esac
  shift
done
[ -n "$parts" ] || {
  echo "run.sh: name at least one of probe, correct, sanitize, speed, convolutions, peers." >&2
  exit 2
}

# The fixtures are found from the folder of the tests.
cd "$root/tests"
code=0 summary=
for part in $parts; do
  echo "== $part"
  # shellcheck disable=SC2086
  result=0
  "$java" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx8g -Djava.awt.headless=true \
    ${CHLADNI_JAVA_OPTS:-} -cp "$root/lib/*" chladni.gpu.Main "$part" --out "$out" $options || result=$?
  case $result in
    0) word=passed ;;
    3) word='nothing could be done here, see above' ;;
    *) word=FAILED code=1 ;;
  esac
  summary="$summary$part: $word
"
done
printf '\n%s' "$summary"
[ "${CHLADNI_SOFTGPU:-}" != 1 ] || echo "No card was used: the stand-ins computed all of it."
exit $code
