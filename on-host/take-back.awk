# Whether what the last change was about is still as it has left it: prints an object's key that is not, or nothing.
#
# With GOAL, also the state that taking it back leads to, in the form of the state now: GOAL and GOAL-more. In it these objects are as before that
# change, and so is what changed with them and has not changed since; all else is as it is now.
#
# Files: part=record (history.awk), part=health the line monitor's (next hops of lines that are not up may be missing now), part=now the state; for GOAL once more, part=goal that of state_text, part=goal-more that of state_more.

part == "record" {
  word = $1
  text = substr($0, length(word) + 2)
  if (word == "touches") {
    touched[text]
    note_destination(text)
  } else if (word == "had" || word == "left") {
    tab = index(text, "\t")
    key = substr(text, 1, tab - 1)
    text = substr(text, tab + 1)
    if (!(key in kind)) key_at[++keys] = key
    note_destination(key)
    kind[key] = kind_of(text)
    lines[word, key] = lines[word, key] text "\n"
    shown[word, key] = shown[word, key] masked(text, kind[key]) "\n"
  }
  next
}

part == "health" {
  if ($1 == "line" && $3 != "up") is_out[$5, $6] is_out[$5, $7]
  next
}

# A setting or rule may be shown twice.
part == "now" {
  key = object_key($0)
  if ((key in kind || key in touched) && !((family, $0) in seen)) {
    seen[family, $0]
    shown["now", key] = shown["now", key] masked($0, kind_of($0)) "\n"
  }
  next
}

{
  what = kind_of($0)
  if (what != last_kind) {
    # In the order in which a state is shown.
    if (what != "link") missing("link")
    if (what == "route") missing("address")
    last_kind = what
  }
  key = object_key($0)
  if (!as_before(key)) put($0 "\n")
  else if (!(key in placed)) {
    put(lines["had", key])
    placed[key]
  }
}

function as_before(key) {
  return key in touched || (key in kind && shown["now", key] == shown["left", key])
}

# Whether a route is as it was left but for next hops of lines that are not up, which the line monitor has left out.
function only_lines_are_out(key,    had, has, hop, word) {
  if (key !~ /^route / || shown["now", key] == "" || split_hops(shown["left", key], had) != split_hops(shown["now", key], has)) return 0
  for (hop in has) if (!(hop in had)) return 0
  for (hop in had) {
    split(hop, word, " ") # `via 192.0.2.1 dev adsl`
    if (!(hop in has) && !((word[4], word[2]) in is_out)) return 0
  }
  return 1
}

function put(text) {
  if (goal != "") printf "%s", text >(part == "goal-more" ? goal "-more" : goal)
}

function missing(what,    i, key) {
  for (i = 1; i <= keys; i++) {
    key = key_at[i]
    if (kind[key] != what || key in placed || !as_before(key)) continue
    placed[key]
    if (what == "rule" && lines["had", key] != "") put("family " substr(key, 6, 1) "\n")
    put(lines["had", key])
  }
}

END {
  part = "goal"
  missing("link")
  missing("address")
  missing("route")
  part = "goal-more"
  missing("rule")
  missing("nft")
  missing("neighbour")
  missing("nexthop")
  missing("qdisc")
  missing("sysctl")
  for (key in touched) {
    if (shown["now", key] == shown["left", key] || only_lines_are_out(key)) continue
    print key
    exit
  }
}
