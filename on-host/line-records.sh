# shellcheck shell=sh disable=SC2154,SC2034 # names set by line-monitor.sh, which reads this, and used by it
# What the monitor writes for others to read, tells the journal, and runs when a line changes.

# After the routes: whoever reads it sees what the routes are like.
write_records() {
  read_date
  note_turns
  {
    echo "monitor $pid $started"
    [ -z "$paused" ] || echo "paused $paused"
    line=1
    while [ "$line" -le "$line_count" ]; do
      eval "is=\$state_$line drained=\$drained_$line reason=\$reason_$line"
      [ -z "$drained" ] || is=drained reason=$drained
      eval "echo \"line \$name_$line $is \$since_$line \$device_$line \$via4_$line \$via6_$line\${reason:+ \$reason}\""
      line=$((line + 1))
    done
  } >"$work/health.new"
  mv "$work/health.new" "$work/health"
  [ -z "$news" ] || tell_news
}

# Its state is another one than was told last.
note_turns() {
  news=''
  for line in $turned; do
    eval "is=\$state_$line drained=\$drained_$line told=\$told_$line reason=\$reason_$line name=\$name_$line"
    [ -z "$drained" ] || is=drained reason="by $drained"
    [ "$is" != "$told" ] || continue
    eval "since_$line=\$date told_$line=\$is"
    news="$news $line"
    printf '%s %s %s%s\n' "$date" "$name" "$is" "${reason:+ $reason}" >>"$work/transitions"
  done
  turned=''
}

tell_news() {
  for line in $news; do
    set_pinned "$line"
    announce "$line"
  done
  told_transitions=$((told_transitions + 1))
  [ $((told_transitions % 50)) -ne 1 ] || { tail -n 100 "$work/transitions" >"$work/transitions.new" && mv "$work/transitions.new" "$work/transitions"; }
}

# announce I: to the journal and to the command that is to be run; at most once a second, and then what is true by that time.
announce() {
  is_line "$1" || return
  read_centiseconds
  eval "spoke=\$spoke_$1 said=\$said_$1 is=\$told_$1 name=\$name_$1 device=\$device_$1 reason=\$reason_$1 drained=\$drained_$1"
  [ "$is" != "$said" ] || return
  if [ "$centiseconds" -lt $((spoke + 100)) ]; then
    later 1 "announce $1"
    return
  fi
  eval "spoke_$1=$centiseconds said_$1=\$is"
  case $is in
    up) report 5 "line $name is up" "MULTIPATH_LINE=$name" MULTIPATH_STATE=up ;;
    down) report 4 "line $name is down: $reason" "MULTIPATH_LINE=$name" MULTIPATH_STATE=down "MULTIPATH_REASON=$reason" ;;
    drained)
      reason="by $drained"
      report 5 "line $name is drained $reason" "MULTIPATH_LINE=$name" MULTIPATH_STATE=drained "MULTIPATH_REASON=$reason" ;;
  esac
  [ -n "$on_change" ] || return 0
  (
    {
      LINE=$name STATE=$is REASON=$reason DEVICE=$device
      export LINE STATE REASON DEVICE
      exec timeout 60 sh -c "$on_change"
    } </dev/null 3>&- 4>&- 8>&- 9>&- &
  )
}

# report PRIORITY MESSAGE [FIELD=VALUE...]: the fields are for those who search the journal.
report() {
  if [ -z "$journal" ]; then
    journal=plain
    [ ! -S /run/systemd/journal/socket ] || ! logger --help 2>&1 | grep -q -e --journald || journal=fields
  fi
  if [ "$journal" = plain ]; then
    echo "$2"
    return
  fi
  first="MESSAGE=$2"
  level="PRIORITY=$1"
  shift 2
  ( { printf '%s\n' "$first" "$level" SYSLOG_IDENTIFIER=pulumi-multipath-lines "$@" | logger --journald; } 3>&- 4>&- 8>&- 9>&- & )
}

read_date() {
  date=$(date +%s)
}

# Every 5 s, when one of the probes has counted that long. The process that asks the targets puts the files in their place and tells systemd that all is
# well, which starts this anew when it is not told: to start programs for that would cost more than all probes.
keep_records() {
  if [ "$centiseconds" -lt "$next_records" ]; then return; fi
  next_records=$((centiseconds + 480))
  write_targets
  kill -USR2 "$watcher" 2>/dev/null
}

write_targets() {
  text=''
  metrics='# TYPE multipath_line_up gauge
# TYPE multipath_line_drained gauge
# TYPE multipath_target_up gauge
# TYPE multipath_probes_sent_total counter
# TYPE multipath_probes_lost_total counter
# TYPE multipath_round_trip_seconds gauge
'
  line=1
  while [ "$line" -le "$line_count" ]; do
    eval "count=\$targets_$line name=\$name_$line is=\$state_$line drained=\$drained_$line"
    [ "$is" = up ] && is=1 || is=0
    [ -n "$drained" ] && drained=1 || drained=0
    metrics="${metrics}multipath_line_up{line=\"$name\"} $is
multipath_line_drained{line=\"$name\"} $drained
"
    each=1
    while [ "$each" -le "$count" ]; do
      eval "kind=\$kind_${line}_$each where=\${where_${line}_$each%% *} alive=\$alive_${line}_$each sent=\$sent_${line}_$each lost=\$lost_${line}_$each"
      eval "rtt=\$rtt_${line}_$each past=\$past_${line}_$each"
      labels="{line=\"$name\",target=\"$kind $where\"}"
      [ "$alive" = yes ] && is=1 alive=alive || is=0 alive=dead
      text="${text}target $name $kind $where $alive $sent $lost $rtt : $past
"
      metrics="${metrics}multipath_target_up$labels $is
multipath_probes_sent_total$labels $sent
multipath_probes_lost_total$labels $lost
"
      if [ "$rtt" != - ]; then
        fraction=00000$((rtt % 1000000))
        metrics="${metrics}multipath_round_trip_seconds$labels $((rtt / 1000000)).${fraction#"${fraction%??????}"}
"
      fi
      each=$((each + 1))
    done
    line=$((line + 1))
  done
  printf '%s' "$text" >"$work/new/targets"
  printf '%s' "$metrics" >"$work/new/metrics.prom"
}
