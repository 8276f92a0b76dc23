#!/usr/bin/env bash
# Tests and times the cuda backend on a machine that has a GPU and a driver, and nothing else. Packed by cuda/device/pack.
#
#   run.sh [RESULTS] [STEP ...]      RESULTS: folder to write, default ./results
#
#   probe       the GPU, the driver, and what the backend says of them
#   contract    every case of the backend contract, all dtypes, on the GPU, against the reference
#   sanitize    compute-sanitizer on small cases, where it is installed
#   profile     the standard problems and the large ones
#   peers       the same problems with PyTorch's SDPA and compiled flex_attention, where PyTorch is installed
#   table       all times in one table
#
# Without a STEP all of them, in this order. A step that fails does not stop the next ones; the exit status tells.
set -uo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
results="${1:-results}"
[[ $# -gt 0 ]] && shift
steps=("$@")
[[ ${#steps[@]} -gt 0 ]] || steps=(probe contract sanitize profile peers table)
mkdir -p "$results"
results="$(cd "$results" && pwd)"
jre="$results/../sparkhood-jre"
failed=()

if [[ ! -x "$jre/bin/java" ]]; then
  mkdir -p "$jre"
  tar -C "$jre" --strip-components=1 -xJf "$here/jre.tar.xz" || exit 2
fi
java=("$jre/bin/java" --add-modules jdk.incubator.vector -Xmx16g)
jobs() { "${java[@]}" -jar "$here"/lib/sparkhood-jobs-*.jar "$@"; }
contract() {
  "${java[@]}" -Dsparkhood.gpuTests=true -cp "$here/tests/*" org.junit.platform.console.ConsoleLauncher execute \
    --disable-banner --details=summary --select-class=io.sparkhood.cuda.CudaHardwareTest \
    --select-class=io.sparkhood.cuda.UnfusedHardwareTest "$@"
}

probe() {
  nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm --format=csv
  cat "$here/commit"
  jobs doctor --local
}

sanitize() {
  local tool
  tool="$(command -v compute-sanitizer || ls /usr/local/cuda*/bin/compute-sanitizer 2>/dev/null | head -n 1)"
  if [[ -z "$tool" ]]; then
    echo "compute-sanitizer is not installed here"
    return 0
  fi
  local check
  for check in memcheck racecheck initcheck synccheck; do
    echo "== $check"
    "$tool" --tool "$check" --target-processes all --error-exitcode 9 "${java[@]}" -jar "$here"/lib/sparkhood-jobs-*.jar \
      profile --feature-map=19,23 --kernel-size=7,5 --heads=2 --head-dim=40 --relative-position-bias \
      --additional-tokens=3 --dtype=float16 --batch=2 --backend=cuda --repeat=1 --warmup=1 --explain || return 1
  done
}

# One JVM for each dtype; the large problems in bfloat16.
profile() {
  local dtype
  for dtype in bfloat16 float16 float32; do
    jobs profile --standard --dtype=$dtype --backend=cuda --csv="$results/standard-$dtype.csv" || return 1
  done
  local level
  for level in 0 1 2 3; do # both families, predicted and measured
    jobs profile --feature-map=$((56 >> level)),$((56 >> level)) --kernel-size=7,7 --heads=$((2 << level)) --head-dim=32 \
      --batch=128 --dtype=bfloat16 --backend=cuda --explain || return 1
  done
  large nat1b128 --feature-map=56,56 --kernel-size=7,7 --heads=2 --head-dim=32 --batch=128 &&
    large long1d --feature-map=32768 --kernel-size=2048 --heads=1 --head-dim=128 &&
    large flux --feature-map=256,256 --kernel-size=80,80 --heads=24 --head-dim=128 &&
    large hunyuan --feature-map=30,48,80 --kernel-size=18,24,24 --heads=24 --head-dim=128
}

large() {
  local name="$1"
  shift
  jobs profile --dtype=bfloat16 --backend=cuda --csv="$results/large-$name.csv" "$@"
}

peers() {
  if ! python3 -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then
    echo "there is no Python with PyTorch that sees a GPU here"
    return 0
  fi
  python3 "$here/peers.py" "$results/peers.csv"
}

table() {
  {
    echo "# $(date -u +%F), $(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | head -n 1), commit $(cat "$here/commit")"
    echo
    echo "| problem | by | dtype | min ms | median ms | max ms | useful TFLOP/s |"
    echo "|---|---|---|---|---|---|---|"
    # the name of a plan is quoted and may hold commas: only what stands around it is read
    find "$results" -maxdepth 1 -name '*.csv' | sort | xargs -r cat |
      sed 's/"[^"]*"/-/g' |
      awk -F, '$1 != "problem" { printf "| %s | %s | %s | %s | %s | %s | %.2f |\n", $1, $2, $3, $5, $6, $7, $8 / 1000 }'
  } | tee "$results/table.md"
}

for step in "${steps[@]}"; do
  echo "==== $step"
  case "$step" in
    probe | contract | sanitize | profile | peers | table)
      started=$SECONDS
      "$step" 2>&1 | tee "$results/$step.log"
      [[ ${PIPESTATUS[0]} -eq 0 ]] || failed+=("$step")
      echo "==== $step: $((SECONDS - started)) s"
      ;;
    *)
      echo "there is no step '$step'" >&2
      failed+=("$step")
      ;;
  esac
done
if [[ ${#failed[@]} -gt 0 ]]; then
  echo "failed: ${failed[*]}" >&2
  exit 1
fi
