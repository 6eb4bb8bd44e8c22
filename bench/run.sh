#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Measures on this machine, with a release build and a store of its own, and prints a table in
# Markdown: `./run bench [--rounds N] [--seconds N] [WORKLOAD...]`. docs/performance.md says how to
# read it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../run"
use_debian_tools

configure build-bench -Dbuildtype=release
compile build-bench
say "measuring"
exec /usr/bin/python3 bench/measure.py --build build-bench "$@"
