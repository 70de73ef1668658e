# shellcheck shell=sh disable=SC2154 # mp_run and others are set in state.sh
# What a session of the provider on this host consists of. The provider sends state.sh and this text when it has logged in, and then
# one request after the other, each a few calls of the functions below. Nothing is written on the host before tx_begin.

umask 022
line_break='
'
seen='' # the state as last shown to the provider, in the form of state_text
seen_id=''
seen_generation=''
details='' # keys of what else is shown (state_details), one a line, and what was shown of it
seen_details=''
kept='' # directories that keep a request from beginning, for as long as this session lasts

# snapshot TOKEN [KEY...]: shows everything, the details KEYs too, and remembers it under TOKEN. Lines `TOKEN WORD` part the reply.
# First the text, then the JSON: when the host changes in between, the provider plans from something newer than what is remembered,
# and the comparison under the lock finds the difference. The other way round it could miss it.
snapshot() {
  show_facts "$1" # first, for what is missing here explains what fails
  token=$1
  shift
  for key; do note_detail "$key"; done
  seen=$(state_text) || return
  seen_id=$token
  find_generation
  seen_generation=$generation
  show_files "$token"
  note_details_of_objects
  show_state "$token"
}

note_detail() {
  case $line_break$details$line_break in
    *"$line_break$1$line_break"*) ;;
    *) details=$details${details:+$line_break}$1 ;;
  esac
}

# Who has such objects will ask for them: that saves a request for each.
note_details_of_objects() {
  for file in "$mp_etc"/current/objects.d/*-Sysctl-* "$mp_etc"/current/objects.d/*-RoutingRule-* "$mp_etc"/current/objects.d/*-ConnectionPinning-*; do
    [ -r "$file" ] || continue
    case ${file##*/} in
      *-RoutingRule-*) note_detail rules; continue ;;
      *-ConnectionPinning-*) note_detail 'nft inet pulumi_multipath'; continue ;;
    esac
    while IFS= read -r line; do
      case $line in 'sysctl '*) note_detail "${line%=*}" ;; esac
    done <"$file"
  done
}

# look_at TOKEN KEY...: shows details, and remembers them beside what was seen before.
look_at() {
  echo "$1 details"
  shift
  for key; do note_detail "$key"; done
  shown=$(printf '%s\n' "$@" | state_details) || return
  seen_details=$seen_details${seen_details:+$line_break}$shown
  printf '%s\n' "$shown"
}

show_facts() {
  echo "$1 facts"
  machine_id='' boot_id='' kernel=''
  [ ! -r /etc/machine-id ] || read -r machine_id </etc/machine-id
  read -r boot_id </proc/sys/kernel/random/boot_id
  read -r kernel </proc/sys/kernel/osrelease
  iproute2=${iproute2:-$(ip -V 2>&1)}
  printf '%s\n' "machine-id $machine_id" "boot-id $boot_id" "kernel $kernel" "iproute2 $iproute2"
  for tool in ip awk flock setsid; do
    command -v "$tool" >/dev/null || echo "missing $tool"
  done
  for scripts in "$mp_libexec"/*/transaction.sh; do
    scripts=${scripts%/transaction.sh}
    [ ! -d "$scripts" ] || echo "scripts ${scripts##*/}"
  done
}

# Names of routing tables, and our objects.
show_files() {
  echo "$1 files"
  set -- "$1" # the files follow
  for file in /usr/share/iproute2/rt_tables /usr/lib/iproute2/rt_tables /etc/iproute2/rt_tables \
    /etc/iproute2/rt_tables.d/*.conf "$mp_etc"/current/objects.d/*; do
    [ ! -f "$file" ] || set -- "$@" "$file"
  done
  [ $# -gt 1 ] || return 0
  token=$1
  shift
  awk -v token="$token" 'FNR == 1 { print token " file " FILENAME } { print }' "$@"
}

# One process again; the provider tells the families apart as state_text does.
show_state() {
  show_lines "$1 lines"
  echo "$1 state"
  printf '%s\n' 'addr show' 'route show table all' | ip -N -j -d -batch -
  echo "$1 locked" # only text says which MTUs are locked
  case $seen in *' mtu lock '*) printf '%s\n' "$seen" | grep ' mtu lock ' ;; esac
  show_lines "$1 lines-after"
  [ -n "$details" ] || return 0
  seen_details=$(printf '%s\n' "$details" | state_details) || return
  printf '%s\n' "$1 details" "$seen_details"
}

# show_lines MARK: what the line monitor says of its lines. Shown twice: one that recovers while the state is shown was still left out of it.
show_lines() {
  [ -r "$mp_run/lines/health" ] || return 0
  echo "$1"
  while IFS= read -r line; do printf '%s\n' "$line"; done <"$mp_run/lines/health"
}

# install DIGEST NAME TEXT [NAME TEXT...]: puts our scripts where transactions and boot find them.
install() {
  [ ! -d "$mp_libexec/$1" ] || return 0
  directory=$mp_libexec/$1
  new=$mp_libexec/.new-$1-$$
  shift
  parent=''
  [ -d "${mp_libexec%/*}" ] || parent=1
  mkdir -p "$new" || return
  [ -z "$parent" ] || : >"$mp_libexec/.made-parent"
  while [ $# -gt 1 ]; do
    printf '%s' "$2" >"$new/$1" || return
    shift 2
  done
  if command -v restorecon >/dev/null; then restorecon -R "$new"; fi
  mv "$new" "$directory" 2>/dev/null || [ -d "$directory" ] || return
  rm -rf "$new"
}

# tx_begin TOKEN DIGEST: a directory for the request, which only root can read. Naming the scripts keeps them from being removed.
tx_begin() {
  tx=$mp_run/tx-$1
  verdict='status unstored'
  new_directory && echo "$2" >"$tx/scripts"
}

# Fails when it is there already.
new_directory() {
  (umask 077 && { mkdir "$tx" "$tx/objects" 2>/dev/null || { [ ! -e "$tx" ] && mkdir -p "$tx/objects"; }; })
}

# put NAME TEXT: a part of the request.
put() {
  printf '%s' "$2" >"$tx/$1"
}

# tx_run DIGEST SEEN_ID OWNER WAIT SECONDS: lets transaction.sh do what the directory says, and waits for it.
tx_run() {
  [ "$2" != "$seen_id" ] || printf '%s\n' "$seen" >"$tx/seen" || return
  [ -z "$details" ] || { printf '%s\n' "$details" >"$tx/details" && printf '%s\n' "$seen_details" >"$tx/seen-details"; } || return
  detached transaction.sh "$tx" "$3" "$4" "$seen_generation" "$5" && settle
}

# tx_confirm TOKEN MACHINE-ID BOOT-ID: ends the transaction: it stays, if all is well.
tx_confirm() {
  tx_again "$1" && detached confirm.sh "$tx" "$2" "$3" && settle
}

# tx_undo TOKEN: ends the transaction: it goes; or tells how it has ended, and whether that is still so.
tx_undo() {
  tx_again "$1" && detached rollback.sh "$tx" 'it was given up' asked
  # Confirmed after all, by a process that was killed before it had made it last.
  if [ -e "$tx/confirmed" ] && [ ! -s "$tx/confirmation" ]; then detached confirm.sh "$tx" '' ''; fi
}

# tx_collect TOKEN SECONDS: for a transaction whose session was cut off, waits for its worker to end.
tx_collect() {
  tx_again "$1" || keep_from_beginning || return
  await_worker "$2" && settle
}

# The shell of the session that was cut off may still have the request before it: it finds its directory taken. Succeeds when it was
# quicker.
keep_from_beginning() {
  if new_directory; then
    kept="$kept $tx"
    trap 'rm -rf $kept; [ -e "$mp_run/tx.lock" ] || rmdir "$mp_run" 2>/dev/null' EXIT
    return 1
  fi
  [ -d "$tx" ]
}

tx_again() {
  tx=$mp_run/tx-$1
  verdict='status none'
  [ -d "$tx" ] || return
  [ ! -r "$tx/details" ] || details=$(cat "$tx/details")
}

# detached SCRIPT ARGUMENT...: runs one of our scripts as a process of its own, which goes on when this session is cut off.
detached() {
  read -r digest <"$tx/scripts"
  script=$mp_libexec/$digest/$1
  verdict='status missing'
  [ -r "$script" ] || return
  verdict='status killed'
  shift
  setsid /bin/sh "$script" "$@" </dev/null >>"$tx/output" 2>&1 &
  case $script in */transaction.sh) echo $! >"$tx/worker" ;; esac
  wait $!
  # Removed before it was read, by who has taken away the last object meanwhile.
  if [ ! -r "$script" ] && [ ! -e "$tx/began" ]; then verdict='status missing'; fi
  return 0
}

# Undoes what a worker that was killed has left, and checks what the host has undone by itself.
settle() {
  if [ -e "$tx/undone" ] || [ -e "$tx/firing" ]; then
    detached rollback.sh "$tx" 'its undo was broken off' asked
  elif [ -e "$tx/armed" ] && [ ! -s "$tx/result" ]; then
    detached rollback.sh "$tx" 'its worker was killed' asked
  fi
}

await_worker() {
  [ -r "$tx/worker" ] && read -r worker <"$tx/worker" || return
  read_uptime
  until=$((uptime + $1))
  while [ ! -s "$tx/result" ] && [ -d "/proc/$worker" ]; do
    sleep 0.2
    read_uptime
    if [ "$uptime" -ge "$until" ]; then
      verdict='status running'
      return 1
    fi
  done
  verdict='status killed'
}

# tx_reply TOKEN: shows how it ended and what the host looks like now, and removes the directory of what has ended.
tx_reply() {
  echo "$1 result"
  state='' files='' old='' status=''
  read_result
  if [ -s "$tx/output" ]; then
    echo "$1 output"
    cat "$tx/output"
  fi
  [ "$status" != armed ] || return 0
  case $state in
    '') snapshot "$1" ;;
    *)
      if [ "$state" = fresh ]; then seen=$(state_text); else seen=$(cat "$tx/$state"); fi
      seen_id=$1
      [ -z "$files" ] || show_files "$1"
      show_state "$1"
      ;;
  esac
  case $kept in *" $tx"*) return ;; esac
  # shellcheck disable=SC2086 # one word a path
  [ "$verdict" = 'status running' ] || [ -e "$tx/armed" ] || [ -e "$tx/firing" ] || rm -rf "$tx" $old
  [ -e "$mp_run/tx.lock" ] || rmdir "$mp_run" 2>/dev/null || : # the last one leaves nothing behind
}

# What is left by now of a transaction's time, where the session that began it was cut off.
still_left() {
  { read -r _ && read -r _ && read -r _ && read -r _ && read -r until; } 2>/dev/null <"$tx/armed" || return 0
  read_centiseconds
  echo "left $((until * 100 - centiseconds))"
}

# What the last of the scripts had to say, or the shell's own verdict.
read_result() {
  for part in undone confirmation result; do
    if [ -s "$tx/$part" ]; then break; fi
    part=''
  done
  if [ -z "$part" ]; then
    echo "$verdict"
    return
  fi
  while IFS= read -r line; do
    printf '%s\n' "$line"
    case $line in
      'status '*) status=${line#status } ;;
      'state '*) state=${line#state } ;;
      'files shown') files=1 ;;
      'generation '*) seen_generation=${line#generation } ;;
      'left '*) still_left ;;
      'old '*) old="$old ${line#old }" ;; # paths of ours, of digits at their ends: without spaces
    esac
  done <"$tx/$part"
}
