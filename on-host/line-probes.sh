# shellcheck shell=sh disable=SC2154 # names set by line-monitor.sh, which reads this
# The probes of one target, each loop a process of its own. It counts by itself and tells the monitor (by fd 3) only what may change something:
#   miss I T LIMIT             a probe has not been answered in LIMIT milliseconds, as long as answers take
#   error I T LIMIT WHO WORDS  somebody on the way has said that it can't be delivered
#   answers I T                it has answered `up-after` times more, and has not been silent in between
#   lossy I T PERCENT, clear I T    more is lost than max-loss allows; less than half of that
#   waits I T                  the probe can't be run, and will be run again
#   counts I T SENT LOST RTT|- LIMIT WINDOW-SENT WINDOW-LOST WINDOW-RTT|-    every 5 s; round trips in microseconds
#
# Every kind of probe prints what ping prints, one line each: an answer with its time, `no answer yet`, or an error.

# probe I T
probe() {
  use_target "$1" "$2"
  variance=$((srtt / 2)) sent=0 lost=0 row=0 loss=0 over=''
  last=0 base=0 refused_at=0 complained='' pause=0.5
  per_window=$((5000 / period)) window=0 window_sent=0 window_lost=0 window_sum=0 window_answers=0
  [ "$per_window" -gt 0 ] || per_window=1
  find_limit
  pipe=$work/probe-$1-$2
  [ -p "$pipe" ] || mkfifo "$pipe" || exit
  while :; do
    { run_probe '' "$period" "$limit" 2>&1; } </dev/null >"$pipe" 3>&- 8>&- 9>&- &
    follow <"$pipe"
    # It has ended: no route, no device, no address. What it stands on may come back.
    wait $!
    base=$last row=0
    [ -n "$complained" ] || complain 'the probe has ended'
    sleep "$pause"
    [ "$pause" = 0.5 ] && pause=1 || pause=2
    tell "waits $i $t"
    kill -0 $$ 2>/dev/null || exit
  done
}

# use_target I T. Connections, and whatever a command does, cost others more than a ping: they are made once a second.
use_target() {
  i=$1 t=$2
  eval "kind=\$kind_$1_$2 where=\$where_$1_$2 mark=\$mark_$1 address=\$source_$1_$2 period=\$interval_$1 srtt=\$rtt_$1_$2"
  eval "LINE=\$name_$1 DEVICE=\$device_$1 ADDRESS=\$address GATEWAY=\$via4_$1 MARK=\$mark"
  [ "$kind" = icmp ] || [ "$period" -ge 1000 ] || period=1000
  [ "$srtt" != - ] || srtt=0
}

# run_probe COUNT|'' PERIOD TIMEOUT, in milliseconds. Its exit status: 0 when there was an answer.
run_probe() {
  seconds "$2"
  every=$seconds
  seconds "$3"
  # shellcheck disable=SC2086 # the words of a target
  case $kind in
    icmp)
      set -- ${1:+-c "$1" -W "$seconds"}
      [ "$address" = - ] || set -- "$@" -I "$address"
      exec ping -n -O -i "$every" -s 24 -m "$mark" "$@" "$where" ;;
    command) run_command "${1:-0}" ;;
    *) exec perl "$here/line-probe.pl" "${1:-0}" "$every" "$seconds" "$mark" "$address" "$kind" $where ;;
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

# Reads what the probe prints. Most lines are answers: no process is started for them.
follow() {
  while read -r text; do
    case $text in
      *icmp_seq=*) ;;
      ping:*)
        [ -n "$complained" ] || complain "${text#ping: }"
        continue ;;
      *) continue ;;
    esac
    at=${text#*icmp_seq=}
    at=${at%% *}
    case $at in '' | *[!0-9]*) continue ;; esac
    at=$((base + at))
    if [ "$at" -lt $((last - 30000)) ]; then
      base=$((base + 65536)) # ping counts so far and begins anew
      at=$((at + 65536))
    fi
    case $text in
      *'(DUP!)'*) ;;
      *time=*) answered ;;
      *nreachable* | *rohibited* | *iltered* | *'No route'*) refused ;;
      'no answer yet'*) missed ;;
    esac
    [ "$((at / per_window))" -eq "$window" ] || end_window
  done
}

# Of this host itself.
complain() {
  complained=yes
  tell "error $i $t $limit - $1"
}

answered() {
  complained='' pause=0.5
  rtt=${text##*time=}
  rtt=${rtt%% *}
  case $rtt in
    *.*)
      fraction=${rtt#*.}00
      rtt=$((${rtt%.*} * 1000 + 1${fraction%"${fraction#???}"} - 1000)) ;;
    *) rtt=$((rtt * 1000)) ;;
  esac
  if [ "$srtt" -eq 0 ]; then
    srtt=$rtt variance=$((rtt / 2))
  else
    off=$((rtt - srtt))
    srtt=$((srtt + off / 8))
    [ "$off" -ge 0 ] || off=$((-off))
    variance=$((variance + (off - variance) / 4))
  fi
  find_limit
  window_sum=$((window_sum + rtt)) window_answers=$((window_answers + 1))
  if [ "$at" -gt "$last" ]; then
    missing=$((at - last - 1))
    last=$at
    [ "$missing" -lt "$((down_after + allowed - 1))" ] || row=0
    sent=$((sent + missing + 1)) lost=$((lost + missing))
    recent=$((at - window * per_window)) # what was lost before has been told
    [ "$missing" -lt "$recent" ] && recent=$missing
    window_sent=$((window_sent + recent + 1)) window_lost=$((window_lost + recent))
    # An outage is no loss: else a line would pay for it long after it is back.
    if [ "$missing" -lt 10 ]; then
      while [ "$missing" -gt 0 ]; do
        loss=$((loss + (1000000 - loss) / 50)) missing=$((missing - 1))
      done
    fi
    loss=$((loss - loss / 50))
  else
    # Late, and counted as lost.
    lost=$((lost - 1))
    [ "$window_lost" -eq 0 ] || window_lost=$((window_lost - 1))
    [ "$loss" -lt 20000 ] && loss=0 || loss=$((loss - 20000))
  fi
  row=$((row + 1))
  [ $((row % up_after)) -ne 0 ] || tell "answers $i $t"
  if [ -z "$over" ]; then
    [ "$loss" -le "$most_loss" ] || { over=yes && tell "lossy $i $t $((loss / 10000))"; }
  elif [ "$loss" -lt $((most_loss / 2)) ]; then
    over=''
    tell "clear $i $t"
  fi
}

# How long an answer may take, and after how many further probes that is over: one of a slow line comes later than the next probe is sent.
find_limit() {
  if [ "$timeout" -gt 0 ]; then limit=$timeout
  elif [ "$srtt" -eq 0 ]; then limit=500
  else
    limit=$(((srtt + 4 * variance) / 1000 + 50))
    [ "$limit" -lt 5000 ] || limit=5000
  fi
  allowed=$(((limit + period - 1) / period))
  [ "$srtt" -gt 0 ] || allowed=1 # the burst waits longer than one period
}

missed() {
  missing=$((at - last))
  if [ "$missing" -lt "$allowed" ] || [ "$at" -eq "$refused_at" ]; then return; fi
  [ "$missing" -lt $((down_after + allowed - 1)) ] || row=0
  is_due && tell "miss $i $t $limit"
}

# `no answer yet` of the same probe follows.
refused() {
  missing=$((at - last))
  refused_at=$at
  [ "$missing" -ge 1 ] || return
  [ "$missing" -lt $((down_after + allowed - 1)) ] || row=0
  who=${text#From }
  text=${text#*icmp_seq=}
  is_due && tell "error $i $t $limit ${who%% *} ${text#* }"
}

# The first of a row, and then less and less often.
is_due() {
  [ "$missing" -eq "$allowed" ] || [ "$missing" -eq 1 ] || [ $((missing % 25)) -eq 0 ] || { [ "$missing" -lt 25 ] && [ $((missing % 5)) -eq 0 ]; }
}

# What is on its way still is no loss.
end_window() {
  window=$((at / per_window))
  unanswered=$((at - last - allowed + 1))
  [ "$unanswered" -gt 0 ] || unanswered=0
  recent=$unanswered
  [ "$recent" -lt "$per_window" ] || recent=$per_window
  mean=-
  [ "$window_answers" -eq 0 ] || mean=$((window_sum / window_answers))
  tell "counts $i $t $((sent + unanswered)) $((lost + unanswered)) $srtt $limit $((window_sent + recent)) $((window_lost + recent)) $mean"
  window_sent=0 window_lost=0 window_sum=0 window_answers=0
  kill -0 $$ 2>/dev/null || exit
}
