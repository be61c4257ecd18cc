#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Inside a system with libdora-dev installed: compiles the C example by pkg-config alone, runs it
# against the local server, and asks man for a function.
set -eu

cd "$(dirname "$0")"
cc -o get_failure /usr/share/doc/libdora-dev/examples/c/get_failure.c $(pkg-config --cflags --libs dora)

python3 local_api.py > facts.json &
server=$!
trap 'kill $server' EXIT
while [ ! -s facts.json ]; do sleep 0.1; done

fact() {
    python3 -c 'import json, sys; print(json.load(open("facts.json"))[sys.argv[1]])' "$1"
}
DD_API_KEY=$(fact api_key) DD_APP_KEY=$(fact app_key) ./get_failure \
    --base-url "$(fact base_url)" --ca-file "$(fact ca_file)" documented-example | tee output
grep -q 'Database outage' output

man dora_get_failure | grep -q 'Fetches one incident event'
test "$(pkg-config --modversion dora)" = "$(dpkg-query -W -f '${Version}' libdora-dev)"
