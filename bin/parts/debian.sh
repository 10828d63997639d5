# Debian's packages, only those that are missing; and what can be known to be wrong before starting.
# shellcheck shell=sh disable=SC2034

RUN_PACKAGES="ca-certificates gettext libgdal32 libgeos-c1v5 libproj25 postgresql-client-15 python3 python3-venv"
CLUSTER_PACKAGES="postgresql-15 postgresql-15-postgis-3"
# libatomic1: the program that Playwright drives Chromium with needs it.
TEST_PACKAGES="chromium fonts-liberation libatomic1 openssl"

# missing PACKAGE… : those not installed.
missing() {
	for _package; do
		_status=$(dpkg-query -W -f '${Status}' "$_package" 2>/dev/null) || _status=
		[ "$_status" = "install ok installed" ] || printf '%s ' "$_package"
	done
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# install_missing PACKAGE…
install_missing() {
	_missing=$(missing "$@")
	[ -n "$_missing" ] || return 0
	require_debian "$_missing"
	require_free_disk /usr 3
	step "Installing from Debian: $_missing"
	logged apt-update "Debian's package lists could not be fetched: check the network and /etc/apt/sources.list" \
		as_root apt-get update -q
	keep_debian_cluster_off
	# shellcheck disable=SC2086  # a list of names
	_total=$(apt-get -s -q --no-install-recommends install $_missing 2>/dev/null | grep -c '^Inst')
	# shellcheck disable=SC2086
	counted apt-install "Debian's packages could not be installed: see why above, mend it and start again" \
		"$((2 * _total))" '^(Get:|Setting up)' \
		as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $_missing
}

# Debian starts a cluster of its own when its PostgreSQL arrives; ours is private, so that one is not wanted.
keep_debian_cluster_off() {
	[ ! -e /etc/postgresql-common/createcluster.conf ] || return 0
	as_root mkdir -p /etc/postgresql-common
	printf '%s\n' "create_main_cluster = false" |
		as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
}

require_debian() {
	_os=$(. /etc/os-release 2>/dev/null && printf '%s %s' "$ID" "$VERSION_ID") || _os=unknown
	[ "$_os" = "debian 12" ] ||
		fail "This machine lacks: $1- and only Debian 12 is installed by itself (this is $_os): install them, or use docker compose."
	[ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
		fail "This machine lacks: $1- and neither root nor sudo is at hand: ask its administrator to install them, then start again."
}

# Some images of a bare Debian have a / that only root may enter, and then no other user can run anything.
open_root_folder() {
	[ "$(id -u)" = 0 ] || return 0
	case $(stat -c %A /) in *x | *t) return 0 ;; esac
	step "Opening / to the machine's users, as Debian has it (chmod 755 /): PostgreSQL does not run as root"
	chmod 755 /
}

require_own_folder() {
	mkdir -p "$LOG_DIR" 2>/dev/null || :
	[ -w "$LOG_DIR" ] || fail "$ROOT/.local cannot be written to: run this as the owner of the folder."
	[ -w "$ROOT/.local" ] || fail "$ROOT/.local cannot be written to: run this as the owner of the folder."
}

# require_free_disk PATH GIGABYTES
require_free_disk() {
	_free=$(df -Pk "$1" | awk 'NR == 2 { print int($4 / 1024) }')
	[ "$_free" -ge $(($2 * 1024)) ] ||
		fail "The disk of $1 has $_free MB free and this needs $2 GB: make room, then start again."
}

# require_free_port NUMBER : read from the kernel, since a bare machine has no tool for it.
require_free_port() {
	case $1 in '' | *[!0-9]*) fail "PORT must be a number: it is '$1'." ;; esac
	_hex=$(printf '%04X' "$1")
	cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
		awk -v port="$_hex" '$4 == "0A" && substr($2, length($2) - 3) == port { found = 1 } END { exit !found }' || return 0
	fail "Port $1 is taken by another program: stop it, or choose another port, for instance PORT=$(($1 + 1)) bin/run"
}
