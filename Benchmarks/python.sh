# SPDX-License-Identifier: Apache-2.0
# Sourced by the benchmarks with Python contenders, after server.sh: the interpreter of all of them is
# $python, with the official client installed.

install_packages python3-venv

python=$PWD/.build/datadog-venv/bin/python

install_official_client() {
    local venv=$PWD/.build/datadog-venv
    cmp -s Benchmarks/requirements.txt "$venv/requirements.txt" && return
    say "Installing Benchmarks/requirements.txt into .build/datadog-venv"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install -q --disable-pip-version-check -r Benchmarks/requirements.txt </dev/null
    cp Benchmarks/requirements.txt "$venv/"
}

# The official client throws on the documentation's own example: its times must be date-times.
serve_date_times() {
    sed -e 's/1693491974000000000/"2023-08-31T14:26:14Z"/' -e 's/1693491984000000000/"2023-08-31T14:26:24Z"/' \
        Tests/conformance/events/data/documented.json >"$output/server/root/event.json"
}

install_official_client
# Every contender's modules are compiled once, as an installed one's are.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX=$output/pycache
export DORA_LIBRARY=$PWD/.build/stage/lib/libdora.so.0
