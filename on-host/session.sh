# shellcheck shell=sh disable=SC2154 # mp_run and others are set in state.sh
# What a session of the provider on this host consists of. The provider sends state.sh and this text when it has logged in, and then
# one request after the other, each a few calls of the functions below. Nothing is written on the host before tx_begin.

umask 022
seen='' # the state as last shown to the provider, in the form of state_text
seen_id=''
seen_generation=''

# snapshot TOKEN: shows everything, and remembers it under TOKEN. Lines `TOKEN WORD` part the reply.
# First the text, then the JSON: when the host changes in between, the provider plans from something newer than what is remembered,
# and the comparison under the lock finds the difference. The other way round it could miss it.
snapshot() {
  seen=$(state_text) || return
  seen_id=$1
  find_generation
  seen_generation=$generation
  show_facts "$1"
  show_files "$1"
  show_state "$1"
}

show_facts() {
  echo "$1 facts"
  machine_id='' boot_id='' kernel=''
  [ ! -r /etc/machine-id ] || read -r machine_id </etc/machine-id
  read -r boot_id </proc/sys/kernel/random/boot_id
  read -r kernel </proc/sys/kernel/osrelease
  iproute2=${iproute2:-$(ip -V)}
  printf '%s\n' "machine-id $machine_id" "boot-id $boot_id" "kernel $kernel" "iproute2 $iproute2"
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
  echo "$1 state"
  printf '%s\n' 'addr show' 'route show table all' | ip -N -j -d -batch -
  echo "$1 locked" # only text says which MTUs are locked
  case $seen in *' mtu lock '*) printf '%s\n' "$seen" | grep ' mtu lock ' ;; esac
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
  (umask 077 && mkdir -p "$tx/objects") && echo "$2" >"$tx/scripts"
}

# put NAME TEXT: a part of the request.
put() {
  printf '%s' "$2" >"$tx/$1"
}

# tx_run DIGEST SEEN_ID OWNER WAIT: lets transaction.sh do what the directory says, and waits for it. It is a process of its own,
# which goes on when this session is cut off: the change is made as a whole or not at all.
tx_run() {
  [ "$2" != "$seen_id" ] || printf '%s\n' "$seen" >"$tx/seen" || return
  if [ ! -r "$mp_libexec/$1/transaction.sh" ]; then
    verdict='status missing'
    return
  fi
  setsid /bin/sh "$mp_libexec/$1/transaction.sh" "$tx" "$3" "$4" "$seen_generation" </dev/null >"$tx/output" 2>&1 &
  echo $! >"$tx/worker"
  wait $!
  verdict='status killed'
}

# tx_reply TOKEN: shows how it ended and what the host looks like now, and removes the directory.
tx_reply() {
  echo "$1 result"
  state='' files='' old=''
  if [ -s "$tx/result" ]; then
    read_result
  else
    echo "$verdict"
  fi
  if [ -s "$tx/output" ]; then
    echo "$1 output"
    cat "$tx/output"
  fi
  case $state in
    '') snapshot "$1" ;;
    *)
      if [ "$state" = fresh ]; then seen=$(state_text); else seen=$(cat "$tx/$state"); fi
      seen_id=$1
      [ -z "$files" ] || show_files "$1"
      show_state "$1"
      ;;
  esac
  # shellcheck disable=SC2086 # one word a path
  [ "$verdict" = 'status running' ] || rm -rf "$tx" $old
  [ -e "$mp_run/tx.lock" ] || rmdir "$mp_run" 2>/dev/null || : # the last one leaves nothing behind
}

read_result() {
  while IFS= read -r line; do
    printf '%s\n' "$line"
    case $line in
      'state '*) state=${line#state } ;;
      'files shown') files=1 ;;
      'generation '*) seen_generation=${line#generation } ;;
      'old '*) old="$old ${line#old }" ;; # paths of ours, of digits at their ends: without spaces
    esac
  done <"$tx/result"
}

# tx_collect TOKEN SECONDS: the reply to a transaction whose session was cut off, once its worker has ended.
tx_collect() {
  tx=$mp_run/tx-$1
  verdict='status none' worker=none
  if [ -r "$tx/worker" ]; then
    verdict='status killed'
    read -r worker <"$tx/worker"
  fi
  read_uptime
  until=$((uptime + $2))
  while [ ! -s "$tx/result" ] && [ -d "/proc/$worker" ]; do
    sleep 0.2
    read_uptime
    if [ "$uptime" -ge "$until" ]; then verdict='status running' && break; fi
  done
  tx_reply "$1"
}
