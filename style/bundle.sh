#!/bin/sh
# Joins the style sheets into one request, tokens first, without comments and indentation. Trunk runs it before it
# looks for what the page names.
set -eu
cd "$(dirname "$0")"
mkdir -p ../target/style
cat tokens.css base.css door.css house.css forms.css parts.css company.css print.css |
  sed -e 's|/\*[^*]*\*/||g' -e 's/^ *//' -e '/^$/d' >../target/style/vestibule.css
