#!/usr/bin/env bash
# Installs what is missing on a machine with Debian, rustup's Rust, Node and make. Quick when nothing is.
#   tools/install.sh build   for `make build` and `make run`: WASM target, Trunk, wasm-bindgen, wasm-opt
#   tools/install.sh check   for `make check`: WASM target, cargo-deny
#   tools/install.sh test    for `make test`: as `build`; Chromium, PostgreSQL and other Debian packages, npm packages
# Tools go to the cache folder of tools/env.sh; only Debian's packages and the WASM target go elsewhere.
set -euo pipefail
. "$(dirname "$0")/env.sh"

trunk=0.22.0-beta.1 # 0.22.1 wants a newer Rust than rust-toolchain.toml; 0.21 names the JS by the WASM's hash alone
binaryen=132.0.0    # Debian's is too old for what this Rust emits
cargo_deny=0.20.2

say() { printf 'install: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 1
}

# is COMMAND VERSION: whether that version answers to `--version`.
is() { [[ "$("$1" --version 2>/dev/null | awk 'NR == 1 { print $2 }')" == "$2" ]]; }

rust() {
  command -v cargo >/dev/null || fail 'cargo is missing: install Rust with rustup (https://rustup.rs), and open a new shell'
  command -v cc >/dev/null || debian gcc libc6-dev
  local target=wasm32-unknown-unknown channel
  channel=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
  if ! command -v rustup >/dev/null; then
    [[ -d "$(rustc --print target-libdir --target $target)" ]] || fail "this Rust lacks the target $target: install Rust with rustup"
  elif [[ "$(rustup target list --installed --toolchain "$channel" 2>/dev/null)" != *$target* ]]; then
    say "Rust $channel with $target (about two minutes)"
    rustup toolchain install "$channel" --profile minimal --component clippy --component rustfmt --target $target ||
      fail "rustup could not install Rust $channel with $target: is the network there?"
  fi
}

# crate NAME VERSION COMMAND MINUTES [OPTION…]: prebuilt where `cargo binstall` is at hand, else built.
crate() {
  local name=$1 version=$2 command=$3 minutes=$4
  shift 4
  if is "$command" "$version"; then return; fi
  if command -v cargo-binstall >/dev/null; then
    say "$name $version: looking for a prebuilt one (two minutes at most)"
    BINSTALL_DISABLE_TELEMETRY=true timeout 120 cargo binstall --no-confirm --disable-strategies compile \
      --root "$cache/tools" "$name@$version" && is "$command" "$version" && return
  fi
  say "$name $version: building it, once (about $minutes minutes on two cores)"
  # A tool that runs for seconds need not be fast: these settings halve the wait.
  CARGO_TARGET_DIR=$(scratch) CARGO_PROFILE_RELEASE_LTO=false CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    CARGO_PROFILE_RELEASE_OPT_LEVEL=1 cargo install --force --root "$cache/tools" --version "$version" "$@" "$name" ||
    fail "$name $version could not be built: the lines above say why"
  is "$command" "$version" || fail "$name was installed, but $(command -v "$command" || echo "no $command") is not $version"
}

# One folder for all builds of this run, since the tools have many dependencies in common; gone afterwards.
scratch() {
  mkdir -p "$cache/scratch.$$"
  echo "$cache/scratch.$$"
}
trap 'rm -rf "$cache/scratch.$$"' EXIT

node_and_npm() {
  local command
  for command in node npm; do
    command -v $command >/dev/null || fail "$command is missing: install Node 20 or later"
  done
}

# debian PACKAGE…
debian() {
  local as_root=()
  command -v apt-get >/dev/null || fail "missing, and there is no apt-get here to install them: $*"
  if ((EUID)); then
    command -v sudo >/dev/null || fail "missing, and only root can install them: $* (apt-get install $*)"
    as_root=(sudo)
  fi
  say "Debian packages: $* (a few minutes)"
  "${as_root[@]}" apt-get update -qq || say 'the package lists could not be refreshed; trying with the old ones'
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" ||
    fail "apt-get could not install: $*"
}

build() {
  rust
  node_and_npm
  # Trunk wants wasm-bindgen in exactly the version that the application is compiled with.
  local wasm_bindgen
  wasm_bindgen=$(sed -n '/^name = "wasm-bindgen"$/ { n; s/^version = "\(.*\)"/\1/p }' Cargo.lock)
  [[ -n $wasm_bindgen ]] || fail 'Cargo.lock names no wasm-bindgen'
  crate trunk "$trunk" trunk 10 --locked
  crate wasm-bindgen-cli "$wasm_bindgen" wasm-bindgen 3
  if [[ "$(wasm-opt --version 2>/dev/null)" != "wasm-opt version ${binaryen%%.*}"* ]]; then
    say "wasm-opt $binaryen (about a minute)"
    npm install --prefix "$cache/tools/npm" --no-save --no-audit --no-fund --loglevel error "binaryen@$binaryen" ||
      fail "npm could not install binaryen $binaryen, which holds wasm-opt"
  fi
}

check() {
  rust
  crate cargo-deny "$cargo_deny" cargo-deny 4 --locked
}

test_() {
  build
  local missing=() pair
  for pair in chromium:chromium initdb:postgresql oathtool:oathtool zbarimg:zbar-tools; do
    command -v "${pair%:*}" >/dev/null || missing+=("${pair#*:}")
  done
  [[ -e /usr/share/fonts/truetype/noto/NotoSans-Regular.ttf ]] || missing+=(fonts-noto-core)
  if ((${#missing[@]})); then debian "${missing[@]}"; fi
  if [[ ! end2end/node_modules/.package-lock.json -nt end2end/package-lock.json ]]; then
    say 'npm packages of the browser tests (about a minute)'
    npm ci --prefix end2end --prefer-offline --no-audit --no-fund --loglevel error ||
      fail 'npm could not install the packages of end2end/package-lock.json'
  fi
}

case ${1-} in
build) build ;;
check) check ;;
test) test_ ;;
*) fail 'usage: tools/install.sh build|check|test' ;;
esac
