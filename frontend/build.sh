#!/usr/bin/env bash
# Builds dist/: what the browser loads, each file also compressed. Does nothing when nothing has changed.
set -euo pipefail
. "$(dirname "$0")/../tools/env.sh"

inputs=(app frontend style Cargo.toml Cargo.lock Trunk.toml rust-toolchain.toml tools/install.sh)
if [[ -e dist/index.html && -z $(find "${inputs[@]}" -newer dist/index.html -print -quit) ]]; then
  exit
fi

echo 'Building dist/ (the first time about four minutes on two cores, later less than one)'
started=$(date +%s.%N)
cargo fetch --quiet # Trunk is told to stay offline, and tells Cargo the same
env -u NO_COLOR trunk build --release # it takes NO_COLOR=1 for a mistake
trap 'rm -rf dist' EXIT # half a build would look up to date the next time
node frontend/compress.mjs
touch -d "@$started" dist/index.html # a source saved meanwhile is newer
trap - EXIT
