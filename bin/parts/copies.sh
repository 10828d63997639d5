# Where the database and the private files are: the environment's, else those of the private cluster.
# shellcheck shell=sh

# Sets DATABASE_OWNER_URL and PRIVATE_FILES.
find_database() {
	if [ -z "${DATABASE_OWNER_URL-}" ]; then
		DATABASE_OWNER_URL=${DATABASE_URL-$(sed -n 's/^DATABASE_OWNER_URL=//p' "$ROOT/.local/env" 2>/dev/null)}
	fi
	[ -n "$DATABASE_OWNER_URL" ] || fail "There is no database yet: start bin/setup first, or set DATABASE_OWNER_URL."
	: "${PRIVATE_FILES:=$ROOT/.local/private}"
}

# ask SQL : its answer, bare.
ask() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$DATABASE_OWNER_URL" -c "$1"; }
