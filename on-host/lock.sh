# shellcheck shell=sh disable=SC2034,SC2154,SC3013 # names shared with those who read this; -ef: not in POSIX, but in dash, busybox, bash and ksh
# Who may change this host.
#
# tx.lock, by flock: one process that begins or ends a transaction. A directory tx-TOKEN with a file `armed` or `firing`: a transaction
# that is neither confirmed nor undone. Either keeps others out, so it is nobody's life that guards a transaction, and nobody's death
# that lets another one in.
#
# apply.lock, by flock: whoever runs batches right now.
#
# An owner's file (tx.owner, armed, firing) has five lines: user@machine, since when, which directory, the boot's id, and when the host
# undoes it (`-`: not armed yet). Times are seconds of uptime.

read -r boot_id </proc/sys/kernel/random/boot_id

# take_lock SECONDS: holds tx.lock until this process ends, or says who has it. Polled, because not every flock can wait for a limited
# time. Who has just taken it writes his name a moment later, which is waited for.
take_lock() {
  read_uptime
  until=$((uptime + $1))
  pause=0.1
  until try_lock && none_open; do
    read_uptime
    if [ "$uptime" -ge "$until" ] && { read_owner "$holder_file" || [ "$uptime" -ge $((until + 3)) ]; }; then
      answer 'status busy'
      answer_holder
      return 1
    fi
    exec 9>&-
    sleep "$pause"
    pause=0.5 # each look holds the lock itself for a moment, and costs time that the other one needs on a small host
  done
  read_uptime
  since=$uptime
  write_owner - >"$mp_run/tx.owner"
}

# The file is removed when nothing of ours stays, so the lock counts only on the file that has the name now.
try_lock() {
  holder_file=$mp_run/tx.owner
  exec 9>>"$mp_run/tx.lock"
  flock -n 9 && [ "/proc/$$/fd/9" -ef "$mp_run/tx.lock" ]
}

write_owner() {
  printf '%s\n' "$owner" "$since" "${tx##*/}" "$boot_id" "$1"
}

# Whether no transaction waits for its confirmation. What one of an earlier boot had changed went with that kernel. One whose time has
# been over for ten seconds has lost its timer: it is undone now.
none_open() {
  for holder_file in "$mp_run"/tx-*/armed "$mp_run"/tx-*/firing; do
    read_owner "$holder_file" || continue
    read_uptime
    if [ "$holder_boot" != "$boot_id" ]; then
      rm -rf "${holder_file%/*}"
    elif [ "$holder_until" -lt $((uptime - 10)) ]; then
      undo_overdue "${holder_file%/*}"
    else
      return 1
    fi
  done
}

# By its own scripts: they may be of another version.
undo_overdue() {
  read -r holder_scripts <"$1/scripts"
  /bin/sh "$mp_libexec/$holder_scripts/rollback.sh" "$1" 'its timer was lost' now </dev/null >/dev/null 2>&1 9>&-
}

read_owner() {
  holder=''
  [ -r "$1" ] && { read -r holder && read -r holder_since && read -r holder_name && read -r holder_boot && read -r holder_until; } <"$1" &&
    return
  holder=''
  return 1
}

answer_holder() {
  [ -n "$holder" ] || return 0
  case $holder_file in
    */armed) state=", applied and not confirmed yet; unless it is, the host undoes it in $((holder_until - uptime)) s" ;;
    */firing) state=', not confirmed and being undone' ;;
    *) state='' ;;
  esac
  answer "holder $holder, since $((uptime - holder_since)) s$state"
}

# take_apply_lock SECONDS: until this process ends, or `exec 8>&-`.
take_apply_lock() {
  exec 8>>"$mp_run/apply.lock"
  read_uptime
  until=$((uptime + $1))
  until flock -n 8; do
    read_uptime
    [ "$uptime" -lt "$until" ] || return
    sleep 0.05
  done
}
