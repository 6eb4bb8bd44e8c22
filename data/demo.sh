#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Loads the figures of this folder into a store of its own, starts a server, asks, and stops it.
# `bellwether` and `bellwetherd` are found on the path: `./run demo` sees to that.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The settings of whoever runs it are not meant, and nobody turns its pages.
export BELLWETHER_CONFIG=/dev/null BELLWETHER_PAGER=

folder=$(mktemp -d)
server=
clean_up() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  [ -z "$server" ] || wait "$server" || true
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

# Prints a command as a person would type it, and runs it.
ask() {
  printf '\n$ %s\n' "$1"
  eval "$1"
}

# Prints what a person wants to know, before the commands that tell it.
about() {
  printf '\n# %s\n' "$@"
}

# The server tells on standard error when it is ready, and where it listens.
start_server() {
  local line
  mkfifo "$folder/log"
  printf '\n$ bellwetherd --db %s/store --listen tcp://127.0.0.1:0 --listen ipc://%s/socket &\n' \
    "$folder" "$folder"
  bellwetherd --db "$folder/store" --listen tcp://127.0.0.1:0 --listen "ipc://$folder/socket" \
    2>"$folder/log" &
  server=$!
  exec 3<"$folder/log"
  while IFS= read -r line <&3; do
    printf '%s\n' "$line"
    [ "${line%% *}" != ready ] || break
  done
  if [ "${line%% *}" != ready ]; then
    echo "the server did not start" >&2
    exit 1
  fi
  read -r _ url _ <<<"$line"
  cat <&3 >"$folder/rest-of-log" &
}

stop_server() {
  local status=0
  printf '\n$ kill -TERM %s; wait %s\n' "$server" "$server"
  kill -TERM "$server"
  wait "$server" || status=$?
  server=
  echo "the server ended with exit code $status"
  return "$status"
}

start_server
ask "export BELLWETHER_SERVER=$url"
ask "bellwether load --dataset data/cbec.json data/xinhua-2025.csv data/official.csv"
ask "bellwether list series 'CBEC/A...'"

about "How large was China's cross-border e-commerce in 2024? Who says so, and is it a fact or a forecast?" \
  "(2.63 trillion yuan in the article; the ministry had expected 2.95, customs came to 2.71.)"
ask "bellwether get CBEC/A.CHN.TRADE._T --from 2024 --as-of XINHUA-CBEC-2025"
ask "bellwether revisions CBEC/A.CHN.TRADE._T --from 2024 --to 2024"

about "The other figures of the article: forecasts (F), targets (T), facts (A), each in its unit."
ask "bellwether get CBEC/A.WLD.MARKET_SIZE._T"
ask "bellwether get CBEC/A.CHN.EXPORT_SHARE._T"
ask "bellwether get CBEC/A.CHN.SMART_UPGRADE_RATE._T"
ask "bellwether get CBEC/A.CHN.CLUSTER_DIGITALIZATION_RATE._T"
ask "bellwether get CBEC/A.CHN.PILOT_CLUSTERS._T"
ask "bellwether get CBEC/A.CHN_EAST..HOME_FURNISHING"

about "The trade of 2021, as first published and as it stands now."
ask "bellwether get CBEC/A.CHN.TRADE._T --from 2021 --to 2021 --as-of 2022-01-31"
ask "bellwether get CBEC/A.CHN.TRADE._T --from 2021 --to 2021"

about "The growth of 2022, as known on 2023-01-31 and as known today, in percent."
ask "bellwether get CBEC/A.CHN.TRADE._T --yoy --from 2022 --to 2022 --as-of 2023-01-31"
ask "bellwether get CBEC/A.CHN.TRADE._T --yoy --from 2022 --to 2022"

about "How far off was the first figure for the first half of 2024?"
ask "bellwether revisions CBEC/S.CHN.TRADE._T --from 2024-S1 --to 2024-S1"

about "Exports and imports of 2022, preliminary and final: imports had grown, until they had not."
ask "bellwether get CBEC/A.CHN.IMPORTS._T --from 2021 --to 2021"
ask "bellwether revisions CBEC/A.CHN.IMPORTS._T --from 2022 --to 2022"
ask "bellwether revisions CBEC/A.CHN.EXPORTS._T --from 2022 --to 2022"

about "Targets and forecasts beside what came true: the forecast for 2024 was 2.95."
ask "bellwether targets CBEC"

stop_server
