#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The Python and Ruby bindings beside datadog-api-client (PyPI) and Debian's httparty.
#     Benchmarks/bindings/run.sh [REPETITIONS [CALLS]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Benchmarks/server.sh
install_packages python3-venv ruby ruby-httparty

repetitions=${1:-7}
calls=${2:-1000}
venv=$PWD/.build/datadog-venv
if ! cmp -s Benchmarks/bindings/requirements.txt "$venv/requirements.txt"; then
    say "Installing Benchmarks/bindings/requirements.txt into .build/datadog-venv"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install -q --disable-pip-version-check -r Benchmarks/bindings/requirements.txt </dev/null
    cp Benchmarks/bindings/requirements.txt "$venv/"
fi
# The official client throws on the documentation's own example: its times must be date-times.
sed -e 's/1693491974000000000/"2023-08-31T14:26:14Z"/' -e 's/1693491984000000000/"2023-08-31T14:26:24Z"/' \
    Tests/conformance/data/documented.json >"$output/server/root/event.json"
# Every contender's modules are compiled once, as an installed one's are.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX=$output/pycache
export DORA_LIBRARY=$PWD/.build/stage/lib/libdora.so.0

# python NAME MODE COUNT: the command of a contender, all with the same interpreter.
python() {
    printf '%s Benchmarks/bindings/python_%s.py %s %s %s %s' "$venv/bin/python" "$1" "$http1" "$ca_file" "$2" "$3"
}

python3 Benchmarks/compare.py "Python, one at a time, HTTP/1.1" "µs per event" "$repetitions" \
    "bare ctypes" "$(python bare time "$calls")" \
    "libdora" "$(python dora time "$calls")" \
    "datadog-api-client" "$(python datadog time "$calls")"
python3 Benchmarks/compare.py "Python, import and first call" "ms" "$repetitions" \
    "libdora" "$(python dora start 0)" \
    "datadog-api-client" "$(python datadog start 0)"
python3 Benchmarks/compare.py "Python, memory beyond the interpreter's" "KiB" 3 \
    "libdora" "$(python dora memory 500)" \
    "datadog-api-client" "$(python datadog memory 500)"
python3 Benchmarks/compare.py "Ruby, one at a time, HTTP/1.1" "µs per event" "$repetitions" \
    "libdora" "ruby Benchmarks/bindings/ruby_dora.rb $http1 $ca_file $calls" \
    "httparty" "ruby Benchmarks/bindings/ruby_httparty.rb $http1 $ca_file $((calls / 5))"
