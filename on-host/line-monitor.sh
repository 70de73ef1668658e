#!/bin/sh
# line-monitor.sh: notices when a line has died, though its Ethernet may be up, takes its next hops out of the multipath routes that are
# kept, and puts them back when it is well again. pulumi-multipath-lines.service runs it while a LineMonitor is declared; it may be run by hand.
#
# Each target of each line is probed all the time, by the line's own routing table (a mark chooses it), so that a probe stays on its
# line whatever the main table says. The first miss of a target starts a burst at all living targets of its line at once; those that stay
# silent are dead. A line is up while a quorum of its targets is alive and does not lose more than is allowed, and its device has a carrier.
# Targets are alive again after so many answers in a row. A line that fails again soon is kept out longer and longer.
#
# This process holds the state and is the only one that writes. It sleeps until a message comes:
#   from probes and the kernel line-watch.pl
#   from outside, to fd 3      reload (the objects' files have changed), rewrite (the kept routes are to be written again), look (a lease has changed),
#                              drain LINE [WHO], undrain LINE, pause [SECONDS] [WHO], resume
#   from itself, later         apply, judge I, announce I, resume-at TIME
#
# Times are of a clock that nobody sets; only people are told the date. Files in WORK, /run/pulumi-multipath/lines: fifo, health, targets,
# transitions, metrics.prom (line-records.sh), and this process's own: config, files, probes, scripts, new/, routes (a pipe) and words.
#
# State of line I: name_I, number_I, device_I, mark_I, interval_I, targets_I (how many), gateway4_I, address4_I (as declared; 6 likewise), via4_I, from4_I (as they are
# now), state_I (up, down), reason_I, since_I (date), drained_I (by whom), blocked_I (why it can't be alive), back_I (when it was taken up last), penalty_I, until_I
# (kept out so long). Of target T: kind_I_T, where_I_T, alive_I_T, soon_I_T (it takes little to be alive), refusal_I_T (who has said why it is silent), lossy_I_T,
# sent_I_T, lost_I_T, rtt_I_T, past_I_T. Times in centiseconds.
# shellcheck disable=SC2154 # set by eval, and by the parts that are read below
# shellcheck disable=SC2034
set -u
umask 022
here=${0%/*}
for part in state lock line-probes line-verdicts line-routes line-records; do
  # shellcheck source=/dev/null
  . "$here/$part.sh"
done
work=$mp_run/lines
line_count=0 routes=0
changed=''                    # whether routes or records have to be written
turned=''                     # lines whose state has changed since they were written
own=''                        # routes of the lines' own tables that are to be written
waiting='' later_again=''     # since when `apply` is on its way, because somebody else is at work; or because a transaction waits for its confirmation
paused='' paused_until=''     # since when, until when and by whom
looking=''                    # whether a look is on its way
watcher='' watched=''         # the process that asks all targets and listens to the kernel, and what it was told
prepared=''                   # the `ip` that waits for routes to write
held=''                       # whether that process holds tx.lock for this one
ended=''                      # whether a child has
journal='' told_transitions=0
next_records=0                # when targets are written again
pid=$$

main() {
  mkdir -p "$work/new" && rm -f "$work/fifo" "$work/routes" && mkfifo -m 600 "$work/fifo" "$work/routes" && exec 3<>"$work/fifo" || exit
  echo "$here" >"$work/scripts"
  : >>"$work/transitions"
  trap 'stop; exit 0' TERM INT
  trap 'ended=yes' CHLD # wakes `read`
  started=$(date +%s)
  load
  check_tools
  remember
  begin
  while :; do
    if read -r word a b rest <&3; then take "$word" "$a" "$b" "$rest"; fi
    [ -z "$ended" ] || note_children
    [ -z "$changed" ] || apply
  done
}

take() {
  case $1 in
    counts) note_counts "$2" "$3" "$4" ;;
    silent) note_silent "$2" "$3" "$4" ;;
    answers) note_answers "$2" "$3" "${4:-0}" ;;
    doubt) prepare ;;
    calm) end_prepared ;;
    held) held=yes ;;
    free) held='' && kill -USR1 "$watcher" ;;
    lossy) is_probed "$2" "$3" && eval "lossy_$2_$3=\${4:-0}" && judge "$2" ;;
    clear) is_probed "$2" "$3" && eval "lossy_$2_$3=''" && judge "$2" ;;
    carrier) note_carrier "$2" "$3" ;;
    look | missed) look_soon ;;
    look-now) looking='' && look ;;
    tick) read_centiseconds && keep_records ;;
    apply) waiting='' changed=yes ;;
    judge) is_line "$2" && judge "$2" ;;
    announce) announce "$2" ;;
    reload) reload ;;
    rewrite) forget_routes ;;
    drain) drain "$2" "${3:-somebody}${4:+ $4}" ;;
    undrain) drain "$2" '' ;;
    pause) pause "$2" "$3${4:+ $4}" ;;
    resume) resume ;;
    resume-at) [ "$paused_until" != "$2" ] || resume ;;
  esac
}

tell() {
  printf '%s\n' "$*" >&3
}

# later SECONDS MESSAGE. By a process that is not this one's child: a shell that never waits would remember all of them.
later() {
  ( { sleep "$1"; printf '%s\n' "$2" >&3; } </dev/null >/dev/null 2>&1 4>&- 8>&- 9>&- & )
}

is_line() {
  case $1 in '' | *[!0-9]*) return 1 ;; esac
  [ "$1" -ge 1 ] && [ "$1" -le "$line_count" ]
}

is_probed() {
  case $2 in '' | *[!0-9]*) return 1 ;; esac
  is_line "$1" && eval "[ -n \"\${alive_$1_$2:-}\" ]"
}

# Sets `line` to the number of the line of that name.
find_line() {
  line=1
  while [ "$line" -le "$line_count" ]; do
    eval "[ \"\$name_$line\" != \"\$1\" ]" || return 0
    line=$((line + 1))
  done
  return 1
}

# In one line, what would be missed later; the probes that need it fail.
check_tools() {
  needed='ip awk flock perl'
  while read -r word _; do
    case $word in
      pinned) needed="$needed nft conntrack" ;;
    esac
  done <"$work/config"
  missing=''
  for tool in $needed; do
    case " $missing " in *" $tool "*) continue ;; esac
    command -v "$tool" >/dev/null || missing="$missing${missing:+ }$tool"
  done
  [ -z "$missing" ] || report 3 "This host lacks what its line monitor needs: $missing."
}

# ---- what is declared ----------------------------------------------------------------------------------------------------------

# Sets everything from the objects' files; what is known of lines and targets that stay is kept by their names.
load() {
  read_files >"$work/config.new"
  line_count=0 most_targets=0 on_change='' metrics_file=''
  interval=200 timeout=0 down_after=3 up_after=8 quorum=1 most_loss=20 hold_down=0 longest_hold_down=6000 burst=50
  while read -r word a b rest; do
    # shellcheck disable=SC2086 # the words of a line
    case $word in
      settings) load_settings "$a $b $rest" ;;
      line) load_line "$a" "$b" $rest ;;
      target) load_target "$a" "$b" "$rest" ;;
      on-change) on_change="$a${b:+ $b}${rest:+ $rest}" ;;
      metrics-file) metrics_file=$a ;;
    esac
  done <"$work/config.new"
  load_routes "$work/config.new"
  mv "$work/config.new" "$work/config"
  [ -z "$metrics_file" ] || ln -sfn "$work/metrics.prom" "$metrics_file" || :
}

read_files() {
  set -- "$mp_etc"/current/objects.d/*-LineMonitor-* "$mp_etc"/current/objects.d/*
  [ -e "$1" ] || return 0
  for file; do
    shift
    case $file in
      # The first time.
      *-LineMonitor-* | *-Route-* | *-ConnectionPinning-*) set -- "$@" "$file" ;;
    esac
  done
  printf '%s\n' "$@" >"$work/files"
  awk -v files="$work/files" -f "$here/keys.awk" -f "$here/line-monitor.awk"
}

load_settings() {
  # shellcheck disable=SC2086 # its words
  set -- $1
  while [ $# -ge 2 ]; do
    case $1 in
      interval) interval=$2 ;;
      timeout) timeout=$2 ;;
      down-after) down_after=$2 ;;
      up-after) up_after=$2 ;;
      quorum) quorum=$2 ;;
      max-loss) most_loss=$2 ;;
      hold-down) hold_down=$(($2 / 10)) ;;
      max-hold-down) longest_hold_down=$(($2 / 10)) ;;
      burst) burst=$2 ;;
    esac
    shift 2
  done
}

# load_line I NAME NUMBER DEVICE GATEWAY4 GATEWAY6 ADDRESS4 ADDRESS6 INTERVAL
load_line() {
  line_count=$1
  eval "name_$1=\$2 number_$1=\$3 device_$1=\$4 gateway4_$1=\$5 gateway6_$1=\$6 address4_$1=\$7 address6_$1=\$8 targets_$1=0"
  eval "mark_$1=$((16384 + $3 * 256)) table_$1=$((20500 + $3)) via4_$1=- via6_$1=- from4_$1=- from6_$1=- pinned_$1='' masquerade_$1=0"
  eval "state_$1=up reason_$1='' since_$1=\$started drained_$1='' blocked_$1='' back_$1='' penalty_$1=0 until_$1=0"
  eval "told_$1=up said_$1=up spoke_$1=-1000 waits_until_$1='' vanished_$1=''"
  if [ "$9" = - ]; then eval "interval_$1=\$interval"; else eval "interval_$1=\$9"; fi
}

# load_target I T KIND REST
load_target() {
  eval "targets_$1=$2 kind_$1_$2=\${3%% *} where_$1_$2=\${3#* }"
  eval "alive_$1_$2=yes soon_$1_$2='' lossy_$1_$2='' refusal_$1_$2='' sent_$1_$2=0 lost_$1_$2=0 rtt_$1_$2=- past_$1_$2='' pasts_$1_$2=0"
}

# What the monitor before this one has left: lines that were out stay out until they answer. Where there was none since the host was started, a route that is
# missing could not be restored, because a lease has another gateway by now, for instance.
remember() {
  if [ ! -r "$work/health" ]; then
    set_vanished yes
    return
  fi
  while read -r word name is since device _ _ reason; do
    case $word in
      line)
        find_line "$name" || continue
        eval "since_$line=\$since reason_$line=\$reason"
        case $is in
          down) mark_down "$line" ;;
          drained) eval "drained_$line=\${reason:-somebody} told_$line=drained said_$line=drained" ;;
        esac ;;
      paused) remember_pause "$name" "$is" "$since${device:+ $device}" ;;
    esac
  done <"$work/health"
  [ -r "$work/targets" ] || return 0
  while read -r word name kind address is sent lost rtt _; do
    if [ "$word" = target ] && find_line "$name" && find_target "$kind $address"; then
      eval "rtt_${line}_$target=\$rtt sent_${line}_$target=\$sent lost_${line}_$target=\$lost"
    fi
  done <"$work/targets"
}

# remember_pause SINCE UNTIL|- WHO
remember_pause() {
  if [ "$2" != - ]; then
    [ "$2" -gt "$started" ] || return 0
    paused_until=$2
    later $(($2 - started)) "resume-at $2"
  fi
  paused="$1 $2 $3"
}

mark_down() {
  eval "state_$1=down told_$1=down said_$1=down count=\$targets_$1"
  target=1
  while [ "$target" -le "$count" ]; do
    eval "alive_$1_$target=no"
    target=$((target + 1))
  done
}

# Sets `target` to that of `line` which is written so: KIND FIRST-WORD.
find_target() {
  eval "count=\$targets_$line"
  target=1
  while [ "$target" -le "$count" ]; do
    eval "text=\"\$kind_${line}_$target \${where_${line}_$target%% *}\""
    [ "$text" != "$1" ] || return 0
    target=$((target + 1))
  done
  return 1
}

begin() {
  look
  line=1
  while [ "$line" -le "$line_count" ]; do
    set_pinned "$line"
    line=$((line + 1))
  done
  changed=yes
}

# When only routes have changed the probes go on.
reload() {
  read_files >"$work/config.new"
  if cmp -s "$work/config.new" "$work/config"; then return; fi
  probed() { grep -E '^(settings|line|target) ' "$1"; }
  if [ "$(probed "$work/config.new")" = "$(probed "$work/config")" ]; then
    mv "$work/config.new" "$work/config"
    on_change=$(sed -n 's/^on-change //p' "$work/config")
    load_routes "$work/config"
  else
    write_records
    grep -q '^line ' "$work/config.new" || release_routes
    stop_watching
    drop_own_routes
    load
    remember
    look
  fi
  changed=yes
}

stop() {
  trap '' TERM INT
  stop_watching
  # With the last LineMonitor goes what was made for it.
  set -- "$mp_etc"/current/objects.d/*-LineMonitor-*
  if [ -e "$1" ]; then return; fi
  [ ! -e "$mp_etc/current" ] || release_routes
  drop_own_routes
}

main
