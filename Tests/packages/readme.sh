# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Sourced by run.sh: the README's commands on bare systems to which only the Swift toolchain was added.

# Takes the commands from the README, so that it cannot promise others.
readme_commands() {
    sed -n 's|^\(\./[A-Za-z/]*\.sh\) .*|\1|p' README.md
}

# try_readme DISTRIBUTION: both commands, in a copy of the sources as they are.
try_readme() {
    local toolchain command log
    toolchain=$(dirname "$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")")
    bare_system "readme-$1" "$1"
    mkdir -p "$root/opt/swift" "$root/srv/libdora"
    mount --bind -o ro "$toolchain" "$root/opt/swift"
    mount -t sysfs -o ro sysfs "$root/sys"
    tar -c --exclude=./.build --exclude=./.git . | tar -x -C "$root/srv/libdora"
    say "$1: the quickstart, in a folder of a hard name and without a home"
    cp -a "$root/srv/libdora" "$root/srv/it's a & b"
    inside env -u HOME "/srv/it's a & b/examples/quickstart.sh"
    install_line /srv/libdora "make"
    inside sh -c 'cd /srv/libdora && make -s uninstall && ! find /usr/local -type f -name "*dora*" | grep .'
    for command in $(readme_commands); do
        say "$1: $command"
        log=$systems/readme-$1-$(basename "$command" .sh).log
        if ! inside sh -c "cd /srv/libdora && $command" >"$log" 2>&1; then
            tail -n 40 "$log"
            fail "$1: $command failed, see $log"
        fi
        results+=("$1: $command: $(grep -E '^==> Done|^[0-9]+ passed' "$log" | tail -n 1)")
    done
}

check_readme() {
    local distribution results=()
    install_packages debootstrap
    find_swift
    [ "$(readme_commands | wc -l)" -eq 2 ] || fail "the README has other commands than the two that are tried here"
    for distribution in ${DORA_README_ON:-bookworm trixie}; do
        try_readme "$distribution"
    done
    say "The README's commands"
    printf '%s\n' "${results[@]}"
}
