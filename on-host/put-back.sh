#!/bin/sh
# put-back.sh: puts back what the kernel drops of our objects when a device goes down or away, or an address with it. pulumi-multipath-put-back.service
# runs it for as long as there are objects.
#
# The rule: what was there at the last look and is not any more, is put back if something has happened since to what it stands on:
#   a route           to one of its devices or to its preferred source, and then only once both are there again
#   an IPv6 address   to its device: set down, or gone
#   an IPv4 address   its device has gone, or the primary address of its subnet, which takes the others along
#   a link, a sysctl  what it stands on has gone: they are not looked at before the device is there again, and never otherwise
#   the table of      together with others', as when nftables.service is reloaded; where there are no others' that can't be told from a
#   nftables          deletion of ours alone, and it comes back
#   all but these     to nothing of it, but a network manager was at work: they take away what they have not made (network-managers.sh)
# The kernel tells of both, and of each of our routes that somebody deletes: whatever vanishes by itself is drift and stays away, also when
# something happens to its device an hour later; so does an address or a rule that somebody deletes, and until it is there again what went with it.
# What another transaction has changed and nobody has confirmed yet is left to that. Other people's objects are nobody's here.
#
# While this does not run, it can't tell why something vanishes: of what was there before all is put back when it starts, and after a boot all that
# is not there.
#
# Most of the time all processes of this sleep. The first event is followed by others within milliseconds, so a look comes 0.1 s after it. That
# can be done eight times, and then once a second, however many events there are.
#
# Files in WORK, /run/pulumi-multipath/put-back:
#   fifo                    events and ticks, for this process alone
#   scripts                 the directory that it runs from
#   told                    empty since the last look, until something has changed (events.awk)
#   tables                  the names of all tables of nftables; there only when these are listened to as well
#   looked-at, events, now, memory, lost, todo, batch.*, tried, refused, unexplained, words    of a look and an attempt: dropped.awk, put-back.awk
# shellcheck disable=SC2154 # names set by the parts that are read below
set -u
umask 077
here=${0%/*}
for part in state lock replay network-managers; do
  # shellcheck source=/dev/null
  . "$here/$part.sh"
done
work=$mp_run/put-back
line_break='
'
events=all     # since the last look, one a line
begun=''       # whether a look has been taken since the kernel is listened to for sure
wanted=''      # whether there is something to put back that waits for a lock
puzzled=''     # whether something has just vanished, and nobody knows why
looked=0       # when the last look was taken
attempted=''   # whether the outcome of an attempt has not been noted yet
ticking=''     # whether a tick is on its way
waited=0       # for a transaction, so many times
credit=8       # how many looks may follow one another soon

main() {
  mkdir -p "$work" && prepare || exit
  listen
  tick
  while read -r event <&3; do
    case $event in
      tick) take_turn ;;
      ended)
        echo 'The kernel is no longer listened to.' >&2
        exit 1 ;;
      *) note "$event" ;;
    esac
    [ -n "$ticking" ] || [ -z "$events$wanted$attempted$puzzled" ] || tick
  done
}

prepare() {
  rm -f "$work/fifo" && mkfifo "$work/fifo" && exec 3<>"$work/fifo" || return
  printf '%s\n' 'link show' 'addr show' 'route show table all proto 205' >"$work/looked-at"
  echo "$here" >"$work/scripts"
  if has_tables; then : >"$work/tables"; else rm -f "$work/tables"; fi
  for file in memory lost; do : >>"$work/$file"; done
  for file in told tried refused batch.ip batch.sysctl batch.4 batch.6 batch.nft; do : >"$work/$file"; done
  read_uptime
  turned=$uptime
}

# mawk would wait until it has read 4 KiB; others don't know that word.
listen() {
  interactive='-W interactive'
  # shellcheck disable=SC2086 # two words
  awk $interactive 'BEGIN { exit }' </dev/null >/dev/null 2>&1 || interactive=''
  # shellcheck disable=SC2086
  { ip -N -d -o monitor link address route rule 2>&1 | awk $interactive -v told="$work/told" -f "$here/events.awk"; echo ended; } </dev/null >&3 3>&- &
  [ -e "$work/tables" ] && command -v nft >/dev/null || return 0
  # shellcheck disable=SC2086
  { nft monitor tables 2>&1 | awk $interactive -f "$here/events.awk"; echo ended; } </dev/null >&3 3>&- &
}

note() {
  case $line_break$events$line_break in
    *"$line_break$1$line_break"*) ;;
    *) events=$events${events:+$line_break}$1 ;;
  esac
}

# tick [SECONDS]
tick() {
  read_uptime
  credit=$((credit + uptime - turned))
  turned=$uptime
  [ "$credit" -le 8 ] || credit=8
  if [ $# -gt 0 ]; then pause=$1; elif [ "$credit" -gt 0 ]; then pause=0.1 credit=$((credit - 1)); else pause=1; fi
  { sleep "$pause"; echo tick; } </dev/null >&3 3>&- &
  ticking=yes
}

# A first look is taken without a lock: mostly there is nothing to be done. Not while a transaction is made or made to last: more will change, and
# that of a small host needs all of its time. Nor is that waited for without end, for its process may have been killed.
take_turn() {
  [ -e "$work/fifo" ] || exit # somebody has emptied /run
  ticking=''
  if is_busy && [ "$waited" -lt 30 ]; then
    waited=$((waited + 1))
    tick 0.3
    return
  fi
  waited=0
  # Whether it was a network manager is asked soon, and all else once a second: a look takes a small host half of that.
  if [ -n "$puzzled" ] && [ -z "$events$wanted$attempted" ]; then
    wonder
    [ -n "$events" ] || [ "$uptime" -gt "$looked" ] || return
  fi
  [ -z "$events" ] || wanted=yes
  if [ -z "$wanted" ] || [ ! -s "$work/lost" ]; then
    look '' || return
    [ -s "$work/todo" ] || wanted=''
  fi
  if [ -n "$wanted" ]; then
    if ! take_locks; then
      tick 0.3
      return
    fi
    if look run; then run; fi
    exec 8>&- 9>&-
  fi
  wanted=''
  begin
}

# By the files: who took the lock to see that would keep others from it, the line monitor before all.
is_busy() {
  for tx in "$mp_run"/tx-*; do
    if [ -e "$tx/began" ] && [ ! -s "$tx/result" ]; then return 0; fi
    if [ -e "$tx/confirmed" ] && [ ! -e "$tx/confirmation" ]; then return 0; fi
  done
  return 1
}

wonder() {
  read_uptime
  if a_manager_was_at_work $((uptime - turned + 3)); then note manager; fi
}

# Between the start of `ip monitor` and its first word nobody knows from when on it listens.
begin() {
  [ -z "$begun" ] || return
  begun=yes
  events=all
  tick 1
}

# Whoever begins, confirms or undoes a transaction meanwhile waits: for milliseconds, and finds all in place.
take_locks() {
  try_lock && take_apply_lock 0 && return
  exec 8>&- 9>&-
  return 1
}

# look [run]: compares what is there with what was there, and writes down what can be put back, with `run` as batches.
look() {
  printf '%s\n' "$events" >"$work/events"
  : >"$work/told"
  read_centiseconds
  ip -N -d -o -batch "$work/looked-at" >"$work/now" 2>"$work/words" </dev/null || return
  listed=''
  if [ -e "$work/tables" ] && nft list tables >"$work/tables" 2>"$work/words"; then listed=1; fi
  run=${1:+1}
  # Their names say what the objects are, and everybody may read what a process was started with.
  set -- "$mp_etc"/current/objects.d/*
  if [ -e "$1" ]; then printf '%s\n' "$@" >"$work/files"; else : >"$work/files"; fi
  set -- part=tried "$work/tried" part=refused "$work/refused" part=memory "$work/memory" part=now "$work/now" \
    ${listed:+part=tables "$work/tables"} part=objects
  [ ! -r "$mp_run/lines/health" ] || set -- part=health "$mp_run/lines/health" "$@"
  for tx in "$mp_run"/tx-*; do is_undecided && set -- part=touches "$tx/touches" "$@"; done
  awk -v work="$work" -v files="$work/files" -v now="$centiseconds" -v run="$run" -v listed="$listed" -f "$here/keys.awk" -f "$here/dropped.awk" -f "$here/put-back.awk" \
    part=events "$work/events" "$@" || return
  events='' attempted='' puzzled=''
  : >"$work/refused"
  [ -s "$work/unexplained" ] || return 0
  puzzled=yes
  wonder
  looked=$uptime
}

is_undecided() {
  { [ -e "$tx/armed" ] || [ -e "$tx/firing" ] || [ -e "$tx/confirmed" ]; } && [ ! -e "$tx/confirmation" ] && [ -r "$tx/touches" ]
}

run() {
  [ -s "$work/todo" ] || return
  for tool in ip sysctl 4 6 nft; do
    batch=$work/batch.$tool
    [ -s "$batch" ] || continue
    run_batch "$batch"
    : >"$batch"
  done
  attempted=yes
  # It may know another gateway by now, or may have found another line dead.
  if [ -p "$mp_run/lines/fifo" ]; then echo rewrite 1<>"$mp_run/lines/fifo"; fi
}

main
