#!/bin/sh
# Gives each role the password that a pgpass file holds for it, and makes roles and database before.
#
#   PGPASSFILE=… PGHOST=… deploy/postgres/passwords.sh ROLES.SQL
#
# Runs as the superuser `postgres`, whose own line must be in the file. Safe to repeat. No password
# stands in a command line or in the server's log.
set -eu
roles=${1:?which file makes the roles? give deploy/postgres/roles.sql}
: "${PGPASSFILE:?name the pgpass file in PGPASSFILE}"
export PGUSER=postgres PGDATABASE=postgres

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --file "$roles"
{
  echo "SET log_statement = 'none'; SET log_min_error_statement = 'panic';"
  # A pgpass line is host:port:database:role:password; ours hold no escaped colon.
  while IFS=: read -r _ _ _ role password; do
    case $role in
      postgres | '') ;;
      *[!a-z_]*) echo "not a role of crossdock: $role" >&2; exit 1 ;;
      *) printf "ALTER ROLE %s PASSWORD '%s';\n" "$role" "$password" ;;
    esac
  done <"$PGPASSFILE"
} | psql --no-psqlrc --quiet --set ON_ERROR_STOP=1
