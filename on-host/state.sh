# shellcheck shell=sh disable=SC2034 # the names are used by those who read this
# What this host looks like, as text. Read by session.sh and transaction.sh; runs nothing by itself.

export LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH

mp_run=/run/pulumi-multipath
mp_etc=/etc/pulumi-multipath
mp_libexec=/usr/local/libexec/pulumi-multipath

# The state in the form in which two states are compared, and from which lines that restore it are made: one line an object.
# One process for everything: starting one costs more than what it prints. Of both families' routes only IPv6 ones have `pref`.
state_text() {
  printf '%s\n' 'link show' 'addr show' 'route show table all' | ip -N -d -o -batch -
}

# state_more KINDS DEVICES: what else a change of such objects can take with it, in the same form; `family` lines tell rules apart.
#   KINDS    of the objects that are changed: address, link, neighbour, nexthop, nft, qdisc, rule, sysctl
#   DEVICES  a file that names the links whose settings can be lost
# Keys of changed sysctls are read from stdin.
state_more() {
  case " $1 " in *' rule '*) state_rules || return ;; esac
  case " $1 " in *' nft '*) state_table ;; esac
  # IPv4's permanent neighbours go with the last address of their device.
  case " $1 " in *' address '* | *' link '* | *' neighbour '* | *' nexthop '* | *' sysctl '*) state_next_hops || return ;; esac
  case " $1 " in *' link '* | *' qdisc '*) ! command -v tc >/dev/null || tc qdisc show || return ;; esac
  case " $1 " in *' link '* | *' sysctl '*) state_settings "$2" ;; esac
}

# `ip rule show` shows one family only, and in both they look alike.
state_rules() {
  for family in 4 6; do
    [ $family = 4 ] || [ -d /proc/sys/net/ipv6 ] || continue
    echo "family $family"
    ip -$family -N -d -o rule show || return
  done
}

# Our table of nftables in one line, which `nft` takes as it is; nothing where it is not there.
state_table() {
  nft -s list table inet pulumi_multipath 2>/dev/null | awk '
    /^[ \t]*(#|$)/ { next }
    { sub(/^[ \t]+/, ""); text = text (text == "" || text ~ /[{,]$/ ? " " : "; ") $0 }
    END { if (text != "") print substr(text, 2) }'
}

# The last line is an error where the kernel has no next hop objects (before 5.3).
state_next_hops() {
  { words=$(printf '%s\n' 'neigh show nud permanent' 'neigh show proxy' 'nexthop show' | ip -N -d -o -force -batch - 2>&1 >&3) && return; } 3>&1
  case $words in *'not supported'*'-:3') return 0 ;; esac
  printf '%s\n' "$words" >&2
  return 1
}

# A value that belongs to all devices can change that of each. What can't be read has never been set (stable_secret).
state_settings() {
  set -- "$1" /dev/null
  while read -r device; do
    for directory in /proc/sys/net/ipv[46]/*/"$device"; do set -- "$@" "$directory"; done
  done <"$1"
  while read -r key; do
    case $key in
      net/ipv4/ip_forward | net/ipv4/conf/all/forwarding)
        set -- "$@" /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/*/forwarding /proc/sys/net/ipv4/conf/*/accept_redirects ;;
      net/ipv[46]/conf/all/* | net/ipv4/conf/default/*) set -- "$@" "/proc/sys/${key%/*/*}"/*/"${key##*/}" ;;
      *) set -- "$@" "/proc/sys/$key" ;;
    esac
  done
  shift
  grep -rs '' "$@"
  return 0
}

# write_setting PATH=VALUE: sets a sysctl, PATH below /proc/sys.
write_setting() {
  printf '%s\n' "${1##*=}" 2>/dev/null >"/proc/sys/${1%=*}" && return
  # Once more by a command that gives the kernel's reason.
  words=$(printf '%s\n' "${1##*=}" | tee "/proc/sys/${1%=*}" 2>&1 >/dev/null)
  printf '%s\n' "${words#"tee: /proc/sys/${1%=*}: "}" >&2
  return 1
}

# state_details: what state_text leaves out because few programs need it. A key a line on stdin: `rules`, `nft inet pulumi_multipath`,
# `sysctl KEY` (as a path). Each is told as `looked KEY`; what it shows is in the same form as the rest, nothing for a sysctl that is not there or
# can't be read; `missing nft` where there is no such command.
state_details() {
  set -- /dev/null
  rules='' table=''
  while IFS= read -r key; do
    echo "looked $key"
    case $key in
      rules) rules=1 ;;
      'nft '*) table=1 ;;
      *) set -- "$@" "/proc/sys/${key#sysctl }" ;;
    esac
  done
  [ -z "$rules" ] || state_rules || return
  if [ -n "$table" ]; then
    if command -v nft >/dev/null; then state_table; else echo 'missing nft'; fi
  fi
  # The shell's own `read` asks byte by byte, and gets no more than the first.
  [ $# -eq 1 ] || grep -s '' "$@"
  return 0
}

# load_bonding BATCH...: with the first bond the kernel loads its driver, which makes a bond0 of its own unless it is told not to.
load_bonding() {
  if [ -d /sys/module/bonding ] || ! grep -qs ' type bond ' "$@"; then return 0; fi
  modprobe -q bonding max_bonds=0 2>/dev/null || : # making the bond fails then, and says why
}

# Sets `generation` to the directory that `current` names, or to nothing.
find_generation() {
  generation=$(cd -P "$mp_etc/current" 2>/dev/null && pwd -P)
}

# Sets `uptime`: seconds since boot, by a clock that nobody sets.
read_uptime() {
  read -r uptime _ </proc/uptime
  uptime=${uptime%.*}
}

# Sets `centiseconds`: since boot.
read_centiseconds() {
  read -r centiseconds _ </proc/uptime
  centiseconds=${centiseconds%.*}${centiseconds#*.}
}
