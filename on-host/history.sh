# shellcheck shell=sh disable=SC2154 # names set by those who read this
# The last confirmed changes of this host, for whoever asks later what happened: one file each, by number. See `pulumi-multipath history`;
# and what it takes to take back the very last one (take-back.sh).

mp_history=/var/lib/pulumi-multipath/history

# add_history: writes down the transaction TX. That it can't, on a full disk, is no reason to undo what is confirmed.
add_history() {
  number=0
  for file in "$mp_history"/*; do
    case ${file##*/} in *[!0-9]*) continue ;; esac
    if [ "${file##*/}" -gt "$number" ]; then number=${file##*/}; fi
  done
  number=$((number + 1))
  (umask 077 && mkdir -p "$mp_history" && tell_history >"$mp_history/.new") 2>/dev/null && mv "$mp_history/.new" "$mp_history/$number"
  if [ -e "$mp_history/$((number - 20))" ]; then rm "$mp_history/$((number - 20))"; fi
}

# When, by whom, of which transaction, the objects' files, the lines that were run, and those that would have taken them back. What it takes to
# take it back goes to `.last`.
tell_history() {
  read -r owner <"$tx/confirmed"
  printf '%s\n' "# pulumi-multipath transaction 1" "at $(date -u +%Y-%m-%dT%H:%M:%SZ)" "by $owner" "token ${tx##*/tx-}"
  [ ! -s "$tx/takes-back" ] || sed 's/^/takes-back /' "$tx/takes-back"
  for file in before-more before-details now-more live-details; do [ -e "$tx/$file" ] || : >"$tx/$file"; done
  set -- part=named "$tx/objects-named" part=forward "$tx"/forward-* part=touches "$tx/touches" \
    part=had "$tx/before" "$tx/before-more" "$tx/before-details" \
    part=left "$tx/live" "$tx/now-more" "$tx/live-details"
  read -r previous <"$tx/previous"
  # Not the files' own names, which say what the objects are, and everybody may read what a process was started with.
  awk -v change_number="$number" -v record="$mp_history/.last" -v objects="$previous/objects.d" \
    -f "$here/keys.awk" -f "$here/links.awk" -f "$here/object-key.awk" -f "$here/history.awk" "$@"
  undo_in_words | sed 's/^/undo /'
}

remove_history() {
  rm -rf "$mp_history"
  rmdir "${mp_history%/*}" 2>/dev/null || :
}
