#!/usr/bin/env bash
# The lints, quickest first; also the unit tests and examples of `domain`, which take seconds.
set -euo pipefail
. "$(dirname "$0")/env.sh"

step() { printf '\n== %s\n' "$*"; }

step 'format'
cargo fmt --all --check

step 'Cargo.lock fits Cargo.toml'
cargo fetch --quiet --locked

step 'the browser gets no server code'
frontend/dependency-rule.sh

step 'licences, sources and bans of dependencies'
cargo deny --log-level error check licenses bans sources
# Advisories need a database that changes daily: looked at where it is at hand, never fetched.
if [[ -d ${CARGO_HOME:-$HOME/.cargo}/advisory-dbs ]]; then
  cargo deny --offline --log-level error check advisories
fi

step 'clippy: server and tests'
cargo clippy "${host_tests[@]}" --all-targets -- -D warnings

step 'clippy: server as it ships'
cargo clippy -p vestibule -- -D warnings

step 'clippy: benchmarks'
cargo clippy -p bench --all-targets -- -D warnings

# With the profile that Trunk builds with, so that both share the procedural macros.
step 'clippy: browser'
cargo clippy -p frontend -p app --features app/csr --target wasm32-unknown-unknown --profile wasm-release -- -D warnings

step 'domain, benchmarks: unit tests'
cargo test --quiet -p domain
cargo test --quiet -p bench
