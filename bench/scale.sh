#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Measures what a million series are like, on this machine and with a release build:
# `./run scale [--series N] [--dir DIR] [PART...]`. docs/performance.md says how to read it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../run"
use_debian_tools

configure build-bench -Dbuildtype=release
compile build-bench
exec /usr/bin/python3 bench/scale.py --build build-bench "$@"
