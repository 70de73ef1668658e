# shellcheck shell=sh disable=SC2154 # names set by those who read this
# The last confirmed changes of this host, for whoever asks later what happened: one file each, by number. See `pulumi-multipath history`.

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

# When, by whom, of which transaction, the objects' files, the lines that were run, and those that would have taken them back.
tell_history() {
  read -r owner <"$tx/confirmed"
  printf '%s\n' "# pulumi-multipath transaction 1" "at $(date -u +%Y-%m-%dT%H:%M:%SZ)" "by $owner" "token ${tx##*/tx-}"
  set -- "$tx"/objects-named "$tx"/forward-*
  [ -e "$1" ] || shift
  # `link show` lines are marks between the others.
  awk 'FNR == 1 { tool = FILENAME; sub(/.*[.]/, "", tool); command = tool ~ /^[46]$/ ? "ip -" tool : tool }
    FILENAME ~ /objects-named$/ { print "object " $0; next }
    tool != "dad" && !/^link show / { print "forward " command " " $0 }' "$@"
  undo_in_words | sed 's/^/undo /'
}

remove_history() {
  rm -rf "$mp_history"
  rmdir "${mp_history%/*}" 2>/dev/null || :
}
