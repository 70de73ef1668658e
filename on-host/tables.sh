# shellcheck shell=sh disable=SC2154 # mp_run and mp_etc are set by those who read this
# Our table of nftables. A batch of `nft` is taken by the kernel as a whole or not at all.

# Whether any of our objects is a table.
has_tables() {
  set -- "$mp_etc"/current/objects.d/*-ConnectionPinning-*
  [ -e "$1" ]
}

# run_nft BATCH OBJECTS: runs BATCH with what the lines of OBJECTS, a directory of objects' files, are like now: the elements of the set `alive` are
# the line monitor's, and a table that is made anew must not send connections to a line that is down. Where one goes down meanwhile the monitor
# may have told the table before: so it is looked at once more. (To flush the set in the batch that makes it crashes nft 1.1.3.)
run_nft() {
  marks=$(marks_up "$2")
  awk -v marks="$marks" '
    marks != "-" {
      sub(/add element inet pulumi_multipath alive [{][^}]*[}]/, marks == "" ? "" : "add element inet pulumi_multipath alive { " marks " }")
      sub(/ set alive [{] type mark(; elements = [{][^}]*[}])?/, " set alive { type mark" (marks == "" ? "" : "; elements = { " marks " }"))
    }
    { print }' "$1" | nft -f - >/dev/null || return
  later=$(marks_up "$2")
  [ "$later" != "$marks" ] || return 0
  { echo 'flush set inet pulumi_multipath alive' && { [ -z "$later" ] || echo "add element inet pulumi_multipath alive { $later }"; }; } | nft -f -
}

# marks_up OBJECTS: those of the lines that are not down, with commas between; `-` where no object has lines.
marks_up() {
  set -- "$1"/*-ConnectionPinning-*
  if [ ! -e "$1" ]; then
    echo -
    return
  fi
  health=$mp_run/lines/health
  [ -r "$health" ] || health=/dev/null
  awk '
    FILENAME ~ /\/lines\/health$/ { if ($1 == "line" && $3 == "down") down[$2]; next }
    $1 == "connection-pinning" && $2 == "line" && !($3 in down) { marks = marks (marks == "" ? "" : ", ") sprintf("0x%x", $5 * 256) }
    END { print marks }' "$health" "$@"
}
