# SPDX-License-Identifier: Apache-2.0
# Sourced by Tests/run.sh and examples/quickstart.sh: what both need of the machine.

BUILD_PACKAGES="libncurses6 libxml2 gcc libc6-dev make pkg-config libcurl4-openssl-dev openssl python3 ca-certificates"

say() {
    printf '\n==> %s\n' "$*"
}

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# install_packages PACKAGE...: installs those Debian packages that are missing.
install_packages() {
    local package missing=()
    if ! command -v dpkg-query >/dev/null; then
        printf 'This is no Debian or Ubuntu: taking it that the equivalents of these are here: %s\n' "$*"
        return
    fi
    for package in "$@"; do
        case " $(dpkg-query -W -f '${db:Status-Status} ' "$package" 2>/dev/null)" in
            *" installed "*) ;;
            *) missing+=("$package") ;;
        esac
    done
    [ ${#missing[@]} -eq 0 ] && return
    say "Installing ${missing[*]}"
    # What apt says is no output of the script's: a benchmark's is a table.
    as_root apt-get update -q </dev/null >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" </dev/null >&2
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "installing packages takes root or sudo: $*"
    fi
}

# Puts swift on PATH, which sudo and login shells often cut short.
find_swift() {
    local directory
    command -v swift >/dev/null && return
    for directory in "${HOME:-}/.local/share/swiftly/bin" /opt/*/usr/bin /usr/local/*/usr/bin; do
        if [ -x "$directory/swift" ]; then
            PATH="$directory:$PATH"
            return
        fi
    done
    fail "Swift 6.2 or later is missing: install it from https://www.swift.org/install/linux/ and put its usr/bin directory on PATH"
}

# stage PREFIX: builds the release library and installs it below PREFIX.
stage() {
    export PKG_CONFIG_PATH="$1/lib/pkgconfig"
    make -s && make -s install PREFIX="$1" DESTDIR=
}
