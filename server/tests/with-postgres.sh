#!/usr/bin/env bash
# server/tests/with-postgres.sh COMMAND…: runs a command, from the top of the checkout, beside a throw-away PostgreSQL.
# The command finds its URL in TEST_POSTGRES, as a superuser who may create a database for each test, and its folder in
# TEST_POSTGRES_DATA. The cluster has a port and a password of its own, and is gone afterwards, however the command ends.
set -euo pipefail
. "$(dirname "$0")/../../tools/env.sh"

folder=$(mktemp -d /tmp/vestibule-postgres.XXXXXX)
log=$folder/log

# PostgreSQL refuses to run as root.
as_owner() (
  cd "$folder"
  if ((EUID)); then "$@"; else runuser -u postgres -- "$@"; fi
)
stop() {
  as_owner pg_ctl stop --silent --mode immediate --pgdata "$folder/data" >/dev/null 2>&1 || true
  rm -rf "$folder"
}
fail() {
  cat "$log" >&2
  echo "PostgreSQL for the tests could not $1: the lines above say why" >&2
  exit 1
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Below the ports that systems give to connections: a client that tries again and again while the server is away must not
# be given the server's own.
port=$(node -e '
  const attempt = () => {
    const port = 10000 + Math.floor(Math.random() * 20000);
    const server = require("net").createServer().once("error", attempt);
    server.listen(port, "127.0.0.1", () => { console.log(port); server.close(); });
  };
  attempt()')
password=$(node -p 'require("crypto").randomBytes(16).toString("hex")')
echo "$password" >"$folder/password"
((EUID)) || chown -R postgres: "$folder"

as_owner initdb --pgdata data --username postgres --auth scram-sha-256 --pwfile password \
  --encoding UTF8 --locale C.UTF-8 --no-sync >"$log" 2>&1 || fail 'be set up'
cat >>"$folder/data/postgresql.conf" <<END
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
max_connections = 300
fsync = off             # it is thrown away
full_page_writes = off
END
as_owner pg_ctl start --silent --wait --pgdata data --log server.log >>"$log" 2>&1 || {
  cat "$folder/server.log" >>"$log" 2>/dev/null || true
  fail 'start'
}

export TEST_POSTGRES_DATA=$folder/data
TEST_POSTGRES=postgres://postgres:$password@127.0.0.1:$port/postgres "$@"
