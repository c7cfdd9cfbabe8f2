#!/usr/bin/env bash
# Serves the demonstration at http://localhost:3000: its people and their passwords are made once, and shown every time.
# Everything lies in data/; to start afresh, delete that folder.
set -euo pipefail
. "$(dirname "$0")/../tools/env.sh"

umask 077 # passwords and keys
mkdir -p data
database=sqlite://data/vestibule.db

if [[ ! -e data/vestibule.db ]]; then
  trap 'rm -f data/vestibule.db data/vestibule.db-wal data/vestibule.db-shm' EXIT # half a demonstration is none
  target/release/vestibule demo --database "$database" >data/demo.txt
  trap - EXIT
fi
if [[ -e data/demo.txt ]]; then cat data/demo.txt; fi

exec target/release/vestibule serve --database "$database" --listen 127.0.0.1:3000
