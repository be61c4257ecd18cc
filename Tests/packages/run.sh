#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Proves on bare Debian systems, each in a chroot, what the packages and the README promise:
#
#     Tests/packages/run.sh packages    builds the Debian packages, lints them, installs them where no
#                                       compiler is, then compiles and runs the C example (2 minutes)
#     Tests/packages/run.sh others      installs the same packages on Debian 11 and 13 and runs the example
#                                       there (3 minutes)
#     Tests/packages/run.sh release     makes a release of the last commit twice, in other folders, by other users,
#                                       with other umasks and time zones, compares the bytes, and uses the files
#                                       on Debian 12 and 13 without Swift, with and without libcurl (20 minutes)
#     Tests/packages/run.sh readme      runs the README's two commands on Debian 12 and 13 where only the Swift
#                                       toolchain was added, and says how many tests passed (twice as long as
#                                       Tests/run.sh takes from nothing; DORA_README_ON=trixie for one of them)
#
# Without an argument all of them. Takes root, a network and 4 GB below .build/packages. Not part of
# Tests/run.sh. DEBIAN_MIRROR names a mirror other than debootstrap's own.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Tests/prepare.sh
. Tests/packages/readme.sh

[ "$(id -u)" -eq 0 ] || fail "a chroot takes root: sudo Tests/packages/run.sh"

# Mounts end with this process, whatever happens.
if [ -z "${DORA_OWN_MOUNTS:-}" ]; then
    DORA_OWN_MOUNTS=1 exec unshare --mount --propagation private "${BASH_SOURCE[0]}" "$@"
fi

systems=$PWD/.build/packages

# bare_system NAME DISTRIBUTION: a fresh system in a chroot, in $root.
bare_system() {
    local base=$systems/base-$2
    if [ ! -e "$base/complete" ]; then
        say "debootstrap: a bare $2"
        rm -rf --one-file-system "$base"
        mkdir -p "$systems"
        debootstrap --variant=minbase "$2" "$base" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"}
        touch "$base/complete"
    fi
    root=$systems/$1
    rm -rf --one-file-system "$root"
    cp -a "$base" "$root"
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    # Certificates of this network's own, which a proxy in front of the registries may need.
    cp -RL /usr/local/share/ca-certificates "$root/usr/local/share/"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
}

# inside COMMAND [ARGUMENT...]: runs it in the system, with an environment as bare as the system.
inside() {
    env -i HOME=/srv LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
        PATH=/opt/swift/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        chroot "$root" "$@" </dev/null
}

# build_packages: in .build/deb, from the sources as they are.
build_packages() {
    install_packages debootstrap debhelper dpkg-dev lintian
    find_swift
    make deb
}

# install_library: libdora0 alone, where nothing else is.
install_library() {
    cp .build/deb/*.deb examples/local_api.py examples/local_events.py Tests/packages/try_example.sh "$root/srv/"
    say "Installing libdora0 alone"
    inside sh -c 'apt-get update -q && apt-get install -y -q --no-install-recommends /srv/libdora0_*.deb'
    inside sh -c '! command -v cc && ldconfig -p | grep libdora.so.0'
}

run_example() {
    say "Installing libdora-dev, a compiler and pkg-config"
    inside sh -c 'apt-get install -y -q --no-install-recommends /srv/libdora-dev_*.deb gcc libc6-dev pkg-config man-db python3 openssl'
    inside /srv/try_example.sh
}

check_packages() {
    build_packages
    say "lintian"
    lintian --fail-on error,warning --allow-root .build/deb/*.changes
    bare_system installed bookworm
    install_library
    run_example
    say "Removing both"
    inside apt-get purge -y -q libdora0 libdora-dev
    inside sh -c '! ldconfig -p | grep libdora && ! find /usr -name "*libdora*" -o -name "dora*.h" | grep .'
}

check_others() {
    local distribution
    build_packages
    for distribution in bullseye trixie; do
        bare_system "$distribution" "$distribution"
        install_library
        run_example
    done
}

# release_in FOLDER USER COMMAND...: a release of $commit, in a clone at FOLDER that belongs to USER.
release_in() {
    local folder=$1 user=$2
    shift 2
    rm -rf "$folder"
    git clone -q "file://$PWD" "$folder"
    git -C "$folder" checkout -q "$commit"
    chown -R "$user:$user" "$folder"
    (cd "$folder" && "$@" setpriv "--reuid=$user" "--regid=$user" --clear-groups make -s release)
}

make_release_twice() {
    # What a user who may install nothing would miss.
    # shellcheck disable=SC2086
    install_packages $BUILD_PACKAGES git debootstrap binutils debhelper dpkg-dev lintian ruby
    find_swift
    # Another may be added meanwhile.
    commit=$(git rev-parse HEAD)
    say "A release"
    release_in "$systems/one" 0 env
    say "The same release, by somebody else, somewhere else"
    release_in "$systems/the-other-of-two" 65534 \
        env -u HOME TZ=Asia/Kolkata LC_ALL=C sh -c 'umask 077; exec "$@"' sh
    diff "$systems/one/.build/release-files/SHA256SUMS" "$systems/the-other-of-two/.build/release-files/SHA256SUMS"
    release=$systems/one/.build/release-files
    (cd "$release" && sha256sum --quiet --check --strict SHA256SUMS && ls -l)
}

# without_libcurl COMMAND...: it must fail, and say what to install.
without_libcurl() {
    if inside "$@" >"$systems/said" 2>&1; then
        fail "this works without libcurl: $*"
    fi
    grep 'apt install libcurl4' "$systems/said"
}

# install_line FOLDER START: runs the line of the README's "Install" that starts so, in that folder.
install_line() {
    local line
    line=$(sed -n '/^## Install$/,/^## Use it$/p' README.md | sed -n "/^$2/{s/ *#.*//; s/sudo //g; p}")
    [ -n "$line" ] || fail "the README has no line that starts with: $2"
    say "$line"
    inside sh -c "cd $1 && PATH=/srv/venv/bin:\$PATH && $line"
}

# found KIND: what a search through that kind of file finds, held against what the others found.
found() {
    local count
    count=$(inside env PATH=/srv/venv/bin:/usr/bin:/bin /srv/release/try_release.sh "$1" | tail -n 1)
    say "$1: $count events"
    [ "$count" -gt 0 ] || fail "$1 found nothing"
    [ "$count" -eq "${expected:=$count}" ] || fail "$1 found $count events, and others $expected"
}

use_release() {
    local distribution=$1 install="apt-get install -q --no-install-recommends" expected=
    bare_system "release-$distribution" "$distribution"
    mkdir -p "$root/srv/release"
    echo 'APT::Get::Assume-Yes "true";' >"$root/etc/apt/apt.conf.d/yes"
    cp "$release"/* examples/local_api.py examples/local_events.py examples/python/get_failure.py \
        examples/ruby/get_failure.rb Tests/packages/try_release.sh "$root/srv/release"
    inside apt-get update -q
    say "$distribution: Python and Ruby, and no libcurl"
    inside sh -c "$install python3-venv ruby openssl && python3 -m venv /srv/venv"
    inside sh -c '! ldconfig -p | grep libcurl.so.4'
    install_line /srv/release "pip install"
    without_libcurl /srv/venv/bin/python -c 'import libdora'
    install_line /srv/release "gem install"
    without_libcurl ruby -e 'require "libdora"'
    say "$distribution: libcurl, and a compiler"
    inside sh -c "$install libcurl4 gcc g++ libc6-dev pkg-config man-db"
    found wheel
    found gem
    install_line /srv/release "sudo apt install"
    found packages
    inside apt-get purge -q libdora0 libdora-dev
    install_line /srv/release "sudo tar"
    inside ldconfig
    found tarball
}

check_release() {
    make_release_twice
    say "lintian"
    lintian --fail-on error,warning --allow-root "$release"/*.deb
    use_release bookworm
    use_release trixie
}

[ $# -gt 0 ] || set -- packages others release readme
for part in "$@"; do
    "check_$part"
done
say "All is well"
