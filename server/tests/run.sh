#!/usr/bin/env bash
# All Rust tests, on SQLite and then on PostgreSQL.
set -euo pipefail
. "$(dirname "$0")/../../tools/env.sh"

runner=(cargo test --tests)
if command -v cargo-nextest >/dev/null; then runner=(cargo nextest run); fi

printf '\n== Rust tests on SQLite\n'
"${runner[@]}" "${host_tests[@]}" --no-fail-fast
printf '\n== Rust tests on PostgreSQL\n'
server/tests/with-postgres.sh "${runner[@]}" "${host_tests[@]}" --no-fail-fast
