# One check or one run of tests, counted in `passed` and `failed`.
# shellcheck shell=sh

# check NAME COMMAND… : silent when it passes.
check() {
	step "$1"
	_name=$1
	shift
	if "$@" >"$LOG_DIR/check.log" 2>&1; then
		passed=$((passed + 1))
	else
		cat "$LOG_DIR/check.log"
		printf 'FAILED: %s\n' "$_name"
		failed=$((failed + 1))
	fi
}

# tests NAME PYTEST-ARGUMENT… : adds what pytest's closing line counts; errors count as failed.
tests() {
	step "$1"
	shift
	rm -f "$LOG_DIR/pytest.failed"
	{ "$PYTHON" -m pytest "$@" 2>&1 || echo "$?" >"$LOG_DIR/pytest.failed"; } | tee "$LOG_DIR/pytest.log"
	_passed=$(closing_count passed)
	_failed=$(($(closing_count failed) + $(closing_count 'errors*')))
	# Stopped before it could count: interrupted, or nothing was collected.
	if [ -e "$LOG_DIR/pytest.failed" ] && [ "$_failed" = 0 ]; then _failed=1; fi
	passed=$((passed + _passed)) failed=$((failed + _failed))
}

closing_count() {
	_count=$(tail -n 1 "$LOG_DIR/pytest.log" | grep -oE "[0-9]+ $1" | cut -d ' ' -f 1)
	printf '%s' "${_count:-0}"
}

# node stops at the first file that does not parse.
check_scripts() {
	find geodata directory coupons -path '*/static/*' -name '*.js' >"$LOG_DIR/scripts"
	while read -r _script; do "$NODE" --check "$_script" || return; done <"$LOG_DIR/scripts"
}
