#!/usr/bin/env bash
# Builds the empty page into dist/ here, as frontend/build.sh builds the real one. Does nothing when nothing changed.
set -euo pipefail
. "$(dirname "$0")/../../../tools/env.sh"

top=$PWD
page=server/bench/empty-page
inputs=("$page"/{src,Cargo.toml,Trunk.toml,index.html} Cargo.lock .cargo rust-toolchain.toml tools/install.sh)
if [[ -e $page/dist/index.html && -z $(find "${inputs[@]}" -newer "$page/dist/index.html" -print -quit) ]]; then
  exit
fi

echo 'Building the empty page that the first load is compared with (about two minutes on two cores)'
started=$(date +%s.%N)
cp Cargo.lock "$page/Cargo.lock" # the same versions; Cargo takes out what the page does not use
export CARGO_TARGET_DIR=$top/target
cd "$page"
cargo fetch --quiet # Trunk is told to stay offline, and tells Cargo the same
env -u NO_COLOR trunk build --release
trap 'rm -rf dist' EXIT # half a build would look up to date the next time
node "$top/frontend/compress.mjs"
touch -d "@$started" dist/index.html
trap - EXIT
