#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The Python and Ruby bindings beside datadog-api-client (PyPI) and Debian's httparty.
#     Benchmarks/bindings/run.sh [REPETITIONS [CALLS]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Benchmarks/server.sh
. Benchmarks/python.sh
install_packages ruby ruby-httparty

repetitions=${1:-7}
calls=${2:-1000}
serve_date_times

# contender NAME MODE COUNT: the command of a Python contender.
contender() {
    printf '%s Benchmarks/bindings/python_%s.py %s %s %s %s' "$python" "$1" "$http1" "$ca_file" "$2" "$3"
}

python3 Benchmarks/compare.py "Python, one at a time, HTTP/1.1" "µs per event" "$repetitions" \
    "bare ctypes" "$(contender bare time "$calls")" \
    "libdora" "$(contender dora time "$calls")" \
    "datadog-api-client" "$(contender datadog time "$calls")"
python3 Benchmarks/compare.py "Python, import and first call" "ms" "$repetitions" \
    "libdora" "$(contender dora start 0)" \
    "datadog-api-client" "$(contender datadog start 0)"
python3 Benchmarks/compare.py "Python, memory beyond the interpreter's" "KiB" 3 \
    "libdora" "$(contender dora memory 500)" \
    "datadog-api-client" "$(contender datadog memory 500)"
python3 Benchmarks/compare.py "Ruby, one at a time, HTTP/1.1" "µs per event" "$repetitions" \
    "libdora" "ruby Benchmarks/bindings/ruby_dora.rb $http1 $ca_file one $calls" \
    "httparty" "ruby Benchmarks/bindings/ruby_httparty.rb $http1 $ca_file one $((calls / 5))"
python3 Benchmarks/compare.py "Ruby, many, HTTP/2" "µs per event" "$repetitions" \
    "libdora" "ruby Benchmarks/bindings/ruby_dora.rb $http2 $ca_file many $((calls * 10))"
python3 Benchmarks/compare.py "Ruby, require and first call" "ms" "$repetitions" \
    "libdora" "ruby Benchmarks/bindings/ruby_dora.rb $http1 $ca_file start 0" \
    "httparty" "ruby Benchmarks/bindings/ruby_httparty.rb $http1 $ca_file start 0"
