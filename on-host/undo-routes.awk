# Routes of one key: those that were there, in the same order. Of others only what vanished, unless it has a successor.

# A route that is not as it was: all routes to its destination deserve a look.
function differs(text) {
  take_apart(text)
  worth_reading[destination_word]
}

function keep_routes(    i, key, text) {
  for (i = 1; i <= count_of["before"]; i++) if (listed["before", i] in place) differs(listed["before", i])
  for (part = "before"; part != ""; part = part == "before" ? "now" : "") {
    for (i = 1; i <= count_of[part]; i++) {
      text = listed[part, i]
      take_apart(text)
      if (!(destination_word in worth_reading) || kind_of(text) != "route") continue
      key = key_of_route(text)
      keep("route", key, key, text)
      if (key in touched || concerned(text)) looked_at[key]
      if (key ~ /^route [46] 255 / && is_of_kernel(text)) of_kernel[key]
    }
  }
}

function is_of_kernel(text,    route) {
  read_route(text, route)
  return route["proto"] == 2
}

# Whether a route can have vanished with what was touched.
function concerned(text,    route, name, i, n) {
  read_route(text, route)
  if (route["src"] in source || (route["family"], route["table"], route["destination"]) in destination) return 1
  if (lost_nexthop(route["nhid"])) return 1
  if (learnt_routes_dropped && route["family"] == 6 && route["proto"] == 9) return 1
  n = split(route["devices"], name, " ")
  for (i = 1; i <= n; i++) if (is_concerned(name[i])) return 1
  return 0
}

function plan_routes(    g) {
  keep_routes()
  for (g = 1; g <= groups["route"]; g++) restore_routes(group["route", g])
  emit_delayed()
}

function restore_routes(key) {
  if (!(key in looked_at)) return
  # The kernel's local table follows the addresses, but for leftovers where one address is there twice. IPv6's follows later (DAD).
  if (key in of_kernel) {
    if (mode == "undo" && key ~ /^route 4 / && !foreign_addresses("")) undo_routes(key)
  } else if (key in touched) {
    if (mode == "undo") undo_routes(key)
  } else if (mode == "undo" && (only_missing(key) || left_behind(key))) undo_routes(key)
  else put_back_routes(key)
}

# Whether these are connected routes that the kernel has made for an address and not removed with it. Only where nobody else has
# added an address meanwhile, which has a connected route of its own.
function left_behind(key,    i, n, text, name) {
  n = size["now", key]
  for (i = 1; i <= n; i++) {
    text = line["now", key, i]
    if (among("before", key, text)) continue
    if (!is_of_kernel(text)) return 0
    name = value_of("dev", text)
    if (!(name in device) || foreign_addresses(name)) return 0
  }
  return 1
}

# Whether somebody else has added addresses to this device, or to any that was touched.
function foreign_addresses(name,    key, word) {
  for (key in now_addresses) {
    split(key, word, " ")
    if ((name == "" || word[3] == name) && !(("before", key) in present) && !(key in touched)) return 1
  }
  return 0
}

# Whether nobody has added or changed a route with this key.
function only_missing(key,    i, n) {
  n = size["now", key]
  for (i = 1; i <= n; i++) if (!among("before", key, line["now", key, i]) && !died_of(key, line["now", key, i])) return 0
  return 1
}

function died_of(key, text,    i) {
  for (i = 1; i <= size["before", key]; i++) {
    if (died(line["before", key, i], text) && mask_of[line["before", key, i]] == mask_of[text]) return 1
  }
  return 0
}

function undo_routes(key,    n, m, i, j, last) {
  n = size["before", key] + 0
  m = size["now", key] + 0
  if (n == 1 && m == 1 && round < 2 && !died(line["before", key, 1], line["now", key, 1])) {
    if (!same_route(line["before", key, 1], line["now", key, 1])) add_route("replace", line["before", key, 1])
    return
  }
  if (key ~ /^route 6 [0-9]+ (fe80::\/64|ff00::\/8) /) { # one for each device, and all of them the same
    for (j = 1; j <= m; j++) if (!among("before", key, line["now", key, j])) delete_route(line["now", key, j], n)
    for (i = 1; i <= n; i++) if (!among("now", key, line["before", key, i])) add_route("append", line["before", key, i])
    return
  }
  for (i = 1; i <= n && i <= m && same_route(line["before", key, i], line["now", key, i]); i++);
  if (i > n && i > m) return
  for (j = m; j >= i; j--) delete_route(line["now", key, j], n)
  for (j = i; j <= n; j++) last = rank_of(line["before", key, j]) > last ? rank_of(line["before", key, j]) : last
  for (; i <= n; i++) add_route("append", line["before", key, i], last)
}

# Routes of other owners: only what is missing and has no successor (a lease that has changed), and not what the kernel brings itself.
function put_back_routes(key,    i, n, m, was) {
  n = size["before", key]
  m = size["now", key] - uncovered(key)
  for (i = 1; i <= n; i++) {
    was = line["before", key, i]
    if (among("now", key, was) || (mode == "collateral" && (is_of_kernel(was) || key ~ /^route 6 / && through_joined(was)))) continue
    # An IPv6 route outlives its preferred source, without it, and each of its next hops where the device no longer has IPv6.
    if (n == 1 && m == 1 && (lost_source(was, line["now", key, 1]) || lost_hops(was, line["now", key, 1]))) add_route("replace", was)
    # In the end, when nothing is run any more, what came back without a next hop is told, also where others have its key.
    else if (m < n || (round > 3 && came_without_hops(key, was))) add_route("append", was)
  }
}

# How many routes are no successors, but were there before: of IPv6 the kernel does not show a route without a gateway that stands between the next
# hops of a multipath route, as `append` may put it, before these have gone.
function uncovered(key,    i, j, n) {
  if (key !~ /^route 6 /) return 0
  for (i = 1; i <= size["before", key]; i++) if (line["before", key, i] ~ /nexthop /) break
  if (i > size["before", key]) return 0
  for (j = 1; j <= size["now", key]; j++) if (line["now", key, j] !~ / via / && !among("before", key, line["now", key, j])) n++
  return n + 0
}

function came_without_hops(key, was,    j) {
  for (j = 1; j <= size["now", key]; j++) if (lost_hops(was, line["now", key, j])) return 1
  return 0
}

# Whether an IPv6 route leads over a device that has become a bond's member.
function through_joined(text,    route, device_, count, i) {
  read_route(text, route)
  count = split(route["devices"], device_, " ")
  for (i = 1; i <= count; i++) if (has_joined(device_[i])) return 1
  return 0
}

function among(state, key, text,    i) {
  for (i = 1; i <= size[state, key]; i++) if (same_route(line[state, key, i], text)) return 1
  return 0
}

function same_route(a, b) {
  if (!(a in mask_of)) mask_of[a] = masked(a, "route")
  if (!(b in mask_of)) mask_of[b] = masked(b, "route")
  return mask_of[a] == mask_of[b] && !died(a, b) && (part_of_expiry(a) == "" || near(value_of("expires", a), value_of("expires", b)))
}

# Whether the kernel has given up a next hop since: with the last IPv4 address of its device, though nothing is wrong with the link.
# To `replace` it would find the same route, dead as it is: it must go and come again.
function died(was, is) {
  return mode == "undo" && was !~ / dead / && is ~ / dead /
}

function part_of_expiry(text) {
  return text ~ / expires / ? "expires" : ""
}

function lost_source(was, is) {
  return was ~ / src / && without_source(was) == without_source(is)
}

# Whether it is the same route with fewer next hops.
function lost_hops(was, is,    had, has, hop, n) {
  if (was !~ /nexthop / || split_hops(was, had) != split_hops(is, has)) return 0
  for (hop in has) if (!(hop in had)) return 0
  for (hop in had) if (!(hop in has)) n++
  return n
}

function without_source(text) {
  text = masked(text, "route")
  sub(/ src [^ ]+/, "", text)
  return text
}

# What is needed to reach others comes first: scope host, then link, then what has a gateway.
function rank_of(text) {
  take_apart(text)
  if (!(shape in rank)) rank[shape] = value_of("scope", text) == 254 ? 1 : (text ~ / (via|nhid) / ? 3 : 2)
  return rank[shape]
}

function add_route(command, text, turn,    help) {
  if (!turn) turn = rank_of(text)
  if (round == 3) text = without_lost_source(without_dead_hops(text))
  help = round == 2 || round == 3 ? to_gateways(text) : ""
  later(turn, lines_with("append", help) family_of_route(text) " route " command " " restorable(text) "\n" lines_with("del", help))
}

# A next hop through a link that is down is refused, though a route that has others keeps it: rather without it than not at all.
function without_dead_hops(text,    part, count, i, alive) {
  count = split(text, part, "nexthop ")
  alive = part[1]
  for (i = 2; i <= count; i++) if (part[i] !~ / dead /) alive = alive "nexthop " part[i]
  return alive ~ /nexthop / ? alive : text
}

# Nor is an IPv6 route taken that prefers a source that the host no longer has, as one may be left to do.
function without_lost_source(text,    address) {
  address = family_of_route(text) == 6 && text ~ / src / ? value_of("src", text) : ""
  if (address != "" && !(address in held)) sub(/ src [^ ]+/, "", text)
  return text
}

# Keeps lines for the end, where turn 1 comes first. Not in one long text: joining ten thousand takes seconds.
function later(turn, lines) {
  delayed[turn, ++delays[turn]] = lines
}

# A route outlives the address that made its gateway reachable, and a rule that keeps it from being reached, but can't be added then: for
# that moment the gateway gets a route of its own, which nobody else has: of protocol 205 and with this metric; and in IPv4, which asks
# the rules, a rule.
function to_gateways(text,    word, count, i, help) {
  count = route_words(text, word)
  for (i = 3; i < count - 2; i++) {
    if (word[i] == "via" && word[i + 2] == "dev" && word[i + 1] !~ /^fe80:/) {
      help = help family_of_route(text) " route COMMAND " word[i + 1] " dev " word[i + 3] " proto 205 metric 2050" (family_of_route(text) == 4 ? " scope 253" : "") "\n"
      if (family_of_route(text) == 4) help = help "4 rule RULE priority 0 to " word[i + 1] " lookup 254 protocol 205\n"
    }
  }
  return help
}

function lines_with(command, help) {
  if (help == "") return ""
  gsub(/COMMAND/, command, help)
  gsub(/RULE/, command == "append" ? "add" : "del", help)
  return help
}

# Of a key that comes back the routes in its way go first; others last, so that nothing is unreachable meanwhile.
function delete_route(text, comes_back,    words) {
  words = round < 2 ? restorable(text) : without_metrics(restorable(text))
  if (comes_back) emit_route(family_of_route(text), "route del " words)
  else later(4, family_of_route(text) " route del " words "\n")
}

# The kernel removes a route only where all that the line says of it is so, and `ip` shows some metrics rounded, and which are locked not
# at all. Without them it takes the first of several routes that differ in nothing else.
function without_metrics(words) {
  if (words ~ / encap /) return words
  gsub(/ (mtu( lock)?|advmss|window|rtt|rttvar|ssthresh|cwnd( lock)?|reordering|hoplimit|initcwnd|rto_min|initrwnd|congctl( lock)?|features|fastopen_no_cookie|quickack) [^ ]+/, "", words)
  return words
}

function emit_delayed(    turn, i) {
  for (turn = 1; turn <= 4; turn++) for (i = 1; i <= delays[turn]; i++) emit_all(delayed[turn, i])
}

function emit_all(lines,    entry, count, i) {
  count = split(lines, entry, "\n")
  for (i = 1; i < count; i++) emit_route(substr(entry[i], 1, 1), substr(entry[i], 3))
}

function emit_route(family, text) {
  step = family == 4 ? 4 : 5
  emit(family, text)
}

# A line of `ip -N -d -o route show` as words for `ip route add`.
function restorable(text) {
  take_apart(text)
  if (!(shape in words_after)) {
    words_after[shape] = words_after_destination(text)
    # A next hop that discards makes its routes look like ones of that type; by that type the kernel does not find them.
    words_before[shape] = text ~ /^6 .* nhid / ? "" : type_name(substr(text, 1, index(text, " ") - 1)) " "
  }
  return words_before[shape] destination_word words_after[shape]
}

function words_after_destination(text,    word, count, i, words, last, hops, name, last_word) {
  count = route_words(text, word)
  for (i = 3; i <= count && word[i] != "nexthop"; i++) {
    name = word[i]
    if (name ~ /^(dead|linkdown|pervasive|offload|trap|rt_offload|rt_trap|offload_failed|unresolved|cache|\\)$/) continue
    if (name ~ /^(error|iif|uid|mark|users|age|used)$/) { i++; continue }
    if (name == "encap") {
      last_word = end_of_encapsulation(word, i, count)
      words = words encapsulation(word, i, last_word)
      i = last_word
      continue
    }
    if (name ~ /^(table|proto|scope|metric|tos)$/) { last = last " " name " " word[++i] } # not `features` last, nor `tos` behind a tunnel
    else if (name == "expires") { words = words " expires " left(word[++i]) }
    else if (name == "rto_min" && word[i + 1] == "lock") { i++; words = words " rto_min" }
    else words = words " " name
  }
  if (text ~ / nhid /) words = " nhid " value_of("nhid", text) (text ~ / src / ? " src " value_of("src", text) : "")
  else {
    for (; i <= count; i++) {
      if (word[i] == "encap") {
        last_word = end_of_encapsulation(word, i, count)
        hops = hops encapsulation(word, i, last_word)
        i = last_word
      } else if (word[i] !~ /^(dead|linkdown|pervasive|offload|trap|unresolved|\\)$/) hops = hops " " word[i]
    }
  }
  return words last hops
}

# A tunnel in the words that `ip` takes: `segs 2 [ 2001:db8::1 :: ]` -> `segs 2001:db8::1` (the last one, of an inline header, is the
# destination's own place).
function encapsulation(word, i, last,    words, n, segments) {
  for (; i <= last; i++) {
    words = words " " word[i]
    if (word[i] != "segs") continue
    segments = ""
    for (n = word[i + 1]; n > 0; n--) if (word[i + 2 + n] != "::") segments = word[i + 2 + n] (segments == "" ? "" : ",") segments
    words = words " " segments
    i += word[i + 1] + 3
  }
  return words
}

function type_name(number_) {
  split("unicast local broadcast anycast multicast blackhole unreachable prohibit throw nat", names, " ")
  return names[number_]
}
