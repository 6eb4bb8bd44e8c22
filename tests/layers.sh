#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The folders are layers, and the arrows point one way: who may include what.
# Usage: layers.sh [ROOT]; prints each include that points the wrong way.
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"

# One line an include: FILE:LINE:INCLUDED, the latter with its quotes or brackets.
includes() {
  find proto storage server client tests bench examples -name '*.[ch]' -exec \
    grep -HnoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<][^">]*[">]' {} + |
    sed -E 's/#.*include[[:space:]]*//; s/:[[:space:]]+/:/g'
}

includes | awk -F: '
  function wrong(why) { printf "%s:%s: %s: %s\n", $1, $2, $3, why; bad = 1 }
  function is_outer(folder) { return folder ~ /^(tests|bench|examples)$/ }
  BEGIN {
    reaches["proto"] = " proto "
    reaches["storage"] = " storage proto "
    reaches["server"] = " server storage proto "
    reaches["client"] = " client proto "
  }
  {
    folder = $1; sub(/\/.*/, "", folder)
    included = substr($3, 2, length($3) - 2)
    target = included; sub(/\/.*/, "", target)
    n++
  }
  $3 ~ /^<lmdb.h>/ && folder !~ /^(storage|bench)$/ { wrong("only storage/ knows LMDB") }
  $3 ~ /^<nng\// && !is_outer(folder) && $1 !~ /^((server|client)\/transport(_(connect|open))?|server\/listeners)\.[ch]$/ {
    wrong("only the transports know nng")
  }
  $3 ~ /\.pb-c\.h/ && folder == "storage" { wrong("storage/ knows no Protobuf message") }
  $3 ~ /protobuf-c\/protobuf-c\.h/ && folder == "storage" { wrong("storage/ knows no Protobuf") }
  $3 ~ /^"/ && target == included { wrong("write the folder: \"" folder "/" included "\"") }
  $3 ~ /^"/ && target != included && target != "bellwether" && (folder in reaches) {
    is_direct = $1 == "client/direct.c" && target ~ /^(server|storage)$/
    if (!is_direct && index(reaches[folder], " " target " ") == 0)
      wrong(folder "/ does not include " target "/")
  }
  END {
    if (n == 0) { print "no includes found"; bad = 1 }
    exit bad
  }
'
