#!/bin/sh
# transaction.sh TX OWNER WAIT GENERATION: changes this host as a whole or not at all, and writes to TX/result how it ended.
#
# TX is a directory below /run/pulumi-multipath that a session has filled (session.sh):
#   seen              the state that the plan was made from; absent: the session no longer knows it
#   reads             what of it the plan depends on, one key a line (compare.awk)
#   forward-NN.F      batches for `ip -F`, in this order; forward-NN.dad: addresses to wait for after batch NN
#   touches, removes  keys of the objects that the batches change, and of those among them that shall be gone (keys.awk)
#   takes-more        present when the batches change links or addresses, which may take others with them
#   objects/          new and changed files of objects.d; objects-named: the names of these and of those to remove
# This process adds: before, now (the state), markers, words (what `ip` said), undo-* (batches that put things back).
#
# OWNER is user@machine, for whoever finds the lock taken. WAIT is how many seconds to wait for the lock. GENERATION is the directory
# of the object files that the plan was made from, or empty.

# shellcheck disable=SC3013 # -ef is not in POSIX, but in every sh: dash, busybox, bash, ksh
set -u
umask 022
here=${0%/*}
# shellcheck source=SCRIPTDIR/state.sh
. "$here/state.sh"
tx=$1 owner=$2 patience=$3 seen_generation=$4
result=''
staged=''

# A session that is cut off must not take this process with it.
trap '' HUP INT TERM PIPE

main() {
  if ! command -v flock >/dev/null; then
    answer 'status failed'
    answer 'reason The host has no flock command (util-linux).'
  elif ! take_lock; then
    :
  elif [ ! -r "$here/compare.awk" ]; then # removed together with the last object by who had the lock before
    answer 'status missing'
  else
    transaction
    [ -z "$staged" ] || rm -rf "$staged"
    leave_nothing
    answer "generation $current"
  fi
  printf '%send\n' "$result" >"$tx/result"
}

transaction() {
  read_uptime
  began=$uptime
  find_generation
  current=$generation
  if ! state_text >"$tx/before" 2>"$tx/words"; then
    failed 'The state could not be read.'
  elif ! same_as_seen; then
    answer 'status stale'
    answer 'state before'
    answer 'files shown'
  elif ! stage_objects 2>"$tx/words"; then
    failed "The objects' files could not be written below $mp_etc."
  elif ! apply; then
    answer 'status rejected'
    undo
  elif ! swap_objects 2>"$tx/words"; then
    failed "The objects' files could not be put in place below $mp_etc."
    undo
  else
    answer 'status applied'
    if [ -e "$tx/now" ]; then answer 'state now'; else answer 'state fresh'; fi
  fi
}

# ---- how it ended -------------------------------------------------------------------------------------------------------------

# answer LINE: adds a line to the result.
answer() {
  result="$result$1
"
}

# What the failed command said.
answer_words() {
  while IFS= read -r word; do answer "words $word"; done <"$tx/words"
}

failed() {
  answer 'status failed'
  answer "reason $1"
  answer_words
}

# ---- one at a time ------------------------------------------------------------------------------------------------------------

# Holds tx.lock until this process ends. The file is removed when nothing of ours stays, so the lock counts only on the file that
# has the name now. Polled, because not every flock can wait for a limited time.
take_lock() {
  read_uptime
  until=$((uptime + patience))
  while :; do
    exec 9>>"$mp_run/tx.lock"
    if flock -n 9 && [ "/proc/$$/fd/9" -ef "$mp_run/tx.lock" ]; then break; fi
    read_uptime
    if [ "$uptime" -ge "$until" ]; then
      answer 'status busy'
      answer_holder
      return 1
    fi
    sleep 0.1
  done
  read_uptime
  printf '%s\n' "$owner" "$uptime" "${tx##*/}" >"$mp_run/tx.owner"
}

answer_holder() {
  holder='' since=$uptime
  [ ! -r "$mp_run/tx.owner" ] || { read -r holder && read -r since; } <"$mp_run/tx.owner"
  answer "holder $holder, since $((uptime - since)) s"
}

# ---- is it still what the plan was made from? ---------------------------------------------------------------------------------

same_as_seen() {
  [ -r "$tx/seen" ] && same_state && same_objects
}

same_state() {
  if cmp -s "$tx/seen" "$tx/before"; then return 0; fi
  changed=$(awk -f "$here/keys.awk" -f "$here/compare.awk" \
    part=reads "$tx/reads" part=seen "$tx/seen" part=before "$tx/before") || return
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

# Runs the batches. The first line that fails ends it; the result says which one. Who else changes routes on this host for us makes
# apply.lock; it is held until `undo` or `put_back` is through.
apply() {
  if [ -e "$mp_run/apply.lock" ]; then
    exec 8>>"$mp_run/apply.lock"
    flock 8
  fi
  for batch in "$tx"/forward-*.[46]; do
    [ -e "$batch" ] || continue
    # -o: the markers between lines (`link show dev lo`) print one line each.
    if ! ip -o "-${batch##*.}" -batch "$batch" >"$tx/markers" 2>"$tx/words" </dev/null; then
      blame "$batch"
      return 1
    fi
    await_dad "${batch%.*}.dad" || return 1
  done
  put_back
  exec 8>&-
}

# blame BATCH: says which line failed. The kernel's refusals come with a line number; of a line that `ip` itself does not understand
# only the markers before it are known.
blame() {
  answer "batch ${1##*/}"
  markers=0
  while read -r _; do markers=$((markers + 1)); done <"$tx/markers"
  answer "markers $markers"
  while IFS= read -r word; do
    case $word in
      "Command failed $1:"*) answer "line ${word##*:}" ;;
      *) answer "words $word" ;;
    esac
  done <"$tx/words"
}

# await_dad FILE: waits until the IPv6 addresses named in FILE can be used. Before duplicate address detection is done, a route with
# such a preferred source is refused. It never ends where the device is down or has no carrier: those are not waited for.
await_dad() {
  [ -e "$1" ] || return 0
  read_uptime
  until=$((uptime + 5))
  while :; do
    printf '%s\n' 'link show' 'addr show tentative' | ip -6 -N -o -batch - >"$tx/tentative" 2>"$tx/words" || return 0
    dad=$(awk -f "$here/keys.awk" -f "$here/dad.awk" part=wanted "$1" part=now "$tx/tentative")
    case $dad in
      done) return 0 ;;
      failed*)
        answer "dad ${dad#failed }"
        answer 'words Another machine on this link has the address already (duplicate address detection).'
        return 1
        ;;
    esac
    read_uptime
    [ "$uptime" -lt "$until" ] || return 0
    sleep 0.1
  done
}

# Puts back what vanished though no line removes it: secondaries of a deleted primary, routes whose preferred source went.
put_back() {
  [ -e "$tx/takes-more" ] || return 0
  look
  restore collateral lost
}

# Brings everything that the batches touched, and what vanished with it, back to `before`.
undo() {
  look
  restore undo not-restored
  answer 'state now'
  exec 8>&-
}

look() {
  state_text >"$tx/now" 2>"$tx/words"
}

# restore MODE WORD: runs what makes up for the difference between `before` and `now` until there is none: addresses first, since
# routes need them. Lines that don't succeed are reported with WORD.
restore() {
  round=0
  while to_restore "$1" all; do
    round=$((round + 1))
    if [ $round -gt 3 ]; then
      report "$2"
      return
    fi
    for phase in addresses routes; do
      if to_restore "$1" $phase; then
        run_restore $phase
        look
      fi
    done
  done
}

# to_restore MODE PHASE: writes the batches undo-ROUND-PHASE.4 and .6; false when there is nothing to do.
to_restore() {
  read_uptime
  awk -v mode="$1" -v phase="$2" -v round=$round -v elapsed=$((uptime - began)) -v out="$tx/undo-$round-$2" -f "$here/keys.awk" -f "$here/undo.awk" \
    part=touches "$tx/touches" part=removes "$tx/removes" part=before "$tx/before" part=now "$tx/now"
}

run_restore() {
  for family in 4 6; do
    batch=$tx/undo-$round-$1.$family
    if [ -e "$batch" ]; then
      ip -force "-$family" -batch "$batch" >/dev/null 2>"$tx/words" </dev/null
      # 255: `ip` did not understand a line, and left out the rest.
      if [ $? -eq 255 ]; then one_by_one "$family" <"$batch"; fi
    fi
    if [ -e "$tx/undo-$round-$1-odd.$family" ]; then one_by_one "$family" <"$tx/undo-$round-$1-odd.$family"; fi
  done
  await_dad "$tx/undo-$round-$1.dad"
}

# one_by_one FAMILY: runs the lines of a batch each for itself. They are split at spaces and nothing else; no word is evaluated.
one_by_one() {
  set -f
  IFS=' '
  while read -r line; do
    # shellcheck disable=SC2086 # split on purpose
    ip "-$1" $line </dev/null >/dev/null 2>>"$tx/words"
  done
  unset IFS
  set +f
}

report() {
  for family in 4 6; do
    [ -e "$tx/undo-3-all.$family" ] || continue
    while IFS= read -r line; do answer "$1 ip -$family $line"; done <"$tx/undo-3-all.$family"
  done
}

# ---- our own files ------------------------------------------------------------------------------------------------------------

# Builds the next generation of objects.d beside the current one, of hard links to what stays the same. Before the kernel is
# touched, so that a full disk is found in time.
stage_objects() {
  [ -s "$tx/objects-named" ] || return 0
  number=0
  for directory in "$mp_etc"/generations/*; do
    if is_generation "$directory" && [ "${directory##*/}" -gt "$number" ]; then number=${directory##*/}; fi
  done
  staged=$mp_etc/generations/$((number + 1))
  if [ -n "$current" ]; then
    cp -al "$current" "$staged" && drop_named || return
  else
    mkdir -p "$staged/objects.d" || return
  fi
  set -- "$tx"/objects/*
  [ -e "$1" ] || return 0
  cp "$@" "$staged/objects.d" || return
  for file; do
    shift
    set -- "$@" "$staged/objects.d/${file##*/}"
  done
  flush "$@" "$staged/objects.d" "$staged" "$mp_etc/generations"
}

is_generation() {
  case ${1##*/} in '' | *[!0-9]*) return 1 ;; esac
}

# A changed file must become another file: the link would change the generation before as well.
drop_named() {
  set --
  while read -r name; do
    [ ! -e "$staged/objects.d/$name" ] || set -- "$@" "$staged/objects.d/$name"
  done <"$tx/objects-named"
  [ $# -eq 0 ] || rm "$@"
}

# Puts the new generation in the place of the current one, by one rename. Without any object there is no generation.
swap_objects() {
  [ -n "$staged" ] || return 0
  set -- "$staged"/objects.d/*
  if [ -e "$1" ]; then
    ln -sfn "generations/${staged##*/}" "$mp_etc/current.new" && mv -T "$mp_etc/current.new" "$mp_etc/current" || return
    flush "$mp_etc"
    for directory in "$mp_etc"/generations/*; do
      # The session removes them: one process for all that is to be removed.
      if [ "$directory" != "$staged" ] && [ "$directory" != "$current" ] && is_generation "$directory"; then answer "old $directory"; fi
    done
    current=$staged
  else
    rm -f "$mp_etc/current" || return
    current=''
    rm -rf "$staged"
  fi
  staged=''
}

flush() {
  sync "$@" 2>/dev/null || sync
}

# Removes scripts that nobody runs any more. When there is no object left, nothing of ours stays; the session removes the rest.
leave_nothing() {
  used=" $here "
  for other in "$mp_run"/tx-*; do
    [ "$other" = "$tx" ] || [ ! -r "$other/scripts" ] || abandoned "$other" || used="$used$mp_libexec/$(cat "$other/scripts") "
  done
  if [ -z "$current" ]; then
    rm -rf "$mp_etc"
    [ "$used" != " $here " ] || leave_host
    return
  fi
  for scripts in "$mp_libexec"/*; do
    case $used in *" $scripts "*) ;; *) rm -rf "$scripts" ;; esac
  done
}

leave_host() {
  made=$mp_libexec/.made-parent
  if [ -e "$made" ]; then made=${mp_libexec%/*}; else made=''; fi
  rm -rf "$mp_libexec" "$mp_run/tx.lock" "$mp_run/apply.lock" "$mp_run/tx.owner"
  [ -z "$made" ] || rmdir "$made" 2>/dev/null
}

# abandoned TX: removes the directory of a session that was cut off, when its worker has ended and nobody has asked for ten minutes.
abandoned() {
  worker=none
  [ ! -r "$1/worker" ] || read -r worker <"$1/worker"
  [ ! -d "/proc/$worker" ] && [ -n "$(find "$1" -maxdepth 0 -mmin +10)" ] && rm -rf "$1"
}

main
