# What every command says, and how it stops: one step per line, one sentence when it cannot go on.
# shellcheck shell=sh

LOG_DIR=$ROOT/.local/log

step() { printf '\033[1m→\033[0m %s\n' "$*"; }

fail() {
	printf '\n%s\n' "$*" >&2
	exit 1
}

# logged NAME SENTENCE COMMAND… : output goes to .local/log/NAME.log; when the command fails, its last lines and SENTENCE.
logged() {
	_log=$LOG_DIR/$1.log _sentence=$2
	shift 2
	rm -f "$_log"
	"$@" >"$_log" 2>&1 9>&- || failed_with "$_log" "$_sentence"
}

# counted NAME SENTENCE TOTAL PATTERN COMMAND… : as `logged`, and prints how many lines match PATTERN so far, of TOTAL.
counted() {
	_log=$LOG_DIR/$1.log _sentence=$2 _total=$3 _pattern=$4
	shift 4
	rm -f "$_log" "$_log.failed"
	{ "$@" 2>&1 9>&- || : >"$_log.failed"; } | awk -v total="$_total" -v pattern="$_pattern" -v log_file="$_log" '
		{ print > log_file; fflush(log_file) }
		$0 ~ pattern {
			n++; tenth = int(10 * n / (total ? total : 1))
			if (tenth > shown && n <= total) { printf "   %d of %d\n", n, total; fflush(); shown = tenth }
		}'
	[ ! -e "$_log.failed" ] || failed_with "$_log" "$_sentence"
}

failed_with() {
	tail -n 12 "$1" | sed 's/^/   /' >&2
	fail "$2 (all of it: ${1#"$ROOT"/})"
}

# A file's or several files' fingerprint.
fingerprint() { cat -- "$@" | sha256sum | cut -d ' ' -f 1; }

random_hex() { od -An -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }
