#!/bin/sh
# Times the models of this folder on an Android device, by adb and onnxruntime_perf_test.
#
#   PERF_TEST=path/to/onnxruntime_perf_test RUNTIME=1.22.0 ./run.sh
#
# PERF_TEST  the program, built for arm64-v8a (onnxruntime: ./build.sh --android --android_abi
#            arm64-v8a --build_shared_lib ...); libonnxruntime.so beside it is taken along
# RUNTIME    its version, for the profile's provenance
# CPUS       taskset mask of the cores to use, such as 100 for the Cortex-X3 of a Pixel 8
# THREADS    threads of each run, 1 when left out
# REPEATS    timed runs of each model, 50 when left out
# ADB        the adb command, such as "adb -s SERIAL"
#
# Run it again after an interruption: what is in results/ is not measured again.
set -u
cd "$(dirname "$0")" || exit 1
ADB="${ADB:-adb}"
THREADS="${THREADS:-1}"
REPEATS="${REPEATS:-50}"
CPUS="${CPUS:-}"
REMOTE=/data/local/tmp/mixtune

if [ -z "${PERF_TEST:-}" ] || [ ! -f "$PERF_TEST" ]; then
  echo "run.sh: set PERF_TEST to onnxruntime_perf_test built for the device" >&2
  exit 2
fi
$ADB get-state >/dev/null 2>&1 || { echo "run.sh: no device; see adb devices" >&2; exit 2; }

mkdir -p results
$ADB shell mkdir -p "$REMOTE" || exit 1
$ADB push "$PERF_TEST" "$REMOTE/perf_test" >/dev/null || exit 1
library="$(dirname "$PERF_TEST")/libonnxruntime.so"
if [ -f "$library" ]; then
  $ADB push "$library" "$REMOTE/" >/dev/null || exit 1
fi
$ADB shell chmod 755 "$REMOTE/perf_test"
{
  echo "device=$($ADB shell getprop ro.product.model | tr -d '\r'), $($ADB shell getprop ro.soc.model | tr -d '\r')"
  echo "cpus=$CPUS"
  echo "runtime=${RUNTIME:-of unknown version}"
  echo "threads=$THREADS"
  echo "date=$(date -u +%Y-%m-%d)"
} >results/device.txt

prefix=""
[ -n "$CPUS" ] && prefix="taskset $CPUS"

# time_model FILE RESULT: a result appears only when it is whole.
time_model() {
  [ -f "results/$2" ] && return 0
  $ADB push "models/$1" "$REMOTE/model.onnx" >/dev/null || return 1
  # adb would read the rest of the list from standard input.
  $ADB shell "cd $REMOTE && LD_LIBRARY_PATH=. $prefix ./perf_test -I -s -e cpu -m times \
-r $REPEATS -x $THREADS -y 1 model.onnx" </dev/null >"results/$2.part" 2>&1
  if grep -q 'time cost' "results/$2.part"; then
    mv "results/$2.part" "results/$2"
  else
    mv "results/$2.part" "results/$2.failed"
    echo "run.sh: $1 failed, see results/$2.failed" >&2
  fi
}

models="$(ls models)"
anchor="$(echo "$models" | head -n 1)"
count=0
total="$(echo "$models" | wc -l | tr -d ' ')"
for model in $models; do
  if [ $((count % 10)) -eq 0 ]; then
    time_model "$anchor" "$(printf 'anchor%03d.txt' $((count / 10)))" || exit 1
  fi
  time_model "$model" "$model.txt" || exit 1
  count=$((count + 1))
  printf '\r%d of %d models' "$count" "$total"
done
echo
$ADB shell rm -rf "$REMOTE"
echo "Done. Now: ./tune profile --import $(pwd) --out my-phone.json"
