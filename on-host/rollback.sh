#!/bin/sh
# rollback.sh TX WHY WHEN: undoes the transaction that transaction.sh has armed in TX, unless it is confirmed, and writes TX/undone. What
# has become of the worker, the session and the network does not matter. Doing it again does no harm.
#
# WHEN: now (a timer of systemd has waited), asked (by a session, which then removes TX), or a time to wait for, in hundredths of a
# second of uptime.

# shellcheck disable=SC2034,SC2154 # names shared with the parts that are read below
set -u
umask 022
here=${0%/*} tx=$1 why=$2 when=$3

# Who takes `armed` away decides. `firing` without `undone`: an undo that was broken off.
fire() {
  mv "$tx/armed" "$tx/firing" 2>/dev/null || [ -e "$tx/firing" ] || [ -e "$tx/undone" ]
}

case $when in now | asked) fire || exit 0 ;; esac

for part in state result lock arm undo object-files; do
  # shellcheck source=/dev/null
  . "$here/$part.sh"
done

trap '' HUP INT TERM PIPE

main() {
  case $when in
    now | asked) ;;
    *) await "$when" && fire || exit 0 ;;
  esac
  stop_worker
  take_apply_lock 30 || echo 'pulumi-multipath: apply.lock has been held for 30 s; going on without it.'
  read -r began <"$tx/began"
  if [ -e "$tx/undone" ]; then check; else undo_all; fi
  exec 8>&-
  [ "$when" != asked ] || leave
}

await() {
  echo $$ >"$tx/sleeper"
  read_centiseconds
  while [ "$centiseconds" -lt "$1" ]; do
    left=$(($1 - centiseconds + 100))
    sleep $((left / 100 - 1)).${left#"${left%??}"} || sleep 1
    read_centiseconds
  done
}

# A worker that is still at it would go on changing things.
stop_worker() {
  if [ -e "$tx/firing" ] && is_running "$tx/worker"; then kill -KILL "-$process"; fi
}

undo_all() {
  answer 'status undone'
  answer "why $why"
  undo
  find_staged
  drop_staged
  write_result undone
  rm -f "$tx/firing"
  echo "pulumi-multipath: a change of the network was undone, because $why."
}

# It has been undone: is it still so?
check() {
  answer 'status undone'
  while IFS= read -r line; do
    case $line in 'why '*) answer "$line" ;; esac
  done <"$tx/undone"
  look
  tried='links links links addresses addresses addresses routes routes routes' attempt=0
  if [ "$(to_restore undo)" = stuck ]; then report not-restored; fi
  write_result undone
}

# Unless somebody else is at work by now.
leave() {
  disarm
  try_lock && none_open || return
  find_generation
  current=$generation
  leave_nothing
}

main
