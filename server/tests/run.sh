#!/usr/bin/env bash
# All Rust tests, on SQLite and then on PostgreSQL.
set -euo pipefail
. "$(dirname "$0")/../../tools/env.sh"

# run DATABASE ELSEWHERE: every test but those of the module ELSEWHERE, which are another database's.
run() {
  printf '\n== Rust tests on %s\n' "$1"
  if command -v cargo-nextest >/dev/null; then
    cargo nextest run "${host_tests[@]}" --no-fail-fast -E "not test(/^$2::/)"
  else
    cargo test --tests "${host_tests[@]}" --no-fail-fast -- --skip "$2::"
  fi
}

if [[ -n ${TEST_POSTGRES-} ]]; then
  run PostgreSQL sqlite_only
else
  run SQLite postgres_only
  server/tests/with-postgres.sh "$0"
fi
