# shellcheck shell=sh disable=SC2154,SC2034 # names set by line-monitor.sh, which reads this, and used by it
# The process that asks all targets of all lines and listens to the kernel, line-watch.pl, and the file that tells it which they are.

# watch: all lines, as they are now. A process that runs goes on with what has not changed.
watch() {
  probes='' text='' follow=''
  line=1
  while [ "$line" -le "$line_count" ]; do
    add_probes "$line"
    line=$((line + 1))
  done
  if [ "$line_count" = 0 ]; then
    stop_watching
    return
  fi
  [ "$probes$follow" = "$watched" ] || write_probes
  [ -n "$watcher" ] || start_watching
}

# add_probes I: to `probes`, and with what has been counted and measured so far to `text`. Without an address of its own a probe would leave with
# another line's. Connections, and whatever a command does, cost others more than an echo request: they are made once a second.
add_probes() {
  eval "count=\$targets_$1 mark=\$mark_$1 known=\"\$gateway4_$1 \$gateway6_$1\" words=\"line $1 \$name_$1 \$device_$1 \$via4_$1\""
  case " $known " in *' dhcp '* | *' ra '*) follow='follow-routes' ;; esac
  probes="$probes$words
"
  text="$text$words
"
  each=1
  while [ "$each" -le "$count" ]; do
    eval "kind=\$kind_$1_$each where=\$where_$1_$each period=\$interval_$1 known=\"\$rtt_$1_$each \$sent_$1_$each \$lost_$1_$each\""
    case $kind:$where in
      command:*) eval "from=\$from4_$1" ;;
      *:*:*) eval "from=\$from6_$1" ;;
      *) eval "from=\$from4_$1" ;;
    esac
    [ "$kind" = icmp ] || [ "$period" -ge 1000 ] || period=1000
    if [ "$from" != - ] || [ "$kind" = command ]; then
      target="target $1 $each $period $mark $from"
      probes="$probes$target $kind $where
"
      text="$text$target $known $kind $where
"
    fi
    each=$((each + 1))
  done
}

write_probes() {
  watched=$probes$follow
  printf 'settings %s %s %s %s %s\n%s%s' "$burst" "$timeout" "$down_after" "$up_after" "$most_loss" "$text" "$follow" >"$work/probes.new"
  mv "$work/probes.new" "$work/probes"
}

start_watching() {
  # Signals that it does not heed yet would end it.
  ( trap '' USR1 USR2; exec perl -w "$here/line-watch.pl" "$work/probes" "$pid" "$mp_run/tx.lock" ) </dev/null >&3 4>&- 8>&- 9>&- &
  watcher=$!
}

# note_children: one has ended. This one only when it was killed, and then another one goes on, after a moment.
note_children() {
  ended=''
  [ -n "$watcher" ] && has_ended "$watcher" || return 0
  wait "$watcher"
  watcher='' watched='' held=''
  later 1 look-now
}

# has_ended PROCESS|'': it may still be in the table. (A signal ends `wait`, and the end of any child is one.)
has_ended() {
  [ -n "$1" ] || return 0
  if read -r _ _ is _ <"/proc/$1/stat"; then [ "$is" = Z ]; fi 2>/dev/null
}

stop_watching() {
  if [ -n "$watcher" ]; then
    kill "$watcher" 2>/dev/null
    wait "$watcher" 2>/dev/null
  fi
  watcher='' watched='' held=''
}
