#!/usr/bin/env bash
# Builds dist/: what the browser loads, each file also compressed. Does nothing when nothing has changed.
set -euo pipefail
. "$(dirname "$0")/../tools/env.sh"

inputs=(app frontend style Cargo.toml Cargo.lock Trunk.toml rust-toolchain.toml tools/install.sh)
if [[ -e dist/index.html && -z $(find "${inputs[@]}" -newer dist/index.html -print -quit) ]]; then
  exit
fi

# program NAME PAGE: builds one of the two programs, and its page under this name.
program() {
  # Trunk takes NO_COLOR=1 for a mistake, and a word that follows --release for its value.
  env -u NO_COLOR trunk build "frontend/$1.html" --html-output "$2" --dist "target/pages/$1" --release
}

echo 'Building dist/ (the first time about five minutes on two cores, later less than two)'
started=$(date +%s.%N)
cargo fetch --quiet # Trunk is told to stay offline, and tells Cargo the same
program door index.html
program house house.html
trap 'rm -rf dist' EXIT # half a build would look up to date the next time
rm -rf dist
mkdir dist
# What both load is the same file, under a name that is made of what is in it.
cp -R target/pages/door/. target/pages/house/. dist/
# The door's page fetches these ahead of time.
house=$(cd target/pages/house && ls house-*.js house-*.wasm)
sed -i "s|{{house}}|${house//$'\n'/ }|" dist/index.html
node frontend/compress.mjs
touch -d "@$started" dist/index.html # a source saved meanwhile is newer
trap - EXIT
