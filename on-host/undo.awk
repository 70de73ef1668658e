# What makes up for the difference between two states: writes batches for `ip -4` and `ip -6` to OUT.4 and OUT.6 (lines that a batch
# can't hold to OUT-odd.4 and OUT-odd.6), keys of IPv6 addresses that come back to OUT.dad. Ends with 1 when there is no difference.
#
# mode=undo        back to `before`: what was touched as it was, and what vanished with it; what others added stays.
# mode=collateral  only what vanished and was not touched: the change itself stays.
# phase            addresses, routes or all. elapsed: seconds since `before`. round: from the second on, less gently.

part == "touches" {
  key = canonical_key($0)
  touched[key]
  if ($1 == "link") device[$2]
  if ($1 == "address") device[$3]
  # A line may hit another route to the same destination: without a metric, `route del` takes the first one.
  if ($1 == "route") {
    split(key, word, " ")
    destination[word[2], word[3], word[4]]
  }
  next
}

part == "removes" { removed[canonical_key($0)]; next }

# Links, and what `ip -d` adds to them, are of no interest here; routes only where they differ.
/^[0-9]+: [^ ]+ +inet6? / {
  if ($2 in device) keep_address($0)
  next
}

/^[0-9]+ / && phase != "addresses" {
  listed[part, ++count[part]] = $0
  if (part == "before") place[$0] = count[part]
  else if ($0 in place && place[$0] > last) { # the same, and in the same order
    last = place[$0]
    delete place[$0]
  } else differs($0)
}

END {
  for (i = 1; i <= count["before"]; i++) if (listed["before", i] in place) differs(listed["before", i])
  if (phase != "addresses") keep_routes()
  if (phase != "routes") for (g = 1; g <= groups["address"]; g++) restore_addresses(group["address", g])
  if (phase != "addresses") for (g = 1; g <= groups["route"]; g++) restore_routes(group["route", g])
  flush()
  exit written ? 0 : 1
}

# A route that is not as it was: all routes to its destination deserve a look.
function differs(text) {
  split(text, word, " ")
  worth_reading[word[2]]
}

function keep_address(text,    key, family) {
  key = address_key(text)
  family = family_of(text)
  if (part == "now") now_addresses[key]
  source[without_length($4)] # one address may have taken others with it
  keep("address", key, device_of_address(text) " " family (family == 6 ? " " value_of("scope", text) : ""), text)
}

function keep_routes(    i, key) {
  for (part = "before"; part != ""; part = part == "before" ? "now" : "") {
    for (i = 1; i <= count[part]; i++) {
      split(listed[part, i], word, " ")
      if (!(word[2] in worth_reading) || kind_of(listed[part, i]) != "route") continue
      read_route(listed[part, i], route)
      key = route_key(route)
      keep("route", key, key, listed[part, i])
      proto_of[listed[part, i]] = route["proto"]
      if (key in touched || concerned(route)) looked_at[key]
      if (route["table"] == 255 && route["proto"] == 2) of_kernel[key]
    }
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

# Whether a route can have vanished with what was touched.
function concerned(route,    name, i, n) {
  if (route["src"] in source || (route["family"], route["table"], route["destination"]) in destination) return 1
  n = split(route["devices"], name, " ")
  for (i = 1; i <= n; i++) if (name[i] in device) return 1
  return 0
}

# ---- addresses ----------------------------------------------------------------------------------------------------------------

function restore_addresses(name,    i, n, key) {
  if (mode == "undo") {
    undo_addresses(name)
    return
  }
  n = size["before", name]
  for (i = 1; i <= n; i++) {
    key = key_of[line["before", name, i]]
    if (!(("now", key) in present) && !(key in touched)) add_address(line["before", name, i])
  }
}

# Order matters: of several IPv4 addresses in a subnet the first is the primary one, and the source that the kernel chooses. It puts
# a new IPv4 address last and a new IPv6 address first, so what follows (precedes) the first difference is removed and added again.
function undo_addresses(name,    is6, i, n, m, was, is, text) {
  is6 = name ~ /^[^ ]+ 6 /
  n = size["before", name] + 0
  m = 0
  for (i = 1; i <= size["now", name]; i++) {
    text = line["now", name, is6 ? size["now", name] + 1 - i : i]
    if (("before", key_of[text]) in present || key_of[text] in touched) is[++m] = text
  }
  for (i = 1; i <= n; i++) was[i] = line["before", name, is6 ? n + 1 - i : i]
  for (i = 1; i <= n && i <= m && same_address(was[i], is[i]); i++) restore_lifetimes(was[i], is[i])
  if (i > n && i > m) return
  if (is6 && (round >= 2 || any_temporary(was, i, n))) {
    undo_addresses_as_a_set(was, n, is, m)
    return
  }
  for (; m >= i; m--) emit(family_of(is[m]), "addr del " address_name(is[m]))
  for (; i <= n; i++) add_address(was[i])
}

# The kernel makes temporary addresses, nobody else can: they are left where they are.
function any_temporary(lines, from, to,    i) {
  for (i = from; i <= to; i++) if (lines[i] ~ / temporary /) return 1
  return 0
}

function undo_addresses_as_a_set(was, n, is, m,    i, j) {
  for (j = 1; j <= m; j++) {
    for (i = 1; i <= n && !same_address(was[i], is[j]); i++);
    if (i > n) emit(6, "addr del " address_name(is[j]))
  }
  for (i = 1; i <= n; i++) {
    for (j = 1; j <= m && !same_address(was[i], is[j]); j++);
    if (j > m) add_address(was[i])
    else restore_lifetimes(was[i], is[j])
  }
}

# The same but for lifetimes, and for what follows from them.
function same_address(a, b) {
  return without_lifetimes(a) == without_lifetimes(b)
}

function without_lifetimes(text) {
  text = masked(text, "address")
  sub(/^[0-9]+: /, "", text)
  gsub(/ (dynamic|deprecated) /, " ", text)
  gsub(/ (dynamic|deprecated) /, " ", text)
  gsub(/_lft (forever|some)/, "_lft", text)
  return text
}

function restore_lifetimes(was, is) {
  if (near(value_of("valid_lft", was), value_of("valid_lft", is)) && near(value_of("preferred_lft", was), value_of("preferred_lft", is))) return
  emit(family_of(was), "addr change " address_words(was, 1))
}

# Whether a time that was left is what is left now.
function near(was, is) {
  if (was !~ /sec$/ || is !~ /sec$/) return was == is
  return (was + 0) - elapsed - 2 <= is + 0 && is + 0 <= was + 2
}

function left(was) {
  if (was !~ /sec$/) return was
  return was + 0 > elapsed ? was - elapsed : 0
}

function add_address(text) {
  emit(family_of(text), "addr add " address_words(text, 0))
  if (family_of(text) == 6) waited = waited address_key(text) "\n"
}

# `3: adsl    inet 192.0.2.1 peer 192.0.2.9/32 ... ` -> `192.0.2.1 peer 192.0.2.9/32 dev adsl`.
function address_name(text,    word) {
  split(text, word, " ")
  return word[4] (word[5] == "peer" ? " peer " word[6] : "") " dev " word[2]
}

function address_words(text, with_lifetimes,    word, count, i, words, label) {
  gsub(/\\ +/, " ", text)
  count = split(text, word, " ")
  words = address_name(text)
  for (i = word[5] == "peer" ? 7 : 5; i < count && word[i] != "valid_lft"; i++) {
    if (word[i] ~ /^(brd|any|metric|proto)$/) { words = words " " (word[i] == "any" ? "anycast" : word[i]) " " word[i + 1]; i++ }
    else if (word[i] == "scope") { if (word[3] == "inet") words = words " scope " word[i + 1]; i++ }
    else if (word[i] ~ /^(noprefixroute|home|nodad|mngtmpaddr|autojoin|optimistic)$/) words = words " " word[i]
    else if (word[i + 1] == "valid_lft" && word[3] == "inet" && word[i] != word[2]) words = words " label " word[i]
  }
  if (with_lifetimes || value_of("valid_lft", text) != "forever" || value_of("preferred_lft", text) != "forever") {
    words = words " valid_lft " left(value_of("valid_lft", text)) " preferred_lft " left(value_of("preferred_lft", text))
  }
  return words
}

# ---- routes -------------------------------------------------------------------------------------------------------------------

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
    if (proto_of[text] != 2) return 0
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
  m = size["now", key] + 0
  for (i = 1; i <= n; i++) {
    was = line["before", key, i]
    if (among("now", key, was) || (mode == "collateral" && proto_of[was] == 2)) continue
    # An IPv6 route outlives its preferred source, without it.
    if (n == 1 && m == 1 && was ~ / src / && without_source(was) == without_source(line["now", key, 1])) add_route("replace", was)
    else if (m < n) add_route("append", was)
  }
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

function without_source(text) {
  text = masked(text, "route")
  sub(/ src [^ ]+/, "", text)
  return text
}

# What is needed to reach others comes first: scope host, then link, then what has a gateway.
function rank_of(text) {
  return value_of("scope", text) == 254 ? 1 : (text ~ / (via|nhid) / ? 3 : 2)
}

function add_route(command, text, rank,    help) {
  if (!rank) rank = rank_of(text)
  help = round >= 2 && phase != "all" ? to_gateways(text) : ""
  later(rank, lines_with("append", help) family_of(text) " route " command " " restorable(text) "\n" lines_with("del", help))
}

# Keeps lines for the end, where rank 1 comes first. Not in one long text: joining ten thousand takes seconds.
function later(rank, lines) {
  delayed[rank, ++delays[rank]] = lines
}

# A route outlives the address that made its gateway reachable, but can't be added without it: for that moment the gateway gets a
# route of its own, which nobody else has: of protocol 205 and with this metric.
function to_gateways(text,    word, count, i, help) {
  count = route_words(text, word)
  for (i = 3; i < count - 2; i++) {
    if (word[i] == "via" && word[i + 2] == "dev" && word[i + 1] !~ /^fe80:/) {
      help = help family_of(text) " route COMMAND " word[i + 1] " dev " word[i + 3] " proto 205 metric 2050" (family_of(text) == 4 ? " scope 253" : "") "\n"
    }
  }
  return help
}

function lines_with(command, help) {
  gsub(/COMMAND/, command, help)
  return help
}

# Of a key that comes back the routes in its way go first; others last, so that nothing is unreachable meanwhile.
function delete_route(text, comes_back) {
  if (comes_back) emit(family_of(text), "route del " restorable(text))
  else later(4, family_of(text) " route del " restorable(text) "\n")
}

function flush(    rank, i) {
  for (rank = 1; rank <= 4; rank++) for (i = 1; i <= delays[rank]; i++) emit_all(delayed[rank, i])
  if (waited != "") printf "%s", waited >(out ".dad")
}

# A line of `ip -N -d -o route show` as words for `ip route add`.
function restorable(text,    word, count, i, words, last, hops, name) {
  count = route_words(text, word)
  words = type_name(word[1]) " " word[2]
  for (i = 3; i <= count && word[i] != "nexthop"; i++) {
    name = word[i]
    if (name ~ /^(dead|linkdown|pervasive|offload|trap|rt_offload|rt_trap|offload_failed|unresolved|cache|\\)$/) continue
    if (name ~ /^(error|iif|uid|mark|users|age|used)$/) { i++; continue }
    if (name ~ /^(table|proto|scope|metric)$/) { last = last " " name " " word[++i] } # `features` may not come last
    else if (name == "expires") { words = words " expires " left(word[++i]) }
    else if (name == "rto_min" && word[i + 1] == "lock") { i++; words = words " rto_min" }
    else words = words " " name
  }
  if (text ~ / nhid /) words = type_name(word[1]) " " word[2] " nhid " value_of("nhid", text) (text ~ / src / ? " src " value_of("src", text) : "")
  else {
    for (; i <= count; i++) if (word[i] !~ /^(dead|linkdown|pervasive|offload|trap|unresolved|\\)$/) hops = hops " " word[i]
  }
  return words last hops
}

function type_name(number_) {
  split("unicast local broadcast anycast multicast blackhole unreachable prohibit throw nat", names, " ")
  return names[number_]
}

# ---- words --------------------------------------------------------------------------------------------------------------------

# The word after NAME: `value_of("scope", "... scope 253 ...")` -> `253`.
function value_of(name, text,    word, count, i) {
  count = split(text, word, " ")
  for (i = 3; i < count; i++) if (word[i] == name) return word[i + 1]
  return ""
}

function without_length(address) {
  sub(/\/.*/, "", address)
  return address
}

function emit_all(lines,    entry, count, i) {
  count = split(lines, entry, "\n")
  for (i = 1; i < count; i++) emit(substr(entry[i], 1, 1), substr(entry[i], 3))
}

# `#` ends a line of a batch and quotes are taken off, whatever word they are in.
function emit(family, text) {
  print text >(out (text ~ /[#'"\\]/ ? "-odd." : ".") family)
  written = 1
}
