# The private PostgreSQL cluster: made once, started, stopped. Nothing else on the machine can reach it.
#
# It listens on no network, only on a socket in a directory that its own user alone may enter (and root).
# The superuser is whoever runs the cluster (peer); the two roles of the site have generated passwords in .local/env,
# mode 0600: a process that reads that file can be the owner or the site, and nobody can be the superuser by knowing a name.
# shellcheck shell=sh

PG_BIN=/usr/lib/postgresql/15/bin
PG_PORT=54321
PG_HOME=$ROOT/.local/postgres
ENV_FILE=$ROOT/.local/env

# Who runs the cluster: the owner of the existing one; else Debian's postgres user for root, oneself for anybody else.
cluster_user() {
	if [ -e "$PG_HOME/data" ]; then
		stat -L -c %U "$PG_HOME/data"
	elif [ "$(id -u)" = 0 ]; then
		echo postgres
	else
		id -un
	fi
}

as_cluster() (
	cd / || exit
	if [ "$(id -un)" = "$PG_USER" ]; then "$@"; else runuser -u "$PG_USER" -- "$@"; fi
)

pg_control() { as_cluster "$PG_BIN/pg_ctl" -D "$PG_DATA" "$@"; }

# Sets PG_USER, PG_DATA, PG_SOCKET and checks that they can be used.
find_cluster() {
	PG_USER=$(cluster_user)
	[ "$PG_USER" != root ] || fail "PostgreSQL refuses to run as root and .local/postgres belongs to root: remove it, then start again."
	[ "$(id -u)" = 0 ] || [ "$(id -un)" = "$PG_USER" ] ||
		fail "The cluster in .local/postgres belongs to $PG_USER and you are $(id -un): start again as $PG_USER, or with sudo."
	_hash=$(printf '%s' "$ROOT" | sha256sum | cut -c 1-10)
	place_cluster
	PG_DATA=$PG_HOME/data
	PG_SOCKET=$PG_HOME/run
	# A socket's path holds 107 bytes, and its name takes 17.
	[ "$(printf '%s' "$PG_SOCKET" | wc -c)" -le 88 ] || PG_SOCKET=${TMPDIR:-/tmp}/aptic-$_hash
}

# Root's project may lie where the cluster's user cannot go (a home of mode 700): its data then live in /var/lib.
place_cluster() {
	if [ ! -e "$PG_HOME" ]; then
		mkdir -p "$PG_HOME"
		if ! as_cluster test -x "$PG_HOME"; then
			rmdir "$PG_HOME"
			mkdir -p "/var/lib/aptic/$_hash"
			ln -s "/var/lib/aptic/$_hash" "$PG_HOME"
		fi
		[ "$(id -un)" = "$PG_USER" ] || chown "$PG_USER" "$PG_HOME/."
	fi
	PG_HOME=$(readlink -f "$PG_HOME")
}

make_cluster() {
	if [ -e "$PG_DATA/PG_VERSION" ]; then
		_version=$(as_cluster cat "$PG_DATA/PG_VERSION")
		[ "$_version" = 15 ] ||
			fail "The cluster in .local/postgres was made by PostgreSQL $_version and this needs 15: move it away, or set DATABASE_URL to a database of your own."
		return 0
	fi
	require_free_disk "$PG_HOME" 3
	step "Making a private PostgreSQL cluster in .local/postgres (user $PG_USER, data checksums on)"
	# The whole directory or nothing: an interrupted initdb is started afresh.
	as_cluster rm -rf "$PG_DATA.new"
	logged initdb "PostgreSQL's cluster could not be made" as_cluster "$PG_BIN/initdb" -D "$PG_DATA.new" -U postgres \
		--data-checksums --encoding UTF8 --locale C.UTF-8 --locale-provider icu --icu-locale fr-FR --auth reject
	as_cluster mv "$PG_DATA.new" "$PG_DATA"
}

configure_cluster() {
	_memory=$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
	_shared=$((_memory / 5 > 512 ? 512 : _memory / 5))
	cluster_file postgresql.auto.conf <<-CONF
		# Written by bin/setup at each start.
		listen_addresses = ''
		port = $PG_PORT
		unix_socket_directories = '$PG_SOCKET'
		unix_socket_permissions = 0700
		max_connections = 60
		fsync = on
		synchronous_commit = on
		full_page_writes = on
		jit = off
		random_page_cost = 1.1
		shared_buffers = ${_shared}MB
		effective_cache_size = $((_memory / 2))MB
		work_mem = 16MB
		maintenance_work_mem = $((_shared / 2))MB
		max_wal_size = 2GB
		password_encryption = 'scram-sha-256'
		log_min_duration_statement = 1000
		log_parameter_max_length = 0
		log_parameter_max_length_on_error = 0
	CONF
	cluster_file pg_hba.conf <<-CONF
		local all postgres peer map=cluster
		local all all scram-sha-256
	CONF
	cluster_file pg_ident.conf <<-CONF
		cluster $PG_USER postgres
	CONF
}

# shellcheck disable=SC2016  # expanded by the inner shell
cluster_file() { as_cluster sh -c 'umask 077; cat >"$1"' sh "$PG_DATA/$1"; }

# The pid file alone does not tell: after a power cut it stays, and its number may be anybody's by now.
cluster_runs() {
	_pid=$(as_cluster head -n 1 "$PG_DATA/postmaster.pid" 2>/dev/null) || return 1
	[ "$(cat "/proc/$_pid/comm" 2>/dev/null)" = postgres ] &&
		[ "$(as_cluster readlink "/proc/$_pid/cwd" 2>/dev/null)" = "$PG_DATA" ]
}

start_cluster() {
	if cluster_runs; then
		as_cluster "$PG_BIN/pg_isready" -q -t 10 -h "$PG_SOCKET" -p "$PG_PORT" ||
			fail "The cluster of .local/postgres runs but does not answer: see .local/postgres/log, or stop it with bin/setup --stop"
		return 0
	fi
	forget_dead_server
	make_socket_directory
	configure_cluster
	step "Starting PostgreSQL"
	logged cluster "PostgreSQL did not start: see the end of .local/postgres/log" \
		pg_control -l "$PG_HOME/log" -w -t 60 start
}

make_socket_directory() {
	as_cluster mkdir -p -m 700 "$PG_SOCKET"
	[ "$(stat -c %U:%a "$PG_SOCKET")" = "$PG_USER:700" ] ||
		fail "$PG_SOCKET, where PostgreSQL's socket goes, belongs to somebody else: remove it, then start again."
}

# Called when the cluster does not run: PostgreSQL trips on the files left by one that was cut off.
forget_dead_server() {
	as_cluster test -e "$PG_DATA/postmaster.pid" || return 0
	step "Forgetting a PostgreSQL that ended without saying so"
	as_cluster rm -f "$PG_DATA/postmaster.pid" "$PG_SOCKET/.s.PGSQL.$PG_PORT.lock" "$PG_SOCKET/.s.PGSQL.$PG_PORT"
}

stop_cluster() { pg_control -m fast -w stop >/dev/null 2>&1; }

# Who is using the cluster, so that the last one to leave, and not the first, stops it.
enter_cluster() {
	mkdir -p "$ROOT/.local/using"
	: >"$ROOT/.local/using/$$"
}

# leave_cluster : 0 when nobody else is using it.
leave_cluster() {
	rm -f "$ROOT/.local/using/$$"
	for _user in "$ROOT"/.local/using/*; do
		if [ -e "$_user" ] && [ -d "/proc/${_user##*/}" ]; then return 1; fi
		rm -f "$_user"
	done
}

password_of() { sed -n "s|^$1=postgresql://[a-z_]*:\([0-9a-f]*\)@.*|\1|p" "$ENV_FILE" 2>/dev/null || true; }

# .local/env : the two database addresses are rewritten, whatever else stands there is kept.
write_env() {
	_owner=$(password_of DATABASE_OWNER_URL)
	_site=$(password_of DATABASE_URL)
	: "${_owner:=$(random_hex 24)}" "${_site:=$(random_hex 24)}"
	_place="@/aptic?host=$(printf '%s' "$PG_SOCKET" | python3 -c 'import sys, urllib.parse as u; print(u.quote(sys.stdin.read()))')&port=$PG_PORT"
	(
		umask 077
		{
			grep -v '^DATABASE_URL=\|^DATABASE_OWNER_URL=' "$ENV_FILE" 2>/dev/null ||
				printf '%s\n' "# Made by bin/setup, read by config/settings.py. For this machine only." \
					"SECRET_KEY=$(random_hex 40)" "DEMONSTRATION=yes"
			printf '%s\n' "DATABASE_URL=postgresql://aptic_site:$_site$_place"
			printf '%s\n' "DATABASE_OWNER_URL=postgresql://aptic_owner:$_owner$_place"
		} >"$ENV_FILE.new"
	)
	if cmp -s "$ENV_FILE.new" "$ENV_FILE"; then rm -f "$ENV_FILE.new"; else mv "$ENV_FILE.new" "$ENV_FILE"; fi
}

# The key of the coupons' codes: without the one they were printed under, coupons are so much paper. Never made anew.
keep_coupon_key() {
	[ -z "${COUPON_KEY-}" ] || return 0
	! grep -q '^COUPON_KEY=' "$ENV_FILE" 2>/dev/null || return 0
	(
		umask 077
		printf '%s\n' "# Keep a copy elsewhere: coupons printed under this key are worthless without it." \
			"COUPON_KEY=$(random_hex 32)" >>"$ENV_FILE"
	)
}

# Roles, database and extensions; changes nothing when they are there.
# template1 gets the extensions too: test databases are its copies, and their owner could not make an extension.
fill_cluster() {
	{
		cat "$ROOT/bin/parts/roles.sql"
		for _database in template1 aptic; do
			printf '\\connect %s\n' "$_database"
			cat "$ROOT/bin/parts/extensions.sql"
		done
	} | (
		APTIC_OWNER_PASSWORD=$(password_of DATABASE_OWNER_URL) APTIC_SITE_PASSWORD=$(password_of DATABASE_URL)
		export APTIC_OWNER_PASSWORD APTIC_SITE_PASSWORD
		as_cluster psql -X -q -v ON_ERROR_STOP=1 -h "$PG_SOCKET" -p "$PG_PORT" -U postgres -d postgres
	) >"$LOG_DIR/roles.log" 2>&1 || failed_with "$LOG_DIR/roles.log" "The database's roles could not be made"
}
