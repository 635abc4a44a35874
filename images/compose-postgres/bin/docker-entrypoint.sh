#!/bin/bash
# Makes the cluster when there is none, from POSTGRES_USER, POSTGRES_PASSWORD_FILE and POSTGRES_INITDB_ARGS, then runs
# what it was asked to run.
set -eu

if [ "${1:-}" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  # One word is one option, as in the official image.
  # shellcheck disable=SC2086
  initdb --pgdata "$PGDATA" --username "${POSTGRES_USER:-postgres}" --pwfile "$POSTGRES_PASSWORD_FILE" \
    ${POSTGRES_INITDB_ARGS:-}
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
fi
exec "$@"
