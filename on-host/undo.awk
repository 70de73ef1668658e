# What makes up for the difference between two states. Of what is to be done it writes only what can be done now, in this order: rules (a
# leftover `prohibit` makes everything else fail), links and their settings; addresses and neighbours; next hops and routes. Prints the
# name of that phase, nothing when there is no difference, or `stuck` when each phase has been tried three times.
#
# mode=undo        back to `before`: what was touched as it was, and what vanished with it; what others added stays.
# mode=collateral  only what vanished and was not touched: the change itself stays.
# tried            the phases tried so far. elapsed: seconds since `before`.
# out              names the batches: OUT.STEP.TOOL, in this order. TOOL: 4 and 6 (`ip -4`, `ip -6`), ip (of no family), one-4 and one-6 (lines that no
#                  batch can hold), nft, tc, files (a path and what to write there), dad (keys of IPv6 addresses to wait for).
#                  OUT.stuck: what is left to do, in words. OUT is `words`: all that is to be done is printed in words, and nothing is written.

BEGIN {
  phases = split("links addresses routes", phase_at, " ")
  count = split(tried, word, " ")
  for (i = 1; i <= count; i++) tries[word[i]]++
}

part == "touches" {
  key = canonical_key($0)
  touched[key]
  if ($1 == "link") {
    any_link = 1
    touched_link[$2]
    device[$2]
  }
  if ($1 == "address") device[$3]
  if ($1 == "rule") note_touched_rule(key)
  if ($1 == "sysctl") note_touched_setting($2)
  if ($1 == "nft") touched_table[$2 " " $3]
  # A line may hit another route to the same destination: without a metric, `route del` takes the first one.
  if ($1 == "route") {
    split(key, word, " ")
    destination[word[2], word[3], word[4]]
  }
  next
}

part == "removes" { removed[canonical_key($0)]; next }

/^[0-9]+ / {
  listed[part, ++count_of[part]] = $0
  if (part == "before") place[$0] = count_of[part]
  else if ($0 in place && place[$0] > last) { # the same, and in the same order
    last = place[$0]
    delete place[$0]
  } else differs($0)
  next
}

# Links are shown before their addresses.
/^[0-9]+: [^ ]+ +inet6? / {
  if (part == "now") held[without_length($4)]
  if (any_link && !(part in related)) relate()
  if ($2 in device || every_device) keep_address($0)
  next
}

/^[0-9]+: [^ ]+: </ { if (any_link) keep_link($0); next }
/^[0-9]+:\t/ { keep_rule($0); next }
/^family / { family = $2; next }
/^\/proc\/sys\// { keep_setting($0); next }
/^qdisc / { keep_qdisc($0); next }
/^id [0-9]/ { keep_nexthop($0); next }
/^table inet / { keep_table($0); next }
/^[0-9a-f.:]+ dev / { keep_neighbour($0) }

function relate(    i) {
  related[part]
  order_links()
  for (i = 1; i <= links; i++) device[link_at[i]]
}

# Whether what is on this device can have vanished with what was touched.
function is_concerned(name) {
  return every_device || name in device
}

END {
  for (i = 1; i <= phases; i++) plan(phase_at[i])
  if (out == "words") {
    tell("/dev/stdout")
    exit
  }
  for (i = 1; i <= phases; i++) {
    if (written[phase_at[i]] && (chosen == "" || tries[phase_at[i]] + 0 < tries[chosen] + 0)) chosen = phase_at[i]
  }
  if (chosen != "" && tries[chosen] >= 3) {
    tell(out ".stuck")
    chosen = "stuck"
  } else if (chosen != "") write(chosen)
  if (chosen != "") print chosen
}

function plan(name) {
  phase = name
  round = tries[name] + 1
  if (phase == "links") {
    plan_tables()
    plan_rules()
    plan_links()
    plan_settings()
    plan_qdiscs()
  } else if (phase == "addresses") {
    step = 2
    plan_addresses()
    plan_neighbours()
  } else {
    plan_nexthops()
    plan_routes()
  }
}

# Lines are kept by group, in the kernel's order: addresses by device and family (IPv6: and scope), routes by key.
function keep(sort, key, name, text,    n) {
  if (!((sort, name) in known)) {
    known[sort, name]
    group[sort, ++groups[sort]] = name
  }
  n = ++size[part, name]
  line[part, name, n] = text
  key_of[text] = key
  present[part, key]
}

# `#` ends a line of a batch and quotes are taken off, whatever word they are in.
function emit(tool, text) {
  write_line((tool == 4 || tool == 6) && text ~ /[#'"\\]/ ? "one-" tool : tool, text)
}

function write_line(tool, text) {
  if (!((phase, step, tool) in lines_of)) batch_at[phase, ++batches[phase]] = step SUBSEP tool
  text_at[phase, step, tool, ++lines_of[phase, step, tool]] = text
  written[phase] = 1
}

function write(phase,    i, j, batch, file) {
  for (i = 1; i <= batches[phase]; i++) {
    split(batch_at[phase, i], batch, SUBSEP)
    file = out "." batch[1] "." batch[2]
    for (j = 1; j <= lines_of[phase, batch[1], batch[2]]; j++) print text_at[phase, batch[1], batch[2], j] >file
    close(file)
  }
}

function tell(file,    i, j, k, batch) {
  for (i = 1; i <= phases; i++) {
    for (j = 1; j <= batches[phase_at[i]]; j++) {
      split(batch_at[phase_at[i], j], batch, SUBSEP)
      if (batch[2] == "dad") continue
      for (k = 1; k <= lines_of[phase_at[i], batch[1], batch[2]]; k++) {
        print in_words(batch[2], text_at[phase_at[i], batch[1], batch[2], k]) >file
      }
    }
  }
}

function in_words(tool, text) {
  if (tool ~ /^(ip|tc|nft)$/) return tool " " text
  if (tool != "files") return "ip -" substr(tool, length(tool)) " " text
  sub(/ /, "=", text)
  return "sysctl " substr(text, 11)
}
