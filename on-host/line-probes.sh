# shellcheck shell=sh disable=SC2030,SC2031,SC2154 # names set by line-monitor.sh, which reads this; those of a process are for it alone
# The probes: for each target one process that asks, and one that reads what it prints (line-probe.awk). Every kind prints what ping prints, one
# line each: an answer with its time, `no answer yet`, or an error.

# start_probe I T
start_probe() {
  use_target "$1" "$2"
  eval "limit=\$limit_$1_$2 sent=\$sent_$1_$2 lost=\$lost_$1_$2"
  pipe=$work/probe-$1-$2
  [ -p "$pipe" ] || mkfifo "$pipe" || return
  # Not all at the same moment: the line's next probe is never far.
  eval "seconds \$((period * ($2 - 1) / targets_$1))"
  delay=$seconds
  { [ "$2" = 1 ] || sleep "$delay"; replace='exec'; run_probe '' "$period" "$limit" 2>&1; } </dev/null >"$pipe" 3>&- 8>&- 9>&- &
  eval "probe_$1_$2=$!"
  # shellcheck disable=SC2086 # two words, or none
  awk $interactive -v i="$1" -v t="$2" -v period="$period" -v timeout="$timeout" -v down="$down_after" -v up="$up_after" -v most="$most_loss" \
    -v rtt="${rtt#-}" -v sent="$sent" -v lost="$lost" -v monitor="$pid" -f "$here/line-probe.awk" <"$pipe" >&3 8>&- 9>&- &
  eval "reader_$1_$2=$!"
}

# stop_probe I T
stop_probe() {
  eval "running=\"\$reader_$1_$2 \$probe_$1_$2\" reader_$1_$2='' probe_$1_$2=''"
  # shellcheck disable=SC2086 # two words, or none
  set -- $running
  [ $# -eq 0 ] || stop_processes "$@"
}

stop_processes() {
  kill "$@" 2>/dev/null
  wait "$@" 2>/dev/null
}

# note_ended I T: no route, no device, no address, at the start of it. What it stands on may come back.
note_ended() {
  is_probed "$1" "$2" || return
  eval "running=\$reader_$1_$2"
  [ -n "$running" ] || return 0 # it was stopped
  stop_probe "$1" "$2"
  later 1 "restart $1 $2"
  read_centiseconds
  keep_records
}

restart_probe() {
  is_probed "$1" "$2" || return
  eval "running=\$reader_$1_$2 source=\$source_$1_$2"
  if [ -z "$running" ] && [ "$source" != - ]; then start_probe "$1" "$2"; fi
}

# use_target I T. Connections, and whatever a command does, cost others more than a ping: they are made once a second.
use_target() {
  eval "kind=\$kind_$1_$2 where=\$where_$1_$2 mark=\$mark_$1 address=\$source_$1_$2 period=\$interval_$1 rtt=\$rtt_$1_$2"
  eval "LINE=\$name_$1 DEVICE=\$device_$1 ADDRESS=\$address GATEWAY=\$via4_$1 MARK=\$mark"
  [ "$kind" = icmp ] || [ "$period" -ge 1000 ] || period=1000
}

# run_probe COUNT|'' PERIOD TIMEOUT, in milliseconds. Its exit status: 0 when there was an answer. With replace=exec in place of this process.
run_probe() {
  seconds "$2"
  every=$seconds
  seconds "$3"
  # shellcheck disable=SC2086 # the words of a target
  case $kind in
    icmp)
      set -- ${1:+-c "$1" -W "$seconds"}
      [ "$address" = - ] || set -- "$@" -I "$address"
      $replace ping -n -O -i "$every" -s 24 -m "$mark" "$@" "$where" ;;
    command) run_command "${1:-0}" ;;
    *) $replace perl "$here/line-probe.pl" "${1:-0}" "$every" "$seconds" "$mark" "$address" "$kind" $where ;;
  esac
}

# What the command says is nobody's; its exit status is the answer.
run_command() {
  number=0
  export LINE DEVICE ADDRESS GATEWAY MARK
  while [ "$1" -eq 0 ] || [ "$number" -lt "$1" ]; do
    number=$((number + 1))
    read_centiseconds
    began=$centiseconds
    if timeout "$seconds" sh -c "$where" >/dev/null 2>&1; then
      read_centiseconds
      echo "0 bytes from $LINE: icmp_seq=$number time=$(((centiseconds - began) * 10)) ms"
      [ "$1" -eq 0 ] || return 0
    else
      echo "no answer yet for icmp_seq=$number"
    fi
    [ "$number" = "$1" ] || sleep "$every"
  done
  return 1
}

# Sets `seconds` from milliseconds.
seconds() {
  seconds=00$(($1 % 1000))
  seconds=$(($1 / 1000)).${seconds#"${seconds%???}"}
}
