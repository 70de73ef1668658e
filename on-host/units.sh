# shellcheck shell=sh disable=SC2154 # here and mp_run are set by who reads this
# The systemd units that run restore.sh at boot and put-back.sh as long as there are objects. Read by transaction.sh and confirm.sh, which set
# `here`; runs nothing by itself. Hosts without systemd have neither.

mp_units=/etc/systemd/system
mp_at_boot=pulumi-multipath-restore.service
mp_put_back=pulumi-multipath-put-back.service

# Puts the units in their place, unless they are there and name these very scripts. By hand: `systemctl enable` takes half a second, and
# before the next boot nobody needs systemd to know it.
keep_units() {
  [ -d /run/systemd/system ] || return 0
  kept=''
  for mp_unit in "$mp_at_boot" "$mp_put_back"; do keep_unit || return; done
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

names_these_scripts() {
  [ -r "$mp_units/$mp_unit" ] || return
  while IFS= read -r line; do
    case $line in ExecStart=*" $here/"*) return 0 ;; esac
  done <"$mp_units/$mp_unit"
  return 1
}

# Once there is something to put back. One that runs by other scripts begins anew by these, and so does one that should listen to nftables and does
# not, or the other way round; one that somebody has stopped stays so.
start_putting_back() {
  [ -d /run/systemd/system ] || return 0
  running=''
  [ ! -r "$mp_run/put-back/scripts" ] || read -r running <"$mp_run/put-back/scripts"
  if [ "$running" = "$here" ] && listens_to_what_is_needed; then return 0; fi
  {
    case $running in
      "$here") systemctl --no-block try-restart "$mp_put_back" ;;
      *)
        [ -z "$running" ] || systemctl daemon-reload
        systemctl --no-block restart "$mp_put_back" ;;
    esac
  } </dev/null >/dev/null 2>&1 8>&- 9>&- &
}

listens_to_what_is_needed() {
  if has_tables; then [ -e "$mp_run/put-back/tables" ]; else [ ! -e "$mp_run/put-back/tables" ]; fi
}

# Removes the units. One that has run at boot is known to systemd until all units are read again, which takes long and is of no use where
# systemd has never read this one: then there is nothing to stop.
drop_units() {
  set -- "$mp_units/$mp_at_boot" "$mp_units/$mp_put_back" \
    "$mp_units/multi-user.target.wants/$mp_at_boot" "$mp_units/multi-user.target.wants/$mp_put_back"
  any=''
  for file; do
    if [ -e "$file" ] || [ -L "$file" ]; then any=yes; fi
  done
  [ -n "$any" ] || return 0
  rm -f "$@"
  systemctl stop "$mp_put_back" 2>/dev/null
  systemctl stop "$mp_at_boot" 2>/dev/null || return 0
  systemctl reset-failed "$mp_at_boot" "$mp_put_back" 2>/dev/null
  systemctl daemon-reload 2>/dev/null || :
}
