# shellcheck shell=sh disable=SC2154 # tx, here and began are set by those who read this
# Brings the kernel back to TX/before, or only what went with a change that stays. Whoever calls it holds apply.lock.
#
# `goal` is the state that it leads to, and `goal_objects` the objects' files then: TX/before and the current ones, or what a change that is taken back
# leads to (take-back.sh).
#
# Files: TX/before and before-more (state.sh), now and now-more, touches, removes, takes-more (transaction.sh), and undo-N.*, the batches
# of the Nth attempt (undo.awk).

# shellcheck source=SCRIPTDIR/tables.sh
. "$here/tables.sh"
goal=$tx/before goal_objects=$mp_etc/current/objects.d

# Puts back what vanished though no line removes it: secondaries of a deleted primary, routes whose preferred source went.
put_back() {
  set_promotion_back
  [ -e "$tx/takes-more" ] || return 0
  look
  restore collateral lost
}

# Brings everything that the batches touched, and what vanished with it, back to `before`. Doing it again does no harm.
undo() {
  rm -f "$tx/reserve"
  set_promotion_back
  look
  restore undo not-restored
}

# What let_secondaries_stay has set.
set_promotion_back() {
  [ -e "$tx/promoting" ] || return 0
  while IFS= read -r setting; do echo 0 >"$setting"; done <"$tx/promoting" 2>/dev/null
  rm -f "$tx/promoting"
}

look() {
  state_text >"$tx/now" 2>"$tx/words" && look_further now
}

# look_further NAME: writes NAME-more, what else the transaction can take with it.
look_further() {
  : >"$tx/$1-more"
  [ -e "$tx/takes-more" ] || return 0
  read -r kinds <"$tx/takes-more"
  case " $kinds " in *' link '* | *' sysctl '*)
    [ -e "$tx/devices" ] ||
      awk -f "$here/keys.awk" -f "$here/links.awk" -f "$here/related.awk" part=touches "$tx/touches" part=before "$tx/before" >"$tx/devices" || return
    sed -n 's/^sysctl //p' "$tx/touches" >"$tx/settings" ;;
  *) : >"$tx/settings" ;;
  esac
  state_more "$kinds" "$tx/devices" <"$tx/settings" >"$tx/$1-more" 2>"$tx/words"
}

# restore MODE WORD: does what makes up for the difference between `before` and `now` until there is none. Lines that don't succeed are
# reported with WORD, and it fails.
restore() {
  tried=''
  attempt=0
  until phase=$(to_restore "$1" 2>"$tx/words") && [ -z "$phase" ]; do
    case $phase in
      stuck)
        report "$2"
        return 1 ;;
      '') # nobody knows what is left to do: it could not be written down
        answer "$2 sh $here/rollback.sh $tx again now"
        return 1 ;;
    esac
    run_restore
    look
    tried="$tried $phase"
    attempt=$((attempt + 1))
  done
}

# report WORD: what would still have to be done.
report() {
  while IFS= read -r line; do answer "$1 $line"; done <"$tx/undo-$attempt.stuck"
}

# to_restore MODE: writes the batches undo-N.*, and prints what they restore: nothing when there is nothing left to do.
to_restore() {
  read_uptime
  set -- "$1" "$tx/undo-$attempt"
  rm -f "$2".*
  undo_from "$tx/now" -v mode="$1" -v tried="$tried" -v elapsed=$((uptime - began)) -v out="$2"
}

# Prints all that leads from what the transaction has left back to `before`, as far as it can be known beforehand.
undo_in_words() {
  [ -e "$tx/now-more" ] || : >"$tx/now-more"
  undo_from "$tx/after" -v mode=undo -v out=words
}

# undo_from STATE AWK-OPTION...
undo_from() {
  state=$1
  shift
  awk "$@" -f "$here/keys.awk" -f "$here/links.awk" -f "$here/undo.awk" -f "$here/undo-rules.awk" -f "$here/undo-tables.awk" -f "$here/undo-links.awk" \
    -f "$here/undo-settings.awk" -f "$here/undo-qdiscs.awk" -f "$here/undo-addresses.awk" -f "$here/undo-neighbours.awk" \
    -f "$here/undo-nexthops.awk" -f "$here/undo-routes.awk" \
    part=touches "$tx/touches" part=removes "$tx/removes" \
    part=before "$goal" "$goal-more" part=now "$state" "$tx/now-more"
}

run_restore() {
  for batch in "$tx/undo-$attempt".*; do
    tool=${batch##*.}
    case $tool in
      ip)
        ip -force -batch "$batch" >/dev/null 2>"$tx/words" </dev/null
        await_managers "$batch" ;;
      4 | 6)
        ip -force "-$tool" -batch "$batch" >/dev/null 2>"$tx/words" </dev/null
        # 255: `ip` did not understand a line, and left out the rest.
        if [ $? -eq 255 ]; then one_by_one "$tool" <"$batch"; fi ;;
      one-*) one_by_one "${tool#one-}" <"$batch" ;;
      tc) tc -force -batch "$batch" >/dev/null 2>"$tx/words" </dev/null ;;
      nft) run_nft "$batch" "$goal_objects" 2>"$tx/words" ;;
      files) write_files <"$batch" ;;
      dad) await_dad "$batch" ;;
    esac
  done
}

# one_by_one FAMILY: runs the lines of a batch each for itself. They are split at spaces and nothing else; no word is evaluated.
one_by_one() {
  set -f
  IFS=' '
  while read -r line; do
    # shellcheck disable=SC2086 # split on purpose
    ip "-$1" $line </dev/null >/dev/null 2>>"$tx/words"
  done
  unset IFS
  set +f
}

# Each line is a path, a space, and what to write there.
write_files() {
  while IFS= read -r line; do
    printf '%s\n' "${line#* }" 2>>"$tx/words" >"${line%% *}"
  done
}

# await_dad FILE: waits until the IPv6 addresses named in FILE can be used. Before duplicate address detection is done, a route with
# such a preferred source is refused. It never ends where the device is down or has no carrier: those are not waited for.
await_dad() {
  [ -e "$1" ] || return 0
  read_uptime
  until=$((uptime + 5))
  while :; do
    # Not even an address without detection can be used at once: the kernel makes its local route in its own time.
    printf '%s\n' 'link show' 'addr show' 'route show table 255' | ip -6 -N -o -batch - >"$tx/tentative" 2>"$tx/words" || return 0
    dad=$(awk -f "$here/keys.awk" -f "$here/dad.awk" part=wanted "$1" part=now "$tx/tentative")
    case $dad in
      done) return 0 ;;
      failed*)
        answer "dad ${dad#failed }"
        answer 'words Another machine on this link has the address already (duplicate address detection).'
        return 1
        ;;
    esac
    read_uptime
    [ "$uptime" -lt "$until" ] || return 0
    sleep 0.1
  done
}
