#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Compares on this machine, with a release build and all that Debian has of the peers:
# `./run compare [--rounds N] [--seconds N] [--rows N] [--json FILE] [ROW...]`.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../run"
use_debian_tools

# Again where it is configured already: a peer's library may have come since.
[ ! -f build-compare/build.ninja ] || quietly meson setup --reconfigure build-compare ||
  die "meson setup failed"
configure build-compare -Dbuildtype=release -Dcompare=true
compile build-compare
say "comparing"
exec /usr/bin/python3 bench/compare/compare.py --build build-compare "$@"
