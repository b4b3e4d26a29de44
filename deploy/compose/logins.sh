#!/bin/sh
# Run by the image of PostgreSQL when its volume is new, after roles.sql: gives the three logins the
# passwords of their addresses, and makes the database.
set -eu
printf '%s\n' "$DATABASE_URL" "$DATABASE_WORKER_URL" "$DATABASE_MIGRATION_URL" |
	sed -nE "s|postgresql://([a-z_]+):([^@]+)@.*|alter role \1 password '\2';|p" |
	psql --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres
createdb --username "${POSTGRES_USER:-postgres}" --owner clientupdater_owner clientupdater
