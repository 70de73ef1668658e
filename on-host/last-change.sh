#!/bin/sh
# last-change.sh: tells what it takes to take back the last confirmed change: its entry in the history, its record (history.awk), and, as
# `changed KEY`, an object that it was about and that is no longer as it has left it. Nothing, when there is no such change.

# shellcheck disable=SC2154 # names set by the parts that are read below
set -u
here=${0%/*}
for part in state history take-back; do
  # shellcheck source=/dev/null
  . "$here/$part.sh"
done

main() {
  [ -r "$mp_history/.last" ] && read -r _ number <"$mp_history/.last" && record_of "$number" || return 0
  cat "$mp_history/$number" "$mp_history/.last"
  changed=$({ state_text && details | state_details && further_details; } | compare_with_record part=now -)
  [ -z "$changed" ] || echo "changed $changed"
}

# What the state's text leaves out, and the change was about.
details() {
  sed -n -e 's/^touches rule .*/rules/p' -e 's/^touches \(sysctl .*\)/\1/p' -e 's/^touches \(nft .*\)/\1/p' "$mp_history/.last" | sort -u
}

further_details() {
  if grep -qE '^touches (neighbour|nexthop) ' "$mp_history/.last"; then state_next_hops; fi
}

main
