# shellcheck shell=sh disable=SC2154 # names set by those who read this
# The host's own clock: it undoes a transaction that nobody confirms, whatever becomes of the network, the session and the worker.
# Monotonic: nobody sets it.

unit=pulumi-multipath-undo-${tx##*/tx-}

# arm SECONDS: starts the clock, and succeeds only when it is proven to run. Then there is a file `armed`, and whoever takes it away by
# rename decides: confirm.sh or rollback.sh.
arm() {
  read_centiseconds
  deadline=$((centiseconds + $1 * 100))
  if [ -d /run/systemd/system ]; then start=start_timer proof=await_timer; else start=start_sleeper proof=await_sleeper; fi
  if "$start" "$1" && "$proof" "$1" && write_armed 2>"$tx/words"; then return 0; fi
  disarm
  return 1
}

write_armed() {
  write_owner $((deadline / 100)) >"$mp_run/tx.owner" && write_owner $((deadline / 100)) >"$tx/armed.new" && mv "$tx/armed.new" "$tx/armed"
}

# By default systemd is a minute late at leisure. Should the service be killed, it goes on with the undo where it was.
start_timer() {
  systemd-run --quiet --collect --unit="$unit" --description="undo of the network change of $owner" \
    --on-active="$1" --timer-property=AccuracySec=10ms --timer-property=RemainAfterElapse=no \
    --property=Restart=on-failure --property=RestartSec=1 \
    /bin/sh "$here/rollback.sh" "$tx" "it was not confirmed within $1 s" now 2>"$tx/words"
}

await_timer() {
  systemctl show --property=SubState,ActiveEnterTimestampMonotonic,NextElapseUSecMonotonic "$unit.timer" >"$tx/timer" 2>"$tx/words" || return
  awk -v seconds="$1" -f "$here/timer.awk" "$tx/timer" 2>"$tx/words" || {
    { echo 'systemd shows for the timer:' && cat "$tx/timer"; } >>"$tx/words"
    return 1
  }
}

start_sleeper() {
  rm -f "$tx/sleeper"
  setsid /bin/sh "$here/rollback.sh" "$tx" "it was not confirmed within $1 s" "$deadline" \
    </dev/null >/dev/null 2>&1 8>&- 9>&- &
}

# It writes its process id when it is ready to wait.
await_sleeper() {
  read_uptime
  until=$((uptime + 5))
  until [ -s "$tx/sleeper" ]; do
    read_uptime
    if [ "$uptime" -ge "$until" ]; then
      echo 'The process that would undo the change did not start within 5 s.' >"$tx/words"
      return 1
    fi
    sleep 0.01
  done
  is_running "$tx/sleeper"
}

# is_running FILE: whether the process whose id FILE holds is one of this transaction.
is_running() {
  [ -r "$1" ] && read -r process <"$1" && grep -q "$tx" "/proc/$process/cmdline" 2>/dev/null
}

# Stops the clock, when what it waits for has been decided. Nobody needs to wait for that: it would find nothing to do.
disarm() {
  if [ -e "$tx/sleeper" ]; then
    ! is_running "$tx/sleeper" || kill -KILL "-$process" 2>/dev/null
  elif [ -d /run/systemd/system ]; then
    systemctl --no-block stop "$unit.timer" </dev/null >/dev/null 2>&1 8>&- 9>&- &
  fi
}
