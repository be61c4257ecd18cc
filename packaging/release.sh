#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes everything that a release consists of, from the commit that is checked out, in .build/release-files:
# the source tarball, what is built from it (tarball, Debian packages, wheel, gem), a bill of materials in
# SPDX's form, and SHA256SUMS over all. Two runs from one commit give the same bytes, in any folder, for any
# user, umask and time zone. What would change them without a word is refused.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
. Tests/prepare.sh

# The system that a release is made on. Another compiler, linker or dpkg writes other bytes.
SYSTEM="debian 12"
MACHINE=x86_64
SWIFT_VERSION=6.3.1

refuse_other_sources() {
    [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$(pwd -P)" ] ||
        fail "git does not take this folder for a checkout that it trusts, so the release's date would be guessed; run it in a clone of your own"
    [ -z "$(git status --porcelain)" ] || fail "there are changes that are not committed: git status shows them"
}

refuse_odd_folders() {
    case $PWD in
        *[!A-Za-z0-9/._+~@%:,=-]*) fail "Debian's tools cannot build in $PWD: move the clone to a folder without spaces and quotes" ;;
    esac
}

refuse_other_systems() {
    local system found
    system=$(. /etc/os-release && echo "$ID ${VERSION_ID:-}")
    [ "$system" = "$SYSTEM" ] || fail "a release is made on $SYSTEM, and this is $system: its tools write other bytes"
    [ "$(uname -m)" = "$MACHINE" ] || fail "a release is made on $MACHINE, and this is $(uname -m)"
    find_swift
    found=$(swift --version 2>&1 | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p')
    [ "$found" = "$SWIFT_VERSION" ] || fail "a release is made with Swift $SWIFT_VERSION, and this is Swift ${found:-of no version}"
}

# make, in the unpacked sources, with Debian's own tools but for Swift, and nothing of the caller's environment
# that a tool might heed.
make_there() {
    env -i PATH="/usr/sbin:/usr/bin:/sbin:/bin:$(dirname "$(command -v swift)")" HOME="$work" LC_ALL=C.UTF-8 TZ=UTC SOURCE_DATE_EPOCH="$epoch" make -s -C "$tree" "$@" </dev/null
}

umask 022
refuse_other_sources
refuse_odd_folders
refuse_other_systems
# shellcheck disable=SC2086
install_packages $BUILD_PACKAGES binutils debhelper dpkg-dev ruby

version=$(sed -n 's/^#define DORA_VERSION "\(.*\)"$/\1/p' include/dora.h)
epoch=$(git log -1 --format=%ct)
work=$PWD/.build/release-work
files=$PWD/.build/release-files
tree=$work/libdora-$version
rm -rf "$work" "$files"
mkdir -p "$work" "$files"

say "libdora $version of $(git log -1 --format=%cs), commit $(git rev-parse --short HEAD): sources"
git -c tar.umask=0022 -c core.autocrlf=false archive --format=tar --prefix="libdora-$version/" HEAD | gzip -n -9 >"$files/libdora-$version.tar.gz"
tar -xzf "$files/libdora-$version.tar.gz" -C "$work"

say "The library, for any libcurl.so.4: tarball, wheel and gem"
make_there dist wheel gem
cp "$tree"/.build/dist/*.tar.gz "$tree"/.build/wheel/*.whl "$tree"/.build/gem/*.gem "$files"

say "The library, for Debian's libcurl: packages"
make_there deb
cp "$tree"/.build/deb/*.deb "$files"

say "Bill of materials and checksums"
SOURCE_DATE_EPOCH=$epoch /usr/bin/python3 -B packaging/sbom.py "$files" "$version" "Swift $SWIFT_VERSION" "$SYSTEM"
(cd "$files" && LC_ALL=C sha256sum -- * >"$work/SHA256SUMS" && mv "$work/SHA256SUMS" .)
chmod 644 "$files"/*
rm -rf "$work"
cat "$files/SHA256SUMS"
