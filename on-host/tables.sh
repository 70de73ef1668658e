# shellcheck shell=sh disable=SC2154 # mp_run and mp_etc are set by those who read this
# Our table of nftables. A batch of `nft` is taken by the kernel as a whole or not at all.

# Whether any of our objects is a table.
has_tables() {
  set -- "$mp_etc"/current/objects.d/*-ConnectionPinning-*
  [ -e "$1" ]
}

# run_nft BATCH OBJECTS: BATCH with what the lines of OBJECTS, a directory of objects' files, are like now: the elements of the set `alive` are
# the line monitor's, and a table that is made anew must not send connections to a line that is down. Where one goes down meanwhile the monitor
# may have told the table before: so it is looked at once more.
run_nft() {
  alive=''
  if grep -q 'set .*alive' "$1"; then alive=$(alive_lines "$2"); fi
  { cat "$1" && printf '%s\n' "$alive"; } | nft -f - >/dev/null || return
  [ -z "$alive" ] || [ "$alive" = "$(alive_lines "$2")" ] || alive_lines "$2" | nft -f - >/dev/null
}

# alive_lines OBJECTS: what fills the set with the lines that are not down. `nft` can't take an element away that may not be there.
alive_lines() {
  set -- "$1"/*-ConnectionPinning-*
  [ -e "$1" ] || return 0
  health=$mp_run/lines/health
  [ -r "$health" ] || health=/dev/null
  awk '
    FILENAME ~ /\/lines\/health$/ { if ($1 == "line" && $3 == "down") down[$2]; next }
    $1 == "connection-pinning" && $2 == "line" && !($3 in down) { marks = marks (marks == "" ? "" : ", ") sprintf("0x%x", $5 * 256) }
    END {
      print "flush set inet pulumi_multipath alive"
      if (marks != "") print "add element inet pulumi_multipath alive { " marks " }"
    }' "$health" "$@"
}
