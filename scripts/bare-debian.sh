# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A bare Debian of any release in a folder, and commands that run in it. Sourced after lib.sh, by root.
#
# What runs there has mounts and process numbers of its own, which go with the last of its processes: nothing stays
# mounted or running, however the script ends.

# bare_debian_sources RELEASE - prints the machine's sources as "URI SUITE COMPONENT", for RELEASE.
bare_debian_sources() {
    bare_debian_here=$(. /etc/os-release && echo "$VERSION_CODENAME")
    apt-get indextargets --format "\$(REPO_URI) \$(RELEASE) \$(COMPONENT)" \
        'Identifier: Packages' 'Origin: Debian' | sort -u |
        awk -v here="$bare_debian_here" -v there="$1" \
            'index($2, here) == 1 && $2 !~ /-backports/ { $2 = there substr($2, length(here) + 1); print }'
}

# bare_debian_make FOLDER RELEASE LOG - a Debian with nothing but git in FOLDER, which is there only when it is whole.
bare_debian_make() {
    bare_debian_list=$(bare_debian_sources "$2")
    bare_debian_mirror=$(printf '%s\n' "$bare_debian_list" | awk -v release="$2" '$2 == release { print $1; exit }')
    [ -n "$bare_debian_mirror" ] ||
        die "this machine has no package source for Debian; give it one and run apt-get update"
    [ -e "/usr/share/debootstrap/scripts/$2" ] ||
        die "no release of Debian is called $2; say bookworm or trixie"
    rm -rf --one-file-system "$1.new"
    # What debootstrap mounts goes with it, too.
    with_progress "Making a bare $2" "$3" \
        unshare --mount debootstrap --variant=minbase --include=git "$2" "$1.new" "$bare_debian_mirror" ||
        die "debootstrap failed; see $3"
    printf '%s\n' "$bare_debian_list" | sed 's/^/deb /' >"$1.new/etc/apt/sources.list"
    # How this machine reaches its mirrors is the test's environment, no part of what is tested.
    # What a package has put there belongs to this release: dpkg would ask, and fail, when that package comes there, too.
    for bare_debian_file in /etc/apt/apt.conf.d/*; do
        dpkg -S "$bare_debian_file" >/dev/null 2>&1 || cp "$bare_debian_file" "$1.new/etc/apt/apt.conf.d/"
    done
    printf '#!/bin/sh\nexit 101\n' >"$1.new/usr/sbin/policy-rc.d"
    chmod 755 "$1.new/usr/sbin/policy-rc.d"
    mv "$1.new" "$1"
}

# bare_debian_copy TREE FOLDER - the sources of TREE as they are now, into FOLDER. What was built in FOLDER stays, and
# a file that is the same keeps its time, so that only what differs is compiled again.
bare_debian_copy() {
    mkdir -p "$2"
    rsync --recursive --links --perms --checksum --delete --filter=':- .gitignore' --exclude=/.git "$1/" "$2/"
}

# bare_debian_run FOLDER USER DIRECTORY COMMAND - has a shell of USER in the Debian in FOLDER run COMMAND in DIRECTORY.
# Returns its status.
bare_debian_run() {
    bare_debian_home=$(awk -F: -v user="$2" '$1 == user { print $6 }' "$1/etc/passwd")
    # In the background, for a shell takes no signal while it waits for a command in the foreground. Whoever of the
    # chain ends takes the next one with it: this shell setpriv's command, unshare all processes of the namespace.
    setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child \
        sh -ec '
            # The folder becomes the root of its namespace, no mere chroot: programs there make namespaces of their own,
            # and enter them again.
            mount --rbind "$1" "$1"
            mount -t proc proc "$1/proc"
            mount --rbind /dev "$1/dev"
            # What is put there by whoever is ended goes with the namespace, too.
            [ ! -d "$1/dev/shm" ] || mount -t tmpfs -o mode=1777 shm "$1/dev/shm"
            cd "$1"
            pivot_root . mnt
            umount -l /mnt
            # What this environment says about this machine must not leak in. The shell stays: who becomes another
            # user is no longer ended with the process before.
            status=0
            env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME="$3" TERM=dumb \
                chroot --userspec="$2:$2" --groups= / sh -c "cd $4 && $5" || status=$?
            exit "$status"
        ' sh "$1" "$2" "$bare_debian_home" "$3" "$4" </dev/null &
    bare_debian_child=$!
    bare_debian_status=0
    wait "$bare_debian_child" || bare_debian_status=$?
    bare_debian_child=
    return "$bare_debian_status"
}

# bare_debian_end - ends what bare_debian_run has running, and waits for its end; for the script's EXIT trap.
bare_debian_end() {
    [ -n "${bare_debian_child:-}" ] || return 0
    # unshare's one child, the first process of the namespace, ends after all others there, and unshare after it.
    bare_debian_first=$(cat "/proc/$bare_debian_child/task/$bare_debian_child/children" 2>/dev/null) || :
    # shellcheck disable=SC2086
    kill -KILL ${bare_debian_first:-$bare_debian_child} 2>/dev/null || :
    wait "$bare_debian_child" 2>/dev/null || :
}
