#!/bin/sh
# transaction.sh TX OWNER WAIT GENERATION SECONDS: begins a change of this host, which is made as a whole or not at all, and writes to
# TX/result how far it came. When it has changed the kernel, the transaction is armed: confirm.sh ends it, or rollback.sh does.
#
# TX is a directory below /run/pulumi-multipath that a session has filled (session.sh):
#   seen              the state that the plan was made from; absent: the session no longer knows it
#   details, seen-details  keys of what else was looked at (state_details), and what that showed; absent: nothing
#   reads             what of it the plan depends on, one key a line (compare.awk)
#   forward-NN.TOOL   batches in this order. TOOL: 4 and 6 (`ip -4`, `ip -6`), ip (of no family), sysctl (PATH=VALUE), nft
#   forward-NN.dad    addresses to wait for after batch NN
#   touches, removes  keys of the objects that the batches change, and of those among them that shall be gone (keys.awk)
#   takes-more        kinds of objects that the batches change, in one line; absent when these are only routes, which take nothing with them
#   takes-back        the number of the change in the history that this one takes back, instead of batches (take-back.sh); absent: none
#   must-reach        what has to answer before the change may stay (reach.sh); absent: nothing
#   objects/          new and changed files of objects.d; objects-named: the names of these and of those to remove
# This process adds: before, now, after (the state), before-details, after-details (compare.sh), before-more, now-more (state_more), began (seconds of uptime), staged (the new
# generation of object files), reserve (room for an undo), promoting (settings that are changed meanwhile), markers, words (what `ip` said), undo-* (undo.sh), armed (from the first change on: see arm.sh).
#
# OWNER is user@machine, for whoever finds the lock taken. WAIT is how many seconds to wait for the lock. GENERATION is the directory
# of the object files that the plan was made from, or empty. SECONDS after it is armed the host undoes the change by itself.

# shellcheck disable=SC3013 # -ef is not in POSIX, but in every sh: dash, busybox, bash, ksh
# shellcheck disable=SC2034,SC2154 # names shared with the parts that are read below
set -u
umask 022
here=${0%/*}
tx=$1 owner=$2 patience=$3 seen_generation=$4 rollback_after=$5
for part in state compare result lock arm undo take-back object-files; do
  # shellcheck source=/dev/null
  . "$here/$part.sh"
done
staged='' waits=''

# A session that is cut off must not take this process with it.
trap '' HUP INT TERM PIPE

main() {
  if ! command -v flock >/dev/null; then
    answer 'status failed'
    answer 'reason The host has no flock command (util-linux).'
  elif ! take_lock "$patience"; then
    :
  elif [ ! -r "$here/compare.awk" ]; then # removed together with the last object by who had the lock before
    answer 'status missing'
  else
    transaction
    if [ -z "$waits" ]; then
      drop_staged
      leave_nothing
    fi
    answer "generation $current"
  fi
  write_result result
}

transaction() {
  read_uptime
  began=$uptime
  echo "$began" >"$tx/began"
  find_generation
  current=$generation
  if ! look_whole before; then
    failed 'The state could not be read.'
  elif ! same_as_seen; then
    answer 'status stale'
    answer 'state before'
    answer 'files shown'
  elif ! look_further before; then
    failed 'The state could not be read.'
  elif [ -e "$tx/takes-back" ] && ! plan_take_back; then
    failed 'The change can not be taken back.'
  elif ! stage_objects 2>"$tx/words"; then
    failed "The objects' files could not be written below $mp_etc."
  elif ! changes_the_kernel; then
    only_files
  elif ! reserve 2>"$tx/words"; then
    failed "There is not enough space below $mp_run for undoing the change."
  elif ! arm "$rollback_after"; then
    failed 'No timer could be set that would undo the change by itself.'
  elif ! take_apply_lock 10; then
    answer 'status failed'
    answer 'reason Another process of pulumi-multipath on this host (the line monitor, or an undo) has held apply.lock for 10 s.'
    stand_down
  elif ! apply; then
    answer 'status rejected'
    undo
    answer 'state now'
    exec 8>&-
    stand_down
  else
    waits=yes
    read_centiseconds
    answer 'status armed'
    answer "left $((deadline - centiseconds))"
  fi
}

failed() {
  answer 'status failed'
  answer "reason $1"
  answer_words
}

# Without a line for the kernel nobody can be locked out, and nothing has to be confirmed.
only_files() {
  if prepare_swap 2>"$tx/words" && swap_objects 2>"$tx/words"; then
    tell_managers before
    answer 'status applied'
    answer 'state before'
  else
    failed "The objects' files could not be put in place below $mp_etc."
  fi
}

# ---- is it still what the plan was made from? ---------------------------------------------------------------------------------

same_as_seen() {
  [ -r "$tx/seen" ] && same_state && same_objects
}

same_state() {
  changed=$(difference reads seen before) || return
  [ -z "$changed" ] || answer "changed $changed"
  [ -z "$changed" ]
}

# Whether the object files that were read are those of the generation that was seen. Unchanged ones are hard links.
same_objects() {
  if [ "$seen_generation" = "$current" ]; then return 0; fi
  answer 'files shown'
  while read -r word name; do
    [ "$word" = object ] || continue
    old=$seen_generation/objects.d/$name
    now=$current/objects.d/$name
    if [ "$old" -ef "$now" ]; then continue; fi
    if [ ! -e "$old" ] && [ ! -e "$now" ] && [ -d "${seen_generation:-/}" ]; then continue; fi
    answer "changed object $name"
    return 1
  done <"$tx/reads"
}

# ---- the kernel ---------------------------------------------------------------------------------------------------------------

changes_the_kernel() {
  for batch in "$tx"/forward-*; do [ ! -e "$batch" ] || return 0; done
  return 1
}

# Room for what an undo writes, which gives it free first: whatever fills /run meanwhile, the way back is there. Several times the state,
# and 64 KiB for what does not grow with it.
reserve() {
  cat "$tx/before" "$tx/before" "$tx/before" "$tx/before-more" "$tx/before-more" >"$tx/reserve" && printf '%65536s' '' >>"$tx/reserve"
}

# Runs the batches. The first line that fails ends it; the result says which one.
apply() {
  if [ -e "$tx/takes-back" ]; then
    take_back || return
  else
    run_all_forward || return
    keep_settings
    put_back
  fi
  if [ -e "$tx/takes-more" ]; then mv "$tx/now" "$tx/after" && look_at_details after; else look_whole after; fi
  exec 8>&-
}

run_all_forward() {
  load_bonding "$tx"/forward-*.ip
  let_secondaries_stay
  for batch in "$tx"/forward-*; do
    case $batch in *.dad) continue ;; esac
    [ -e "$tx/armed" ] || exit # it took so long that it is being undone
    if ! run_forward "$batch"; then
      blame "$batch"
      return 1
    fi
    case $batch in *.ip) await_managers "$batch" ;; esac
    await_dad "${batch%.*}.dad" || return
  done
}

# With the first IPv4 address of a subnet the kernel removes the others, the one too that is to take its place. Here the next one moves up instead.
let_secondaries_stay() {
  if grep -q '/promote_secondaries$' "$tx/touches"; then return 0; fi
  while read -r word family device _; do
    [ "$word $family" = 'address 4' ] || continue
    setting=/proc/sys/net/ipv4/conf/$device/promote_secondaries
    if grep -qs '^0' "$setting"; then echo "$setting" >>"$tx/promoting" && echo 1 >"$setting"; fi
  done <"$tx/removes"
}

# run_forward BATCH: runs its lines up to the first that fails. Of what `ip` itself does not understand it does not say the line: the
# markers between lines (`link show dev lo`) do. -o: they print one line each.
run_forward() {
  case $1 in
    *.sysctl) write_settings "$1" >"$tx/markers" 2>"$tx/words" ;;
    *.nft) run_nft "$1" "${staged:-$current}/objects.d" >"$tx/markers" 2>"$tx/words" ;;
    *.ip) ip -o -batch "$1" >"$tx/markers" 2>"$tx/words" </dev/null ;;
    *) ip -o "-${1##*.}" -batch "$1" >"$tx/markers" 2>"$tx/words" </dev/null ;;
  esac
}

# write_settings FILE: with the words of `ip` for the line that is refused.
write_settings() {
  number=0
  while IFS= read -r line; do
    number=$((number + 1))
    write_setting "$line" && continue
    echo "Command failed $1:$number" >&2
    return 1
  done <"$1"
}

# What we declare of a device stays as it is declared when one setting for all devices has set it as well. That it can't be written is
# seen by who declares it.
keep_settings() {
  if [ -z "$staged" ] || ! grep -q '^sysctl ' "$tx/touches"; then return 0; fi
  set -- "$staged"/objects.d/*
  [ -e "$1" ] || return 0
  awk -f "$here/kept-settings.awk" part=touches "$tx/touches" part=files "$@" >"$tx/kept-settings" 2>"$tx/words"
  while IFS= read -r line; do write_setting "$line" 2>"$tx/words"; done <"$tx/kept-settings"
}

# Only now, when it is undone: would this process be killed before, the timer would do it.
stand_down() {
  rm "$tx/armed" 2>/dev/null || exit # it is being undone already
  disarm
}

# blame BATCH: says which line failed. The kernel's refusals come with a line number, and those of `nft`; of a line that `ip` itself does not
# understand only the markers before it are known.
blame() {
  answer "batch ${1##*/}"
  markers=0
  while read -r _; do markers=$((markers + 1)); done <"$tx/markers"
  answer "markers $markers"
  while IFS= read -r word; do
    case $1:$word in
      *.nft:*:[0-9]*': Error: '*) # `/dev/stdin:5:1-40: Error: Could not process rule: ...`, and below it the line itself
        place=${word%%: Error: *} place=${place%:*}
        answer "line ${place##*:}"
        answer "words ${word#*: Error: }"
        continue ;;
      *.nft:*) continue ;;
    esac
    case $word in
      "Command failed $1:"*) answer "line ${word##*:}" ;;
      *) answer "words $word" ;;
    esac
  done <"$tx/words"
}

main
