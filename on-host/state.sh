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

# Sets `generation` to the directory that `current` names, or to nothing.
find_generation() {
  generation=$(cd -P "$mp_etc/current" 2>/dev/null && pwd -P)
}

# Sets `uptime`: seconds since boot, by a clock that nobody sets.
read_uptime() {
  read -r uptime _ </proc/uptime
  uptime=${uptime%.*}
}
