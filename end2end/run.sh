#!/usr/bin/env bash
# end2end/run.sh test: the browser tests; end2end/run.sh pictures: the README's pictures; end2end/run.sh screens: a
# contact sheet of every state of every page.
# Playwright starts target/debug/vestibule itself, with dist/ and a clock that tests can move.
set -euo pipefail
. "$(dirname "$0")/../tools/env.sh"

cargo build "${host_tests[@]}" --bins --tests # as the Rust tests compile it, so that nothing is compiled twice
exec npm --prefix end2end run "$1"
