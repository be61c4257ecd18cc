#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A search of many events, page by page from nginx, every field read; beside C++ on libcurl and simdjson that reads the
# same fields, bare libcurl that throws the pages away, Python's json.loads, and the official Python client.
#
#     Benchmarks/search/run.sh [REPETITIONS [EVENTS]]
#
# All send the requests of libdora's search. The others send them one after the other; libdora asks ahead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Benchmarks/server.sh
. Benchmarks/python.sh
install_packages g++ libsimdjson-dev time

repetitions=${1:-5}
events=${2:-100000}
pages=$output/search/pages

serve_pages() {
    local more=$output/server/more
    rm -rf "$pages"
    read -r from to < <(python3 -B Benchmarks/search/pages.py "$events" "$pages" "$output/dora_search")
    mkdir -p "$more/locations"
    # The body of a request is known when the request to the second server is made, not before.
    cat >"$more/pages.conf" <<CONFIGURATION
map_hash_max_size 65536;
map_hash_bucket_size 512;
include $pages/map.conf;
map \$http_x_page \$number { default \$http_x_page; "" \$page; }
upstream pages { server unix:$output/server/pages.sock; keepalive 8; }
server {
    listen unix:$output/server/pages.sock;
    root $pages;
    location / { try_files /\$http_x_page.json =404; }
}
CONFIGURATION
    cat >"$more/locations/pages.conf" <<CONFIGURATION
location = /api/v2/dora/failures {
    proxy_pass http://pages;
    proxy_http_version 1.1;
    proxy_method GET;
    proxy_pass_request_body off;
    proxy_set_header Connection "";
    proxy_set_header Content-Length "";
    proxy_set_header X-Page \$number;
    proxy_buffers 32 64k;
    proxy_max_temp_file_size 0;
}
CONFIGURATION
    rm -f "$output/server/pages.sock"
    kill -HUP "$nginx_pid"
    local body
    read -r body <"$pages/bodies.txt"
    for _ in $(seq 50); do
        curl -sf -o "$output/search/check" --cacert "$ca_file" --data "$body" "$http2/api/v2/dora/failures" && return
        sleep 0.1
    done
    fail "nginx does not serve the pages: see $output/server/error.log"
}

# compare TITLE UNIT REPETITIONS PREFIX: each contender's command behind PREFIX.
compare() {
    local title=$1 unit=$2 repetitions=$3 prefix=$4 url=$5
    python3 Benchmarks/compare.py "$title" "$unit" "$repetitions" \
        "libcurl + simdjson" "$prefix $output/simdjson_search $url/api/v2/dora/failures $ca_file $pages/bodies.txt" \
        "libdora" "$prefix $output/dora_search $url $ca_file $from $to" \
        "bare libcurl, nothing read" "$prefix $output/bare_search $url/api/v2/dora/failures $ca_file $pages/bodies.txt $events" \
        "${@:6}"
}

mkdir -p "$output/search"
build dora_search Benchmarks/search/dora.c
build bare_search Benchmarks/search/bare.c
# shellcheck disable=SC2046
c++ -O2 -Wall -Wextra -DNDEBUG -o "$output/simdjson_search" Benchmarks/search/simdjson.cc -lsimdjson $(pkg-config --cflags --libs libcurl)
serve_pages

scripts=("Python, json.loads" "python3 Benchmarks/search/python_json.py $http1 $ca_file $pages/bodies.txt")
compare "Search of $events, HTTP/2, time" "µs per event" "$repetitions" "" "$http2"
compare "Search of $events, HTTP/1.1, time" "µs per event" "$repetitions" "" "$http1" "${scripts[@]}"
compare "Search of $events, HTTP/2, peak memory" KiB 1 Benchmarks/memory/peak.sh "$http2"
python3 Benchmarks/compare.py "Search, beside the official Python client, HTTP/1.1" "µs per event" 1 \
    "libdora" "$output/dora_search $http1 $ca_file $from $to" "${scripts[@]}" \
    "official" "$python Benchmarks/search/python_datadog.py $http1 $ca_file $pages/bodies.txt"
