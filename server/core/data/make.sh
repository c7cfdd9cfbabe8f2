#!/usr/bin/env bash
# Makes common-passwords.txt anew from the lists that README.md names. Needs pip, npm, node and unzip.
set -euo pipefail
folder=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

pip download --quiet --no-deps django==5.2.19
npm pack --silent @zxcvbn-ts/language-common@4.1.3 >/dev/null

# Of at least 8 characters: shorter ones are refused for their length. ASCII: what is not was read in a wrong encoding.
# In the order of the C locale, because the search compares bytes.
{
  unzip -p django-*.whl django/contrib/auth/common-passwords.txt.gz | gzip -dc
  tar -xzOf zxcvbn-ts-*.tgz package/src/passwords.json | node -p 'JSON.parse(fs.readFileSync(0, "utf8")).join("\n")'
} | node -e '
  const lines = fs.readFileSync(0, "utf8").split("\n").map((line) => line.replace(/^"|"$/g, "").trim().toLowerCase());
  console.log(lines.filter((line) => /^[ -~]{8,}$/.test(line)).join("\n"));
' | LC_ALL=C sort -u >"$folder/common-passwords.txt"
