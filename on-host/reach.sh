# shellcheck shell=sh disable=SC2034,SC2154 # tx is set by those who read this, and they read `wrong`
# What must be reachable from this host for a change to stay (mustReach).

# reaches_all: whether every address of TX/must-reach answers; sets `wrong` to the first that does not. All at once, and again until they
# do or five seconds are over: a neighbour has to be found first, a link to come up. Lines: ADDRESS PORT|- DEVICE|-.
reaches_all() {
  [ -s "$tx/must-reach" ] || return 0
  mkdir -p "$tx/reach" || return
  read_uptime
  until=$((uptime + 5))
  while :; do
    number=0
    while read -r address port device; do
      number=$((number + 1))
      if [ ! -e "$tx/reach/$number" ]; then reach "$address" "$port" "$device" >"$tx/reach/$number.words" 2>&1 && : >"$tx/reach/$number" & fi
    done <"$tx/must-reach"
    wait
    find_silent || return 0
    read_uptime
    [ "$uptime" -lt "$until" ] || return 1
    sleep 0.2
  done
}

# Sets `wrong` to the first address that has not answered yet.
find_silent() {
  number=0
  while read -r address port device; do
    number=$((number + 1))
    [ ! -e "$tx/reach/$number" ] || continue
    wrong="mustReach: $address"
    [ "$port" = - ] || wrong="$wrong port $port"
    [ "$device" = - ] || wrong="$wrong from $device"
    wrong="$wrong can't be reached from the host with it"
    command=ping
    [ "$port" = - ] || command=bash
    command -v "$command" >/dev/null || wrong="mustReach: the host has no $command, which it needs"
    return 0
  done <"$tx/must-reach"
  return 1
}

# reach ADDRESS PORT DEVICE: an echo request, or a TCP connection. Only bash among the shells can open one.
reach() {
  if [ "$2" != - ]; then
    # shellcheck disable=SC2016 # bash expands them
    timeout 2 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" </dev/null
  elif [ "$3" != - ]; then
    ping -n -c 1 -W 1 -I "$3" "$1" </dev/null
  else
    ping -n -c 1 -W 1 "$1" </dev/null
  fi
}
