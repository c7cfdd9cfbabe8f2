#!/usr/bin/env bash
# Fails when code that belongs to the server is in the tree of what the browser downloads.
set -euo pipefail
. "$(dirname "$0")/../tools/env.sh"

# Ours; the store; secrets and hashing; data too large for a browser; network and threads.
server_only='vestibule|vestibule-core|migrations
|sea-orm|sea-orm-migration|sea-query|sqlx|sqlx-core|libsqlite3-sys
|argon2|chacha20poly1305|hmac|totp-rs|qrcode
|brotli|jiff|phonenumber|rust-embed|zxcvbn
|axum|hyper|leptos_axum|lettre|mio|reqwest|ring|rustls|tower-http|clap'

# Lines of `name vX.Y.Z features…`. Procedural macros run in the compiler, and are left out.
tree=$(cargo tree --locked -p frontend --target wasm32-unknown-unknown -e normal,no-proc-macro --prefix none --format '{p} [{f}]' | sort -u)
# tokio's channels are harmless; its runtime is not.
found=$(grep -E "^(${server_only//$'\n'/}) v|^tokio v.*[[,](rt|net|fs|process|signal)[],]" <<<"$tree" | cut -d ' ' -f 1 || true)

if [[ -n $found ]]; then
  for crate in $found; do
    echo "$crate is in the browser's tree, where only app(csr), domain and what they need may be:"
    cargo tree --locked -p frontend --target wasm32-unknown-unknown -e normal -i "$crate"
  done >&2
  exit 1
fi
