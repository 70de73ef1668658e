#!/bin/sh
# confirm.sh TX MACHINE-ID BOOT-ID: ends the transaction that transaction.sh has armed in TX, and makes it last. To be run by a session
# that was opened after the change: that it could be opened is what proves that the host can still be reached. Writes TX/confirmation,
# or lets rollback.sh write TX/undone.

# shellcheck disable=SC2034,SC2154 # names shared with the parts that are read below
set -u
umask 022
here=${0%/*}
tx=$1 machine=$2 boot=$3
wrong='' too_late='the confirmation came too late'
for part in state compare result lock arm undo object-files reach; do
  # shellcheck source=/dev/null
  . "$here/$part.sh"
done

# A session that is cut off must not take this process with it.
trap '' HUP INT TERM PIPE

main() {
  until try_lock; do
    exec 9>&-
    [ -e "$tx/armed" ] || [ -e "$tx/confirmed" ] || roll_back "$too_late"
    sleep 0.05
  done
  find_generation
  current=$generation
  find_staged
  if [ -e "$tx/confirmed" ]; then
    last # a confirm before this one has decided; it may have been killed before its end
  elif [ -e "$tx/armed" ] && verify && prepare && mv "$tx/armed" "$tx/confirmed" 2>/dev/null; then
    disarm
    last
  else
    roll_back "${wrong:-$too_late}"
  fi
}

# ---- is it the machine, and the state, that the change was left in? -------------------------------------------------------------

verify() {
  machine_id=''
  [ ! -r /etc/machine-id ] || read -r machine_id </etc/machine-id
  if [ "$machine_id" != "$machine" ] || [ "$boot_id" != "$boot" ]; then
    wrong='another machine answers, or it was started again'
  elif ! look_whole live; then
    wrong='the state could not be read'
  elif ! same_as_after; then
    wrong="what was changed did not stay so: ${changed:-the states could not be compared}"
  else
    reaches_all || :
  fi
  [ -z "$wrong" ]
}

# Whether the objects that were touched are as the change has left them; sets `changed` to one that is not.
same_as_after() {
  changed=$(difference touches after live) && [ -z "$changed" ]
}

# ---- for good -----------------------------------------------------------------------------------------------------------------

# What can fail of it, while the timer still runs.
prepare() {
  prepare_swap 2>"$tx/words" && return
  wrong="its objects' files could not be put in place below $mp_etc"
  return 1
}

last() {
  if [ -e "$tx/confirmation" ]; then return; fi
  [ -e "$tx/previous" ] || echo "$current" >"$tx/previous" # for the history; done once more, it would be the new one
  if ! swap_objects 2>"$tx/words"; then
    mv "$tx/confirmed" "$tx/firing" && roll_back "its objects' files could not be put in place below $mp_etc"
  fi
  answer 'status applied'
  answer 'state live'
  add_lost
  add_history
  tell_managers live
  leave_nothing
  answer "generation $current"
  write_result confirmation
}

# What `put_back` could not put back.
add_lost() {
  while IFS= read -r line; do
    case $line in 'lost '*) answer "$line" ;; esac
  done <"$tx/result"
}

# By the same lock as others wait for, the undo would wait for this process.
roll_back() {
  exec 9>&-
  exec /bin/sh "$here/rollback.sh" "$tx" "$1" asked
}

main
