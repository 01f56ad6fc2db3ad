# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the scripts of this folder share. Sourced, after `set -eu`; nothing runs by sourcing it but a few settings.
#
# Everything that is kept between runs lies below cache_dir. The machine's package sources are read and never
# written: what Debian's archive is asked beyond installing packages goes through private_apt.

# depmod and modprobe live where an ordinary user's PATH does not look.
PATH=$PATH:/usr/sbin:/sbin
# Messages of apt, dpkg and readelf are parsed in places.
LC_ALL=C.UTF-8
export PATH LC_ALL

# The lists are read by the scripts that source this file.
# shellcheck disable=SC2034
{
# What compiles the plugin where its QEMU's headers are at hand: scripts/package writes them into the builder's Depends.
PLUGIN_PACKAGES='gcc libc6-dev binutils meson ninja-build pkgconf libglib2.0-dev libpixman-1-dev liburing-dev
    libssl-dev python3'
BUILD_PACKAGES="$PLUGIN_PACKAGES qemu-system-x86"
HEADER_PACKAGES='ca-certificates dpkg-dev make xz-utils perl flex bison python3-venv
    libfdt-dev libaio-dev liburing-dev libpixman-1-dev'
PACKAGE_PACKAGES='build-essential debhelper dpkg-dev lintian rsync xz-utils'
GUEST_PACKAGES='busybox-static cpio gzip kmod xz-utils binutils'
# With eu-stack a test that hangs shows where; mandoc reads the manual's pages.
TEST_PACKAGES='libcunit1-dev libgmp-dev nettle-dev openssl elfutils procps mandoc'
# For algorithms that OpenSSL lacks.
EXTRA_PACKAGES=libgcrypt20-dev
# Series of QEMU that src/qemu/compat.h knows: Debian 12's and Debian 13's.
SUPPORTED_QEMU='7.2 10.0'
EXTRA_OPTIONS=-Dgcrypt=enabled
if [ "$(dpkg --print-architecture)" = amd64 ]; then
    EXTRA_PACKAGES="$EXTRA_PACKAGES libipsec-mb-dev"
    EXTRA_OPTIONS="$EXTRA_OPTIONS -Dipsec_mb=enabled"
fi
}

# say TEXT - one line of progress. Not on stdout, where some scripts print a result.
say() { printf '%s\n' "$*" >&2; }

# die "WHAT; WHAT TO DO" - the only way the scripts fail by themselves.
die() { printf 'qemu-virtio-crypto: %s\n' "$*" >&2; exit 1; }

# cache_dir - prints the folder of all that is kept between runs; makes it.
cache_dir() {
    cache_dir_base=${XDG_CACHE_HOME:-}
    case $cache_dir_base in
    /*) ;;
    *)
        cache_dir_home=${HOME:-}
        [ -n "$cache_dir_home" ] || cache_dir_home=$(getent passwd "$(id -u)" | cut -d: -f6)
        [ -n "$cache_dir_home" ] || die "no home folder for the cache; set HOME or XDG_CACHE_HOME"
        cache_dir_base=$cache_dir_home/.cache
        ;;
    esac
    mkdir -p "$cache_dir_base/qemu-virtio-crypto" 2>/dev/null ||
        die "cannot create $cache_dir_base/qemu-virtio-crypto; set XDG_CACHE_HOME to a folder that you may write"
    printf '%s\n' "$cache_dir_base/qemu-virtio-crypto"
}

# with_progress TEXT LOG COMMAND... - runs a command that may take long, its output into LOG, a sign of life
# every 10 seconds, and the end of LOG when it fails. Returns the command's status.
with_progress() {
    with_progress_text=$1 with_progress_log=$2
    shift 2
    say "$with_progress_text ..."
    with_progress_start=$(date +%s)
    # The command itself stays in the foreground, so that an interrupt reaches it. The ticker watches for the end
    # of this shell, because an interrupt does not reach a job in the background; a shell that has ended has no exe,
    # even while nobody has waited for it. The last sleep outlives it, and must not hold lock_cache's lock.
    (
        ticks=0
        while [ -e /proc/$$/exe ]; do
            sleep 1 >/dev/null 2>&1
            ticks=$((ticks + 1))
            [ $((ticks % 10)) -ne 0 ] || say "  $ticks s: $(tail -n 1 "$with_progress_log" 2>/dev/null | cut -c1-100)"
        done
    ) >&2 </dev/null 9>&- &
    with_progress_ticker=$!
    with_progress_status=0
    "$@" >"$with_progress_log" 2>&1 </dev/null || with_progress_status=$?
    # Not TERM: one that comes before the ticker has let go of this shell's traps is lost, and the wait without an end.
    kill -KILL "$with_progress_ticker" 2>/dev/null || :
    wait "$with_progress_ticker" 2>/dev/null || :
    if [ "$with_progress_status" -ne 0 ]; then
        say "$with_progress_text: failed; the end of $with_progress_log:"
        tail -n 25 "$with_progress_log" | sed 's/^/  | /' >&2
    else
        say "$with_progress_text: done, $(($(date +%s) - with_progress_start)) s"
    fi
    return "$with_progress_status"
}

# missing_packages PACKAGE... - prints those that are not installed.
missing_packages() {
    # dpkg-query fails when it does not know one of them; what it does know it still prints.
    { dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || :; } |
        awk -v wanted="$*" '
            $2 == "installed" { have[$1] = 1 }
            END {
                n = split(wanted, name, " ")
                for (i = 1; i <= n; i++)
                    if (!(name[i] in have))
                        printf "%s%s", (some++ ? " " : ""), name[i]
            }'
}

# need_packages PACKAGE... - installs those that are missing; asks for no privilege when none is. With
# VCRYPTO_INSTALL=never in the environment it only names them: under dpkg's lock nothing can be installed.
need_packages() {
    need_packages_missing=$(missing_packages "$@")
    [ -n "$need_packages_missing" ] || return 0
    [ "${VCRYPTO_INSTALL:-}" != never ] ||
        die "packages are missing; run as root: apt-get install $need_packages_missing"
    if [ "$(id -u)" -eq 0 ]; then
        need_packages_sudo=
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }; }; then
        need_packages_sudo=sudo
    else
        die "packages are missing and neither root nor sudo is at hand; run as root: apt-get install" \
            "$need_packages_missing"
    fi
    need_packages_log=$(cache_dir)/install.log
    # A source of the user's own that cannot be reached must not stop what Debian's own sources can give.
    # shellcheck disable=SC2086
    with_progress "Updating the package lists" "$need_packages_log" \
        $need_packages_sudo apt-get update -q -o DPkg::Lock::Timeout=300 ||
        say "Going on with the package lists as they are."
    # A file of settings that is there stays: nobody answers dpkg's question.
    # shellcheck disable=SC2086
    with_progress "Installing $need_packages_missing" "$need_packages_log" \
        $need_packages_sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
        -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold $need_packages_missing ||
        die "packages could not be installed; see $need_packages_log, or run as root: apt-get install" \
            "$need_packages_missing"
}

# The archive's suites that the private apt reads instead of what the machine's sources name, from the same mirror; empty:
# the machine's.
private_apt_suites=

# private_apt_for SUITE... - has the private apt read these, and of a release its updates and security updates, too; one
# that is the machine's own release means the machine's sources, with what they have beside it.
private_apt_for() {
    private_apt_suites=
    [ "$*" = "$(machine_release)" ] && return
    private_apt_mirror=$(archive_mirror)
    [ -n "$private_apt_mirror" ] || { private_apt_update; private_apt_mirror=$(archive_mirror); }
    [ -n "$private_apt_mirror" ] ||
        die "no source of Debian's $(machine_release) was found; check the machine's package sources and run again"
    private_apt_security_mirror=$(archive_mirror -security)
    private_apt_suites=$*
}

# machine_release - prints the code name of this machine's release.
machine_release() { (. /etc/os-release && printf '%s\n' "${VERSION_CODENAME:-}"); }

# archive_mirror [-security] - prints where the machine's sources have its release from, or that release's security
# updates: nothing before its lists were fetched.
archive_mirror() {
    private_apt apt-get indextargets --format "\$(RELEASE) \$(COMPONENT) \$(REPO_URI)" \
        'Identifier: Packages' 'Origin: Debian' | sed -n "s/^$(machine_release)${1:-} main //p" | head -n 1
}

# private_apt_other_sources - prints the lines of sources for private_apt_suites. Code names without a suffix are releases,
# but "testing" has no updates beside it.
private_apt_other_sources() {
    for private_apt_suite in $private_apt_suites; do
        private_apt_line "$private_apt_mirror" "$private_apt_suite"
        case $private_apt_suite in
        testing | *-*) continue ;;
        esac
        private_apt_line "$private_apt_mirror" "$private_apt_suite-updates"
        [ -z "$private_apt_security_mirror" ] ||
            private_apt_line "$private_apt_security_mirror" "$private_apt_suite-security"
    done
}

# A machine has the keys of the releases before its own and of the next.
private_apt_line() {
    printf 'deb [signed-by=%s] %s %s main\n' /usr/share/keyrings/debian-archive-keyring.gpg "$1" "$2"
}

# private_apt_setup - writes the private apt's configuration and its list of sources, and prints the
# configuration's path.
private_apt_setup() {
    private_apt_state=$(cache_dir)/apt$(printf '%s' "${private_apt_suites:+ $private_apt_suites}" | tr ' ' -)
    mkdir -p "$private_apt_state/sources.list.d" "$private_apt_state/lists/partial" \
        "$private_apt_state/cache/archives/partial"
    # Hooks are for the machine's own state (one of them empties /var/cache/apt), and would fail without root.
    # Downloads go to a folder that apt's unprivileged user cannot enter when root's home is closed.
    cat >"$private_apt_state/apt.conf" <<END
Dir::State::lists "$private_apt_state/lists/";
Dir::Cache "$private_apt_state/cache/";
Dir::Cache::archives "archives/";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "srcpkgcache.bin";
Dir::Etc::sourcelist "$private_apt_state/sources.list";
Dir::Etc::sourceparts "$private_apt_state/sources.list.d/";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
END
    rm -f "$private_apt_state"/sources.list.d/*
    if [ -n "$private_apt_suites" ]; then
        private_apt_other_sources >"$private_apt_state/sources.new"
        # Lists of other sources, which an earlier revision of this file kept, would pass for what is current.
        cmp -s "$private_apt_state/sources.new" "$private_apt_state/sources.list" ||
            rm -rf "$private_apt_state/lists"/*Packages* "$private_apt_state/lists"/*Release*
        mv "$private_apt_state/sources.new" "$private_apt_state/sources.list"
    else
        private_apt_machine_sources
    fi
    printf '%s\n' "$private_apt_state/apt.conf"
}

# private_apt_machine_sources - copies the machine's sources, each with its source packages.
private_apt_machine_sources() {
    private_apt_list='' private_apt_parts=''
    eval "$(apt-config shell private_apt_list Dir::Etc::sourcelist/f private_apt_parts Dir::Etc::sourceparts/d)"
    for private_apt_file in "$private_apt_list" "$private_apt_parts"/*.list; do
        [ -r "$private_apt_file" ] || continue
        awk '/^[ \t]*deb[ \t]/ { print; sub(/deb/, "deb-src"); print }' "$private_apt_file"
    done | awk '!seen[$0]++' >"$private_apt_state/sources.list"
    for private_apt_file in "$private_apt_parts"/*.sources; do
        [ -r "$private_apt_file" ] || continue
        # Stanzas go over whole, because a field such as Signed-By may have continuation lines.
        sed 's/[ \t]*$//' "$private_apt_file" | awk 'BEGIN { RS = ""; FS = "\n" }
            {
                disabled = 0; binary = 0; text = ""
                for (i = 1; i <= NF; i++) {
                    line = $i
                    if (line ~ /^#/)
                        continue
                    if (tolower(line) ~ /^enabled:[ \t]*(no|false|without|off|disable|0)$/)
                        disabled = 1
                    if (tolower(line) ~ /^types:/) {
                        binary = line ~ /[ \t:]deb([ \t]|$)/
                        line = "Types: deb deb-src"
                    }
                    text = text line "\n"
                }
                if (binary && !disabled)
                    print text
            }' >"$private_apt_state/sources.list.d/${private_apt_file##*/}"
    done
}

# private_apt TOOL ARGUMENT... - apt-get or apt-cache with lists and caches of its own and the machine's sources,
# as packages and as source packages. Works without root. `private_apt apt-get update` is the caller's to ask for,
# when what it wants is not known.
private_apt() {
    private_apt_tool=$1
    shift
    private_apt_conf=$(private_apt_setup)
    "$private_apt_tool" -c "$private_apt_conf" "$@"
}

# private_apt_update - fetches the lists. A source that fails does not matter as long as the wanted package is found.
private_apt_update() {
    with_progress "Fetching the archive's lists (kept apart from the machine's)" "$(cache_dir)/apt-update.log" \
        private_apt apt-get update -q ||
        say "Going on with the lists that could be fetched."
}

# lock_cache - one run at a time from here to the end of the script: a second one finds done what the first did.
lock_cache() {
    exec 9>"$(cache_dir)/lock"
    flock -n 9 || { say "Waiting for another run that uses $(cache_dir) ..."; flock 9; }
}
