# shellcheck shell=sh disable=SC2154,SC2034 # names set by those who read this, and used by them
# Our own files below /etc and /usr/local: generations of objects.d, of which `current` names one, and the scripts.

# shellcheck source=SCRIPTDIR/units.sh
. "$here/units.sh"
# shellcheck source=SCRIPTDIR/history.sh
. "$here/history.sh"
# shellcheck source=SCRIPTDIR/network-managers.sh
. "$here/network-managers.sh"

# Builds the next generation of objects.d beside the current one, of hard links to what stays the same. Before the kernel is
# touched, so that a full disk is found in time.
stage_objects() {
  [ -s "$tx/objects-named" ] || return 0
  number=0
  for directory in "$mp_etc"/generations/*; do
    if is_generation "$directory" && [ "${directory##*/}" -gt "$number" ]; then number=${directory##*/}; fi
  done
  staged=$mp_etc/generations/$((number + 1))
  echo "$staged" >"$tx/staged" || return
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
  keep_units
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

# Makes ready what `swap_objects` needs; what can fail of it fails here.
prepare_swap() {
  set -- "$staged"/objects.d/*
  if [ -z "$staged" ] || [ ! -e "$1" ]; then return 0; fi
  ln -sfn "generations/${staged##*/}" "$mp_etc/current.new"
}

# Puts the new generation in the place of the current one, by one rename. Without any object there is no generation.
swap_objects() {
  if [ -z "$staged" ]; then return 0; fi
  if [ -L "$mp_etc/current.new" ]; then
    mv -T "$mp_etc/current.new" "$mp_etc/current" || return
    flush "$mp_etc"
    for directory in "$mp_etc"/generations/*; do
      # The session removes them: one process for all that is to be removed.
      if [ "$directory" != "$staged" ] && [ "$directory" != "$current" ] && is_generation "$directory"; then answer "old $directory"; fi
    done
    current=$staged
    start_services
  else
    rm -f "$mp_etc/current" || return
    current=''
    rm -rf "$staged"
  fi
  staged=''
}

# Sets `staged` to what `stage_objects` has built for this transaction.
find_staged() {
  staged=''
  [ ! -s "$tx/staged" ] || read -r staged <"$tx/staged"
}

drop_staged() {
  [ -z "$staged" ] || rm -rf "$staged" "$mp_etc/current.new"
  rmdir "$mp_etc/generations" "$mp_etc" 2>/dev/null || :
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
  drop_units
  remove_history
  made=$mp_libexec/.made-parent
  if [ -e "$made" ]; then made=${mp_libexec%/*}; else made=''; fi
  rm -rf "$mp_libexec" "$mp_run/tx.lock" "$mp_run/apply.lock" "$mp_run/tx.owner" "$mp_run/put-back" "$mp_run/lines"
  [ -z "$made" ] || rmdir "$made" 2>/dev/null
}

# abandoned TX: removes the directory of a session that was cut off, when its worker has ended and nobody has asked for ten minutes.
abandoned() {
  worker=none
  [ ! -r "$1/worker" ] || read -r worker <"$1/worker"
  [ ! -d "/proc/$worker" ] && [ -n "$(find "$1" -maxdepth 0 -mmin +10)" ] && rm -rf "$1"
}
