# shellcheck shell=sh disable=SC2154 # tx and here are set by those who read this
# The state at the moments of a transaction, and what differs between two of them.

# look_whole NAME: writes the state to TX/NAME, and the details that the provider has looked at to TX/NAME-details.
look_whole() {
  state_text >"$tx/$1" 2>"$tx/words" && look_at_details "$1"
}

look_at_details() {
  [ ! -e "$tx/details" ] || state_details <"$tx/details" >"$tx/$1-details" 2>"$tx/words"
}

# difference KEYS ONE OTHER: prints a key of those in TX/KEYS that is not the same in two states, or nothing.
difference() {
  set -- "$1" "$tx/$2" "$tx/$3" "$tx/$2-details" "$tx/$3-details"
  if cmp -s "$2" "$3" && { [ ! -e "$tx/details" ] || cmp -s "$4" "$5"; }; then return 0; fi
  [ -e "$tx/details" ] || set -- "$1" "$2" "$3" /dev/null /dev/null
  awk -f "$here/keys.awk" -f "$here/compare.awk" part=reads "$tx/$1" part=seen "$2" "$4" part=before "$3" "$5"
}
