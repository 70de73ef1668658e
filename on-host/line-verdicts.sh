# shellcheck shell=sh disable=SC2154,SC2034 # names set by line-monitor.sh, which reads this, and used by it
# What follows from what probes, bursts, the kernel and people say: which targets are alive, and which lines are up.

# note_silent I T '[WHO WORDS]': a burst was not answered, and who has said why.
note_silent() {
  is_probed "$1" "$2" || return
  words=$3
  case $words in
    '') ;;
    '- '*) words=${words#- } ;;
    *) words="${words%% *} answers ${words#* }" ;;
  esac
  eval "[ \$alive_$1_$2 = no ] || soon_$1_$2=''; refusal_$1_$2=\$words alive_$1_$2=no"
  judge "$1"
}

# note_answers I T COUNT: all of these answers are younger than the last `silent`, and than the last carrier that was told. After a carrier, a device or
# an address has come back two are enough: it is known why there was none, and that this is over.
note_answers() {
  is_probed "$1" "$2" && eval "[ \$alive_$1_$2 = no ] && { [ -n \"\$soon_$1_$2\" ] || [ $3 -ge \$up_after ]; }" || return
  eval "alive_$1_$2=yes soon_$1_$2=''"
  judge "$1"
}

# note_counts I T 'SENT LOST RTT LIMIT WINDOW-SENT WINDOW-LOST WINDOW-RTT'
note_counts() {
  is_probed "$1" "$2" || return
  # shellcheck disable=SC2086 # its words
  set -- "$1" "$2" $3
  eval "sent_$1_$2=$3 lost_$1_$2=$4 rtt_$1_$2=$5 past=\$past_$1_$2 pasts=\$pasts_$1_$2"
  share=0
  [ "$7" -eq 0 ] || share=$(($8 * 100 / $7))
  past=$past${past:+,}$share/$9
  if [ "$pasts" -lt 60 ]; then pasts=$((pasts + 1)); else past=${past#*,}; fi
  eval "past_$1_$2=\$past pasts_$1_$2=\$pasts"
  read_centiseconds
  keep_records
}

# note_carrier DEVICE yes|no|gone: of all lines over it.
note_carrier() {
  each_line=1
  while [ "$each_line" -le "$line_count" ]; do
    eval "device=\$device_$each_line"
    if [ "$device" = "$1" ]; then set_carrier "$each_line" "$2"; fi
    each_line=$((each_line + 1))
  done
}

# set_carrier I yes|no|gone|unaddressed
set_carrier() {
  eval "device=\$device_$1 was=\$blocked_$1"
  case $2 in
    yes) is='' ;;
    no) is="$device has no carrier" ;;
    unaddressed) is="$device has no address" ;;
    *) is="$device is not there" ;;
  esac
  [ -z "$is" ] || kill_targets "$1"
  [ "$is" != "$was" ] || return 0
  eval "blocked_$1=\$is"
  if [ -n "$is" ]; then
    eval "[ \$state_$1 = up ] || { reason_$1=\$is && changed=yes; }"
  fi
  # With a device that is deleted the kernel takes away the whole route.
  if [ "$2" = gone ]; then
    eval "vanished_$1=yes"
    forget_routes
  fi
  judge "$1"
}

# Once there is a carrier again they have to answer anew.
kill_targets() {
  eval "last=\$targets_$1"
  each=1
  while [ "$each" -le "$last" ]; do
    eval "alive_$1_$each=no soon_$1_$each=yes refusal_$1_$each=''"
    each=$((each + 1))
  done
}

# judge I: whether it should be up, and what follows.
judge() {
  [ -z "$paused" ] || return 0
  eval "last=\$targets_$1 blocked=\$blocked_$1 is=\$state_$1 until=\$until_$1"
  good=0 silent='' lossy='' refusal=''
  each=1
  while [ "$each" -le "$last" ]; do
    eval "alive=\$alive_$1_$each loss=\$lossy_$1_$each where=\${where_$1_$each%% *} kind=\$kind_$1_$each"
    [ "$kind" != command ] || where='its command'
    if [ "$alive" = no ]; then
      silent="$silent${silent:+, }$where"
      [ -n "$refusal" ] || eval "refusal=\$refusal_$1_$each"
    elif [ -n "$loss" ]; then lossy="$lossy${lossy:+, }$loss % to $where"
    else good=$((good + 1)); fi
    each=$((each + 1))
  done
  wanted=$quorum
  [ "$wanted" -le "$last" ] || wanted=$last
  if [ -z "$blocked" ] && [ "$good" -ge "$wanted" ]; then
    [ "$is" = up ] || go_up "$1"
  elif [ "$is" = up ]; then
    if [ -n "$blocked" ]; then go_down "$1" "$blocked"
    elif [ -n "$silent" ] && [ -n "$refusal" ]; then go_down "$1" "$refusal"
    elif [ -n "$silent" ]; then go_down "$1" "no answer from $silent${lossy:+, and too much is lost: $lossy}"
    else go_down "$1" "too much is lost: $lossy"; fi
  fi
}

# go_down I REASON. The first time it is kept out no longer than is declared; when it had not even been up for two minutes, twice as long as the
# last time.
go_down() {
  read_centiseconds
  eval "back=\$back_$1 penalty=\$penalty_$1"
  if [ -z "$back" ] || [ "$centiseconds" -gt $((back + 12000)) ]; then penalty=0 wait_for=$hold_down
  else
    penalty=$((penalty * 2))
    [ "$penalty" -ge 200 ] || penalty=200
    [ "$penalty" -le "$longest_hold_down" ] || penalty=$longest_hold_down
    wait_for=$penalty
    [ "$wait_for" -ge "$hold_down" ] || wait_for=$hold_down
  fi
  eval "state_$1=down reason_$1=\$2 penalty_$1=\$penalty until_$1=$((centiseconds + wait_for))"
  turn "$1"
}

go_up() {
  read_centiseconds
  if [ "$centiseconds" -lt "$until" ]; then
    eval "waits=\$waits_until_$1"
    [ "$waits" != "$until" ] || return 0
    eval "waits_until_$1=\$until"
    seconds $(((until - centiseconds) * 10))
    later "$seconds" "judge $1"
    return
  fi
  eval "state_$1=up reason_$1='' back_$1=$centiseconds"
  turn "$1"
}

# Sets `seconds` from milliseconds.
seconds() {
  seconds=00$(($1 % 1000))
  seconds=$(($1 / 1000)).${seconds#"${seconds%???}"}
}

# turn I: it is to be written, and told.
turn() {
  turned="$turned $1"
  changed=yes
}

# drain NAME WHO|''
drain() {
  if ! find_line "$1"; then
    report 4 "There is no line $1 to drain."
    return
  fi
  eval "[ \"\$drained_$line\" != \"\$2\" ]" || return
  eval "drained_$line=\$2"
  turn "$line"
}

# pause [SECONDS] [WHO]
pause() {
  date=$(date +%s)
  case $1 in
    '' | *[!0-9]*) paused_until='' who="$1${2:+ $2}" ;;
    *) paused_until=$((date + $1)) who=$2 ;;
  esac
  paused="$date ${paused_until:--} ${who:-somebody}"
  [ -z "$paused_until" ] || later "$1" "resume-at $paused_until"
  report 5 "The lines are left as they are, by ${who:-somebody}."
  changed=yes
}

resume() {
  [ -n "$paused" ] || return 0
  paused='' paused_until=''
  report 5 'The lines are watched again.'
  line=1
  while [ "$line" -le "$line_count" ]; do
    each_of=$line
    judge "$line"
    line=$((each_of + 1))
  done
  changed=yes
}
