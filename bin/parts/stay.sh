# From here on the command holds what it starts, and ends it, and only it, however it ends itself.
# shellcheck shell=sh

HELD=""

stay() {
	require_own_folder
	trap leave EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	if [ -z "${DATABASE_URL-}" ]; then
		enter_cluster
		cluster_was_there || : >"$ROOT/.local/cluster.started"
	fi
}

cluster_was_there() {
	[ -e "$PG_HOME/data" ] || return 1
	find_cluster
	cluster_runs
}

# hold NAME COMMAND… : runs it beside us, output to .local/log/NAME.log. The kernel ends it if we are killed outright.
# A session of its own: Ctrl-C reaches us alone, and we end the others in order.
hold() {
	_name=$1
	shift
	setsid setpriv --pdeathsig TERM "$@" >"$LOG_DIR/$_name.log" 2>&1 9>&- </dev/null &
	HELD="$! $HELD"
}

leave() {
	_status=$?
	trap '' INT TERM HUP
	trap - EXIT
	[ -z "$HELD" ] || step "Stopping"
	for _pid in $HELD; do
		kill -TERM "$_pid" 2>/dev/null || continue
	done
	for _pid in $HELD; do
		wait "$_pid" 2>/dev/null || :
	done
	leave_cluster_as_found
	exit "$_status"
}

# The cluster goes with the last command that uses it, when one of them started it; bin/setup's is left running.
leave_cluster_as_found() {
	[ -z "${DATABASE_URL-}" ] || return 0
	leave_cluster || return 0
	[ -e "$ROOT/.local/cluster.started" ] || return 0
	rm -f "$ROOT/.local/cluster.started"
	if [ -e "$PG_HOME/data" ]; then
		find_cluster
		! cluster_runs || stop_cluster || step "PostgreSQL did not stop: see .local/postgres/log"
	fi
}
