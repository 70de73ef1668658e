# shellcheck shell=sh disable=SC2154,SC2034 # names set by line-monitor.sh, which reads this, and used by it
# The routes that the monitor keeps: those that are declared, without the next hops of lines that are not up, and the default routes of the tables of
# lines whose gateway is known only on the host. Of route R: family_R, key_R, head_R, hops_R; of hop H: line_R_H (0: no line's), via_R_H, rest_R_H; written_R.

# load_routes FILE
load_routes() {
  routes=0
  while read -r word a b c rest; do
    case $word in
      route)
        routes=$a
        eval "family_$a=\$b key_$a=\$rest hops_$a=0 written_$a=''" ;;
      head) eval "head_$a=\"\$b\${c:+ \$c}\${rest:+ \$rest}\"" ;;
      hop)
        eval "hops_$a=$b line_${a}_$b=\$c via_${a}_$b=\${rest%% *} rest_${a}_$b=\${rest#* }" ;;
      pinned) eval "pinned_$a=\$b masquerade_$a=\$c" ;;
    esac
  done <"$1"
}

# What was written may have been overwritten.
forget_routes() {
  route=1
  while [ "$route" -le "$routes" ]; do
    eval "written_$route=''"
    route=$((route + 1))
  done
  changed=yes
}

# Writes what has changed: first the routes, all by one command, then the records. When somebody else is at work it is tried again soon.
apply() {
  read_centiseconds
  if [ -n "$waiting" ] && [ "$centiseconds" -lt $((waiting + 100)) ]; then return 0; fi
  compose
  if [ -n "$batch" ]; then
    if ! take_locks; then
      waiting=$centiseconds
      later 0.1 apply
      return
    fi
    [ -z "$undecided" ] || leave_out
    set_vanished ''
    if [ -n "$batch" ]; then
      run_routes
      if [ -z "$undecided" ] && note_vanished; then
        compose
        set_vanished ''
        run_routes
      fi
    fi
  fi
  changed=''
  write_records
  exec 8>&- 9>&-
}

# Nobody watches them any more: the routes are as they are declared. Whoever has just taken the monitor's file away holds the lock for a moment.
release_routes() {
  line=1
  while [ "$line" -le "$line_count" ]; do
    eval "state_$line=up drained_$line=''"
    line=$((line + 1))
  done
  compose
  if [ -z "$batch" ]; then return; fi
  tries=0
  until take_locks; do
    tries=$((tries + 1))
    [ "$tries" -lt 50 ] || return 0
    sleep 0.1
  done
  run_routes
  exec 8>&- 9>&-
}

# Sets `batch` to the lines for all routes that are not as they should be, and `todo` to their numbers.
compose() {
  batch=$own todo=''
  route=1
  while [ "$route" -le "$routes" ]; do
    compose_route "$route"
    eval "written=\$written_$route"
    if [ -n "$text" ] && [ "$text" != "$written" ]; then
      eval "new_$route=\$text"
      batch="$batch$verb $text
"
      todo="$todo $route"
    fi
    route=$((route + 1))
  done
}

# Sets `text` to the route over what is up, or to nothing when nothing is. A route that somebody has deleted is not made anew; one that the kernel
# has deleted, together with a device, is.
compose_route() {
  eval "text=\$head_$1 hops=\$hops_$1 family=\$family_$1"
  any='' verb='route change'
  hop=1
  while [ "$hop" -le "$hops" ]; do
    eval "line=\$line_$1_$hop via=\$via_$1_$hop rest=\$rest_$1_$hop"
    if [ "$line" = 0 ]; then any=yes
    else
      eval "is=\$state_$line drained=\$drained_$line now=\$via${family}_$line dynamic=\$gateway${family}_$line vanished=\$vanished_$line"
      [ -z "$vanished" ] || verb='route replace'
      if [ "$is" = down ] || [ -n "$drained" ]; then
        hop=$((hop + 1))
        continue
      fi
      case $dynamic in dhcp | ra) [ "$now" = - ] || via=$now ;; esac
      any=yes
    fi
    case $via in
      -) text="$text nexthop $rest" ;;
      inet6_*) text="$text nexthop via inet6 ${via#inet6_} $rest" ;;
      *) text="$text nexthop via $via $rest" ;;
    esac
    hop=$((hop + 1))
  done
  [ -n "$any" ] || text=''
}

# tx.lock, and while a transaction waits for its confirmation apply.lock as well.
take_locks() {
  undecided=''
  if [ -n "$held" ] || try_lock; then
    for tx in "$mp_run"/tx-*/armed "$mp_run"/tx-*/firing; do
      [ ! -e "$tx" ] || undecided="$undecided ${tx%/*}"
    done
    [ -n "$undecided" ] || return 0
    exec 8>>"$mp_run/apply.lock"
    flock -n 8 && return
  fi
  exec 8>&- 9>&-
  return 1
}

# What a transaction has changed and nobody has confirmed yet is left to it, and written later.
leave_out() {
  all=$todo batch=$own todo=''
  for route in $all; do
    eval "key=\$key_$route text=\$new_$route"
    for tx in $undecided; do
      if [ -r "$tx/touches" ] && grep -Fqx "$key" "$tx/touches"; then
        [ -n "$later_again" ] || later 1 apply
        later_again=yes
        continue 2
      fi
    done
    batch="${batch}route change $text
"
    todo="$todo $route"
  done
}

run_routes() {
  words=''
  if [ -n "$prepared" ]; then
    printf '%s' "$batch" >&4
    end_prepared
    read -r words <"$work/words" || :
  else
    words=$(
      ip -force -batch - 2>&1 >/dev/null <<BATCH
$batch
BATCH
    )
  fi
  own='' later_again=''
  for route in $todo; do eval "written_$route=\$new_$route"; done
  [ -z "$words" ] || report_refusal
}

# set_vanished yes|'': whether the kernel may have taken kept routes away together with a device. All are written anew then, and it is over.
set_vanished() {
  line=1
  while [ "$line" -le "$line_count" ]; do
    eval "vanished_$line=$1"
    line=$((line + 1))
  done
}

# Whether a route was not there because the kernel has taken it away together with a device that it has told to be down so far, and not to be gone.
note_vanished() {
  case $words in *'No such file or directory'*) ;; *) return 1 ;; esac
  any=''
  line=1
  while [ "$line" -le "$line_count" ]; do
    eval "device=\$device_$line blocked=\$blocked_$line"
    if [ -n "$blocked" ] && [ ! -e "/sys/class/net/$device" ]; then
      eval "vanished_$line=yes"
      any=yes
    fi
    line=$((line + 1))
  done
  [ -n "$any" ] || return
  forget_routes
}

# A command takes longer to start than routes take to be written: while a line is doubted one waits for them.
prepare() {
  [ -z "$prepared" ] || return 0
  exec 4<>"$work/routes"
  ip -force -batch - <"$work/routes" >/dev/null 2>"$work/words" 3>&- 4>&- 8>&- 9>&- &
  prepared=$!
}

end_prepared() {
  exec 4>&-
  until has_ended "$prepared"; do wait "$prepared"; done
  prepared=''
}

report_refusal() {
  case $words in *'No such file or directory'*) ;; *) report 4 "A route could not be written: ${words%%
*}" ;; esac
}

# ---- the lines' own tables, and what they stand on ---------------------------------------------------------------------------

# Links, and for lines that are not declared in full addresses and routes; once for all that has happened by then.
look_soon() {
  [ -z "$looking" ] || return 0
  looking=yes
  tell look-now
}

look() {
  found=$(
    {
      printf '%s\n' 'link show' 'addr show'
      line=1
      while [ "$line" -le "$line_count" ]; do
        eval "declared=\"\$gateway4_$line \$gateway6_$line \$address4_$line \$address6_$line\" device=\$device_$line"
        if is_resolved; then printf 'link show dev %s\nroute show table all dev %s\n' "$device" "$device"; fi
        line=$((line + 1))
      done
    } | ip -force -N -d -o -batch - 2>/dev/null | awk -f "$here/keys.awk" -f "$here/line-addresses.awk" "$work/config" part=now -
  )
  [ -n "$found" ] || return
  while read -r _ a carrier address4 gateway4 address6 gateway6 has4 has6; do
    is_line "$a" || continue
    follow_line "$a" 4 "$address4" "$gateway4" "$has4"
    follow_line "$a" 6 "$address6" "$gateway6" "$has6"
    [ "$carrier" != yes ] || [ "$address4$address6" != -- ] || carrier=unaddressed # its lease has ended
    set_carrier "$a" "$carrier"
  done <<FOUND
$found
FOUND
  [ -z "$own" ] || write_own
  watch
}

is_resolved() {
  case " $declared " in *' dhcp '* | *' ra '* | *' none '*) return 0 ;; esac
  # An address that is not declared, of a family that the line has.
  # shellcheck disable=SC2086
  set -- $declared
  { [ "$1" != - ] && [ "$3" = - ]; } || { [ "$2" != - ] && [ "$4" = - ]; }
}

# follow_line I FAMILY ADDRESS GATEWAY HAS: the table's default route is made here where nobody could declare it.
follow_line() {
  eval "dynamic=\$gateway$2_$1 was=\$via$2_$1 device=\$device_$1 table=\$table_$1"
  eval "via$2_$1=\$4 from$2_$1=\$3"
  case $dynamic in dhcp | ra | none) ;; *) return 0 ;; esac
  [ "$was" = "$4" ] || changed=yes
  [ "$5" = no ] || return 0
  any=0.0.0.0/0
  [ "$2" = 4 ] || any=::/0
  if [ "$3" = - ] || { [ "$4" = - ] && [ "$dynamic" != none ]; }; then return 0; fi
  text="route replace $any"
  if [ "$4" != - ]; then text="$text via $4 dev $device onlink"; else text="$text dev $device"; fi
  own="${own}$text src $3 table $table proto 205
"
  changed=yes
}

# Before anything else, for a probe that is sent before its line's table leads anywhere is lost. `apply` does it when somebody else is at work.
write_own() {
  batch=$own todo=''
  if take_locks; then run_routes; fi
  exec 8>&- 9>&-
}

# Those that no object's file declares.
drop_own_routes() {
  line=1
  while [ "$line" -le "$line_count" ]; do
    for family in 4 6; do
      eval "dynamic=\$gateway${family}_$line table=\$table_$line device=\$device_$line"
      case $dynamic in dhcp | ra | none) ip -$family route del default dev "$device" table "$table" proto 205 2>/dev/null </dev/null ;; esac
    done
    line=$((line + 1))
  done
}

# ---- pinned connections --------------------------------------------------------------------------------------------------------

# set_pinned I: whether connections may be pinned to it. In the background: routes come first.
set_pinned() {
  eval "mark=\$pinned_$1 is=\$state_$1 masquerade=\$masquerade_$1"
  [ -n "$mark" ] || return 0
  (
    {
      if [ "$is" = up ]; then nft add element inet pulumi_multipath alive "{ $mark }"
      else
        nft delete element inet pulumi_multipath alive "{ $mark }"
        # They bear this line's address, and can't go on by another one.
        [ "$masquerade" = 0 ] || conntrack -D --mark "$mark/0x3f00"
      fi
    } </dev/null >/dev/null 2>&1 3>&- 4>&- 8>&- 9>&- &
  )
}
