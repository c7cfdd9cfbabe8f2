#!/usr/bin/env bash
# Builds what is missing, measures, and writes docs/performance.md. Takes about ten minutes once everything is built.
set -euo pipefail
. "$(dirname "$0")/../../tools/env.sh"

tools/install.sh test # Chromium and Playwright, besides what the builds need
frontend/build.sh
server/bench/empty-page/build.sh
# One after the other: together, Cargo would unify their features, and what is measured would not be what ships.
cargo build --release -p vestibule
cargo build --release -p bench

# Hundreds of connections, each a file of the bench and one of the server.
ulimit -S -n 8192 2>/dev/null || ulimit -S -n "$(ulimit -H -n)"

exec server/tests/with-postgres.sh target/release/bench
