# shellcheck shell=sh disable=SC2154 # here and mp_run are set by who reads this
# The systemd units that run restore.sh at boot, put-back.sh as long as there are objects, and line-monitor.sh as long as there is a LineMonitor.
# Read by transaction.sh and confirm.sh, which set `here`; runs nothing by itself. Hosts without systemd have none.

mp_units=/etc/systemd/system
mp_at_boot=pulumi-multipath-restore.service
mp_put_back=pulumi-multipath-put-back.service
mp_lines=pulumi-multipath-lines.service

# Puts the units in their place, unless they are there and name these very scripts. By hand: `systemctl enable` takes half a second, and
# before the next boot nobody needs systemd to know it.
keep_units() {
  [ -d /run/systemd/system ] || return 0
  kept=''
  for mp_unit in "$mp_at_boot" "$mp_put_back"; do keep_unit || return; done
  mp_unit=$mp_lines
  ! has_lines "$staged" || keep_unit || return
  [ -z "$kept" ] || flush "$mp_units" "$mp_units/multi-user.target.wants"
}

keep_unit() {
  if names_these_scripts && [ -L "$mp_units/multi-user.target.wants/$mp_unit" ]; then return 0; fi
  mkdir -p "$mp_units/multi-user.target.wants" &&
    sed "s|@SCRIPTS@|$here|g" "$here/$mp_unit" >"$mp_units/.$mp_unit.new" &&
    mv "$mp_units/.$mp_unit.new" "$mp_units/$mp_unit" &&
    ln -sfn "../$mp_unit" "$mp_units/multi-user.target.wants/$mp_unit" || return
  if command -v restorecon >/dev/null; then restorecon "$mp_units/$mp_unit"; fi
  kept=yes
}

# has_lines GENERATION
has_lines() {
  set -- "$1"/objects.d/*-LineMonitor-*
  [ -e "$1" ]
}

names_these_scripts() {
  [ -r "$mp_units/$mp_unit" ] || return
  while IFS= read -r line; do
    case $line in ExecStart=*" $here/"*) return 0 ;; esac
  done <"$mp_units/$mp_unit"
  return 1
}

# Once there is something to put back, or a line to watch. One that runs by other scripts begins anew by these, and so does a put-back that should
# listen to nftables and does not, or the other way round; one that somebody has stopped stays so. The line monitor reads the objects' files again.
start_services() {
  anew=''
  if [ -d /run/systemd/system ]; then
    starting='' again=''
    if ! runs_these_scripts put-back; then starting=$mp_put_back
    elif ! listens_to_what_is_needed; then again=$mp_put_back; fi
    if has_lines "$current"; then
      runs_these_scripts lines || starting="$starting $mp_lines"
    elif [ -e "$mp_units/$mp_lines" ]; then
      drop_lines </dev/null >/dev/null 2>&1 8>&- 9>&- &
    fi
    if [ -n "$starting$again" ]; then
      {
        [ -z "$anew" ] || systemctl daemon-reload
        # shellcheck disable=SC2086 # one or two
        [ -z "$starting" ] || systemctl --no-block restart $starting
        [ -z "$again" ] || systemctl --no-block try-restart "$again"
      } </dev/null >/dev/null 2>&1 8>&- 9>&- &
    fi
  fi
  if [ -p "$mp_run/lines/fifo" ]; then echo reload 1<>"$mp_run/lines/fifo"; fi
}

# runs_these_scripts put-back|lines; sets `anew` when it runs others.
runs_these_scripts() {
  running=''
  [ ! -r "$mp_run/$1/scripts" ] || read -r running <"$mp_run/$1/scripts"
  if [ "$running" = "$here" ]; then return 0; fi
  [ -z "$running" ] || anew=yes
  return 1
}

# With the last LineMonitor, though other objects stay.
drop_lines() {
  rm -f "$mp_units/$mp_lines" "$mp_units/multi-user.target.wants/$mp_lines"
  systemctl stop "$mp_lines"
  systemctl daemon-reload
  rm -rf "$mp_run/lines"
}

listens_to_what_is_needed() {
  if has_tables; then [ -e "$mp_run/put-back/tables" ]; else [ ! -e "$mp_run/put-back/tables" ]; fi
}

# Removes the units. One that has run at boot is known to systemd until all units are read again, which takes long and is of no use where
# systemd has never read this one: then there is nothing to stop.
drop_units() {
  any=''
  for mp_unit in "$mp_at_boot" "$mp_put_back" "$mp_lines"; do
    for file in "$mp_units/$mp_unit" "$mp_units/multi-user.target.wants/$mp_unit"; do
      if [ -e "$file" ] || [ -L "$file" ]; then any=yes && rm -f "$file"; fi
    done
  done
  [ -n "$any" ] || return 0
  systemctl stop "$mp_put_back" "$mp_lines" 2>/dev/null
  systemctl stop "$mp_at_boot" 2>/dev/null || return 0
  systemctl reset-failed "$mp_at_boot" "$mp_put_back" "$mp_lines" 2>/dev/null
  systemctl daemon-reload 2>/dev/null || :
}
