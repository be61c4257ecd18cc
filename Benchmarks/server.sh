# SPDX-License-Identifier: Apache-2.0
# Sourced by the benchmarks, at the top of the project: builds and stages the library, and serves the documented example from an nginx
# on loopback: $http1 (HTTP/1.1) and $http2 (HTTP/2), both TLS 1.3, certificate in $ca_file.

. Tests/prepare.sh

output=$PWD/.build/benchmarks
ca_file=$output/server/certificate.pem
path=/api/v2/dora/failures/documented-example
nginx_pid=

# build NAME SOURCE [FLAGS...]: compiles a program of a benchmark.
build() {
    local name=$1 source=$2
    shift 2
    # shellcheck disable=SC2046
    cc -O2 -Wall -Wextra -o "$output/$name" "$source" "$@" \
        $(pkg-config --cflags --libs dora libcurl) -Wl,-rpath,"$(pkg-config --variable=libdir dora)"
}

free_ports() {
    python3 -c '
import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(s.getsockname()[1] for s in sockets))'
}

stop_server() {
    if [ -n "$nginx_pid" ]; then
        kill "$nginx_pid" 2>/dev/null || true
        wait "$nginx_pid" 2>/dev/null || true
        nginx_pid=
    fi
}

start_server() {
    local server=$output/server port1 port2
    rm -rf "$server/more"
    mkdir -p "$server/root"
    read -r port1 port2 < <(free_ports)
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost -keyout "$server/key.pem" -out "$ca_file" 2>/dev/null
    # Under the id that is asked for: another one is a violation.
    sed 's|"id": "string"|"id": "documented-example"|' Tests/conformance/events/data/documented.json >"$server/root/event.json"
    cat >"$server/nginx.conf" <<CONFIGURATION
daemon off;
worker_processes 1;
pid $server/nginx.pid;
error_log $server/error.log;
events { worker_connections 1024; }
http {
    access_log off;
    keepalive_requests 100000000;
    keepalive_timeout 600;
    client_body_temp_path $server/body;
    proxy_temp_path $server/proxy;
    fastcgi_temp_path $server/fastcgi;
    uwsgi_temp_path $server/uwsgi;
    scgi_temp_path $server/scgi;
    default_type application/vnd.api+json;
    ssl_certificate $ca_file;
    ssl_certificate_key $server/key.pem;
    ssl_protocols TLSv1.3;
    root $server/root;
    # What a benchmark adds, before it reloads the server.
    include $server/more/*.conf;
    server {
        listen 127.0.0.1:$port1 ssl;
        location / { try_files /event.json =404; }
        include $server/more/locations/*.conf;
    }
    server {
        listen 127.0.0.1:$port2 ssl http2;
        location / { try_files /event.json =404; }
        include $server/more/locations/*.conf;
    }
}
CONFIGURATION
    nginx -e "$server/error.log" -c "$server/nginx.conf" </dev/null &
    nginx_pid=$!
    http1=https://localhost:$port1
    http2=https://localhost:$port2
    for _ in $(seq 50); do
        curl -s -o "$server/check" --cacert "$ca_file" "$http2$path" && return
        sleep 0.1
    done
    fail "nginx did not start: see $server/error.log"
}

trap stop_server EXIT
install_packages $BUILD_PACKAGES curl nginx
find_swift
mkdir -p "$output"
stage "$PWD/.build/stage"
start_server
