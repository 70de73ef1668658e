# shellcheck shell=sh disable=SC2154 # names set by those who read this
# Programs that configure this host's network beside us, and what they do to what they have not made:
#   systemd-networkd  whenever it configures a link, of whatever kind, it takes away each rule, each route without a link (blackhole, and from
#                     version 257 on IPv4 multipath), and the link's own routes and addresses, that are in none of its files; and it
#                     releases a bond's member
#   NetworkManager    gives whatever Ethernet has a carrier a connection of its own making, by DHCP, and when that fails releases the device
#                     from the bond that it is a member of by then
#   ifdown            takes all addresses from a link
# Settings of the first two tell them to leave alone what is ours, in files that are there only while it is. NetworkManager reads its settings at
# once. systemd-networkd would need to start anew, and nobody makes it: what else it would do then, with what others have left in its files and on
# its links, is not ours to begin. Until it does, and where there is no such setting, what they take is put back (put-back.sh).

mp_networkd_settings=/etc/systemd/networkd.conf.d
mp_networks=/etc/systemd/network
mp_network_manager=/etc/NetworkManager/conf.d
mp_settings=90-pulumi-multipath.conf
mp_members=$mp_networks/05-pulumi-multipath.network # the first file that names a link is the one that counts

# tell_managers STATE: makes their files what the current objects need. TX/STATE names the links. That it can't, on a full disk, is no reason to
# undo what is confirmed.
tell_managers() {
  if [ -z "$current" ]; then
    forget_managers
    return
  fi
  networkd='' network_manager=''
  for file in /run/systemd/netif/links/*; do [ ! -e "$file" ] || networkd=1; done # the directory is there without it, and empty
  [ ! -d /run/NetworkManager/devices ] || network_manager=1
  [ -n "$networkd$network_manager" ] || return 0
  mkdir -p "$tx/told" || return 0
  set -- part=state "$tx/$1" part=theirs
  for file in /etc/systemd/networkd.conf "$mp_networkd_settings"/*.conf \
    /etc/systemd/network/*.network /run/systemd/network/*.network /usr/lib/systemd/network/*.network \
    /etc/systemd/network/*.network.d/*.conf /run/systemd/network/*.network.d/*.conf /usr/lib/systemd/network/*.network.d/*.conf; do
    case $file in */"$mp_settings" | "$mp_members") ;; *) [ ! -f "$file" ] || set -- "$@" "$file" ;; esac
  done
  set -- "$@" part=links
  for file in /run/systemd/netif/links/*; do [ ! -f "$file" ] || set -- "$@" "$file"; done
  awk -v networkd="$networkd" -v network_manager="$network_manager" -v out="$tx/told" -v settings="$mp_settings" \
    -v networkd_settings="$mp_networkd_settings" -v networks="$mp_networks" -v members_file="$mp_members" \
    -v network_manager_settings="$mp_network_manager" -f "$here/keys.awk" -f "$here/network-managers.awk" \
    "$@" part=objects "$current"/objects.d/* >"$tx/told/list" 2>"$tx/words" || return 0
  put_told
  drop_untold
}

# The list has a line a file: `keep PATH`, or `write NUMBER PATH` for what TX/told/NUMBER holds.
put_told() {
  told=''
  while IFS= read -r line; do
    path=${line#* }
    case $line in
      'write '*)
        number=${path%% *} path=${path#* }
        put_file "$tx/told/$number" ;;
    esac
    told="$told$path
"
  done <"$tx/told/list" 2>"$tx/words"
}

put_file() {
  mkdir -p "${path%/*}" && cp "$1" "$path.new" && mv "$path.new" "$path" || return
  if command -v restorecon >/dev/null; then restorecon "$path"; fi
  flush "$path" "${path%/*}"
  heed "$path"
}

drop_untold() {
  for file in "$mp_networkd_settings/$mp_settings" "$mp_networks"/*.network.d/"$mp_settings" "$mp_members"; do
    [ -z "$networkd" ] || case $told in *"$file
"*) ;; *) drop_told "$file" ;; esac
  done
  [ -z "$network_manager" ] || case $told in *"$mp_network_manager/$mp_settings
"*) ;; *) drop_told "$mp_network_manager/$mp_settings" ;; esac
}

forget_managers() {
  for file in "$mp_networkd_settings/$mp_settings" "$mp_networks"/*.network.d/"$mp_settings" "$mp_members" "$mp_network_manager/$mp_settings"; do
    drop_told "$file"
  done
}

# heed FILE: makes NetworkManager read its settings, if FILE is one of these. That leaves its connections as they are.
heed() {
  case $1 in "$mp_network_manager"/*) nmcli general reload conf </dev/null >/dev/null 2>&1 8>&- 9>&- & ;; esac
}

# A directory for settings that holds none says nothing to anybody.
drop_told() {
  [ -e "$1" ] || return 0
  rm -f "$1"
  heed "$1"
  case $1 in *.d/"$mp_settings") [ "${1%/*}" = "$mp_network_manager" ] || rmdir "${1%/*}" 2>/dev/null ;; esac
  return 0
}

# a_manager_was_at_work SECONDS: whether one of them has been within the last SECONDS: each writes down how far it is with a link. systemd-networkd does so also when
# somebody else takes the last address from a link of its.
a_manager_was_at_work() {
  since="$1 seconds ago"
  set --
  for directory in /run/systemd/netif/links /run/NetworkManager/devices /run/network; do
    [ ! -d "$directory" ] || set -- "$@" "$directory"
  done
  [ $# -gt 0 ] && [ -n "$(find "$@" -maxdepth 0 -newermt "$since" 2>/dev/null)" ]
}

# await_managers BATCH: waits until systemd-networkd has seen the links that BATCH has made. It takes away what is on a new link that one of its files
# names, and would take ours with it: only what comes later stays. First udev has to name the link, so it takes its time.
await_managers() {
  [ -d /sys/fs/cgroup/system.slice/systemd-networkd.service ] || [ -d /sys/fs/cgroup/systemd/system.slice/systemd-networkd.service ] || return 0
  read_uptime
  until=$((uptime + 10))
  while read -r verb what words; do
    case "$verb $what $words" in
      'link add '*' name '*) words=${words##* name } ;;
      'link add name '*) words=${words#name } ;;
      *) continue ;;
    esac
    until has_seen "${words%% *}"; do
      read_uptime
      [ "$uptime" -lt "$until" ] || break
      sleep 0.05
    done
  done <"$1"
}

# has_seen LINK: whether it has decided what becomes of it, or the link has gone.
has_seen() {
  index=''
  { read -r index <"/sys/class/net/$1/ifindex"; } 2>/dev/null || return 0
  while IFS= read -r word; do
    case $word in
      ADMIN_STATE=pending | ADMIN_STATE=initialized) return 1 ;;
      ADMIN_STATE=*) return 0 ;;
    esac
  done <"/run/systemd/netif/links/$index" 2>/dev/null
  return 1
}
