#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Compiles the library for aarch64 Linux on another machine, and fetches an event with it under qemu-user
# (a minute or two). Not part of Tests/run.sh. Takes root, for debootstrap.
#
# Swift's toolchain comes without Embedded Swift's standard library for foreign Linux targets. The one
# for aarch64-none-none-elf has the same calling convention: it stands in.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Tests/prepare.sh

output=$PWD/.build/aarch64
system=$output/system
libraries=$system/usr/lib/aarch64-linux-gnu

# The packages are unpacked, not installed: nothing of the foreign system runs but what qemu-user runs.
unpack_system() {
    [ ! -e "$system/complete" ] || return 0
    say "Unpacking Debian 12 for arm64"
    rm -rf "$system"
    mkdir -p "$output"
    debootstrap --foreign --arch=arm64 --variant=minbase --include=libcurl4-openssl-dev,libc6-dev \
        bookworm "$system" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"}
    for package in "$system"/var/cache/apt/archives/*.deb; do dpkg-deb -x "$package" "$system"; done
    touch "$system/complete"
}

compile() {
    local module
    for module in DoraCore DoraHTTP Dora; do
        say "Compiling $module"
        swiftc -target aarch64-none-none-elf -enable-experimental-feature Embedded -wmo -O -parse-as-library \
            -enforce-exclusivity=unchecked -package-name libdora -swift-version 5 -Xfrontend -function-sections \
            -module-cache-path "$output/cache" -I "$output" -I Sources/CCurl -I include \
            -Xcc -fPIC -Xcc -D__linux__=1 -Xcc -D__gnu_linux__=1 -Xcc -D__unix__=1 -Xcc "--sysroot=$system" \
            -Xcc -isystem -Xcc "$system/usr/include/aarch64-linux-gnu" -Xcc -isystem -Xcc "$system/usr/include" \
            -module-name "$module" -emit-module -emit-module-path "$output/$module.swiftmodule" \
            -c $(find "Sources/$module" -name "*.swift") -o "$output/$module.o"
    done
    aarch64-linux-gnu-gcc "--sysroot=$system" -shared -o "$output/libdora.so.0" "$output"/*.o \
        -Wl,--version-script=Sources/Dora/libdora.map -Wl,-soname,libdora.so.0 -Wl,-z,defs -Wl,--gc-sections \
        -Wl,--allow-shlib-undefined "$libraries/libcurl.so.4"
    aarch64-linux-gnu-gcc "--sysroot=$system" -Iinclude -o "$output/get_failure" examples/c/get_failure.c \
        "$output/libdora.so.0" -Wl,--allow-shlib-undefined
}

fact() {
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$output/facts.json" "$1"
}

# qemu-user looks files up below the foreign system first, then here: the CA file is found.
run_example() {
    local server
    python3 examples/local_api.py >"$output/facts.json" &
    server=$!
    # shellcheck disable=SC2064
    trap "kill $server" EXIT
    while [ ! -s "$output/facts.json" ]; do sleep 0.1; done
    say "get_failure documented-example, under qemu-aarch64"
    DD_API_KEY=$(fact api_key) DD_APP_KEY=$(fact app_key) qemu-aarch64 -L "$system" \
        -E "LD_LIBRARY_PATH=$output:/usr/lib/aarch64-linux-gnu" "$output/get_failure" \
        --base-url "$(fact base_url)" --ca-file "$(fact ca_file)" documented-example | tee "$output/printed"
    grep -q 'Database outage' "$output/printed"
}

install_packages $BUILD_PACKAGES debootstrap qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross
find_swift
unpack_system
compile
run_example
