# shellcheck shell=sh disable=SC2034,SC2154 # names set by those who read this, and used by them
# Taking back the last confirmed change, as its record in the history says (history.awk), by the means of an undo (undo.sh).

# compare_with_record FILE...: prints an object that is no longer as that change has left it (take-back.awk).
compare_with_record() {
  health=$mp_run/lines/health
  [ -r "$health" ] || health=/dev/null
  awk -f "$here/keys.awk" -f "$here/links.awk" -f "$here/object-key.awk" -f "$here/take-back.awk" \
    part=record "$mp_history/.last" part=health "$health" "$@"
}

# plan_take_back: writes the state that it leads to, TX/goal, and in words what leads there. Fails when the change can't be taken back, and says why.
plan_take_back() {
  read -r number <"$tx/takes-back"
  if ! record_of "$number"; then
    echo "Change $number is no longer the last one." >"$tx/words"
    return 1
  fi
  : >"$tx/goal" && : >"$tx/goal-more" && cp "$tx/before-more" "$tx/now-more" || return
  changed=$(compare_with_record goal="$tx/goal" part=now "$tx/before" "$tx/before-more" \
    part=goal "$tx/before" part=goal-more "$tx/before-more" 2>"$tx/words") || return
  if [ -n "$changed" ]; then
    echo "$changed is no longer as that change has left it." >"$tx/words"
    return 1
  fi
  # Settings of what comes back count as well.
  [ ! -e "$tx/devices" ] ||
    awk -f "$here/keys.awk" -f "$here/links.awk" -f "$here/related.awk" part=touches "$tx/touches" part=before "$tx/before" "$tx/goal" >"$tx/devices"
  goal=$tx/goal
  undo_from "$tx/before" -v mode=undo -v out=words >"$tx/forward-01.words"
  goal=$tx/before
}

# take_back: brings the kernel to TX/goal. Fails when a line does not succeed.
take_back() {
  load_bonding "$tx/forward-01.words"
  goal=$tx/goal goal_objects=${staged:-$current}/objects.d
  look && restore undo words
  taken=$?
  goal=$tx/before goal_objects=$mp_etc/current/objects.d
  return $taken
}

# record_of NUMBER: whether the last change is this one, and its record is whole.
record_of() {
  [ -r "$mp_history/.last" ] && [ -r "$mp_history/$1" ] && read -r last <"$mp_history/.last" && [ "$last" = "change $1" ] &&
    [ "$(tail -n 1 "$mp_history/.last")" = end ]
}
