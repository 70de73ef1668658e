#!/bin/sh
# restore.sh [SECONDS]: brings back what the files of the current generation say. pulumi-multipath-restore.service runs it at boot; it may be run
# by hand at any time, for every line is one that changes nothing when all is well.
#
# What is refused is tried again for SECONDS (30): its device may be on its way, or duplicate address detection of its source not be
# done. One that stays refused keeps no other from being applied; it is reported, and the exit status is 1.
set -u
umask 077
here=${0%/*}
# shellcheck source=SCRIPTDIR/state.sh
. "$here/state.sh"
# shellcheck source=SCRIPTDIR/replay.sh
. "$here/replay.sh"
patience=${1:-30}

main() {
  mkdir -p "$mp_run" && work=$(mktemp -d "$mp_run/restore-XXXXXX") || exit
  trap 'rm -rf "$work"' EXIT
  read_uptime
  until=$((uptime + patience))
  : >"$work/refused"
  one_round ''
  while [ -s "$work/refused" ]; do
    read_uptime
    [ "$uptime" -lt "$until" ] || break
    sleep 0.5
    one_round again
  done
  report
}

# one_round [again]: runs every line, or those that were refused in the round before, and writes the refused ones anew. Together with
# apply.lock, which a transaction holds while it changes routes, so that what it removes does not come back.
one_round() {
  exec 8>>"$mp_run/apply.lock"
  flock 8
  rm -f "$work"/batch-* "$work/all"
  set -- "$1" "$mp_etc"/current/objects.d/*
  mv "$work/refused" "$work/before"
  : >"$work/refused"
  if [ -e "$2" ]; then
    again=$1
    shift
    rules_there "$@" >"$work/rules" 2>/dev/null
    awk -v work="$work" -v again="$again" -f "$here/keys.awk" -f "$here/restore.awk" "$work/before" "$work/rules" "$@" || exit
  fi
  load_bonding "$work"/batch-*.ip
  for batch in "$work"/batch-*; do
    case $batch in *.names | *'*') ;; *) run_batch "$batch" ;; esac
  done
  exec 8>&-
}

# rules_there FILE...: shows the rules, if one of these objects is one. A rule can't be replaced, and is added only where it is not there.
rules_there() {
  case $* in *-RoutingRule-*) state_rules ;; esac
}

report() {
  [ -s "$work/refused" ] || return 0
  while IFS='	' read -r name line words; do
    printf 'not restored: %s (%s): %s\n' "$line" "$name" "$words"
  done <"$work/refused" >&2
  exit 1
}

main
