# shellcheck shell=bash
# Sourced by every script: goes to the top of the checkout and names what they share.
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The tools that tools/install.sh builds live outside the checkout, so that another clone need not build them again.
cache=${BUILD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vestibule}
export npm_config_cache=$cache/npm
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 # the tests drive Debian's Chromium
PATH=$cache/tools/bin:$cache/tools/npm/node_modules/.bin:$PATH
for bin in /usr/lib/postgresql/*/bin; do PATH=$PATH:$bin; done # Debian keeps initdb and pg_ctl there
export PATH

# What compiles for the server, and how its tests see it. One list everywhere: Cargo unifies features over the packages
# it is given, so another choice would compile shared dependencies a second time.
host_packages=(-p domain -p migrations -p vestibule-core -p app -p vestibule)
host_tests=("${host_packages[@]}" --features vestibule/test-clock,vestibule/fail-points)
