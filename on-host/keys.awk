# What a line of state_text or state_more is about, and the keys of objects. Loaded before all others. Runs in mawk, gawk and busybox.
#
# Keys: `link NAME`, `address 4 DEVICE LOCAL/LENGTH PEER|-`, `address 6 DEVICE LOCAL`,
# `route 4 TABLE DESTINATION TOS METRIC`, `route 6 TABLE DESTINATION SOURCE|any METRIC`,
# `rule FAMILY PRIORITY WORDS` (rule_key below), `neighbour FAMILY DEVICE ADDRESS`, `nexthop ID`, `qdisc DEVICE PARENT`,
# `sysctl KEY` (as a path: `net/ipv4/conf/eth0.100/rp_filter`), `nft FAMILY TABLE`.

# "link", "address", "route", ... or "": what `ip -d` adds below a line, and routes of families that are not ours. Of routes there may be
# very many: they are asked for first.
function kind_of(line) {
  if (line ~ /^[0-9]+ [^ ]/) return line ~ /^[0-9]+ (default|([0-9]+\.[0-9.]+|[0-9a-f]*:[0-9a-f:.]*)(\/[0-9]+)?)( |$)/ ? "route" : ""
  if (line ~ /^[0-9]+: [^ ]+: </) return "link"
  if (line ~ /^[0-9]+: [^ ]+ +inet6? /) return "address"
  if (line ~ /^[0-9]+:\t/) return "rule"
  if (line ~ /^\/proc\/sys\//) return "sysctl"
  if (line ~ /^qdisc /) return "qdisc"
  if (line ~ /^table inet /) return "nft"
  if (line ~ /^id [0-9]/) return "nexthop"
  return line ~ /^[0-9a-f.:]+ dev / ? "neighbour" : ""
}

# `2: eth0@if3: <...>` -> `eth0@if3`: only `ip` knows whether `@` is part of the name.
function link_name(line,    word) {
  split(line, word, " ")
  return substr(word[2], 1, length(word[2]) - 1)
}

function family_of(line) {
  if (kind_of(line) == "address") return line ~ /^[0-9]+: [^ ]+ +inet6 / ? 6 : 4
  return family_of_route(line)
}

function family_of_route(line) {
  return line ~ / pref / ? 6 : 4
}

function device_of_address(line,    word) {
  split(line, word, " ")
  return word[2]
}

function address_key(line,    word, slash, length_) {
  split(line, word, " ")
  slash = index(word[4], "/")
  if (word[3] == "inet6") return "address 6 " word[2] " " (slash ? substr(word[4], 1, slash - 1) : word[4])
  if (word[5] != "peer") return "address 4 " word[2] " " (slash ? word[4] : word[4] "/32") " -"
  slash = index(word[6], "/")
  length_ = slash ? substr(word[6], slash) : "/32"
  return "address 4 " word[2] " " word[4] length_ " " (slash ? substr(word[6], 1, slash - 1) : word[6])
}

# ---- routes -------------------------------------------------------------------------------------------------------------------

# The words of a route as `ip` takes them, in `word`; returns how many.
function route_words(line, word) {
  if (index(line, "\\")) gsub(/\\\t/, " ", line)
  return split(line, word, " ")
}

# Fills `route`: family, destination, from, table, tos, metric, proto, src, nhid, and devices (each followed by a space).
function read_route(line, route,    word, count, i, name) {
  count = route_words(line, word)
  route["family"] = family_of_route(line)
  route["destination"] = canonical(word[2])
  route["from"] = "any"
  route["tos"] = 0
  route["metric"] = 0
  route["table"] = 254
  route["proto"] = 3
  route["src"] = ""
  route["nhid"] = ""
  route["devices"] = " "
  for (i = 3; i < count; i++) {
    name = word[i]
    if (name == "encap") i = end_of_encapsulation(word, i, count)
    else if (name == "dev") route["devices"] = route["devices"] word[++i] " "
    else if (name == "from") route["from"] = canonical(word[++i])
    else if (name == "tos") route["tos"] = number(word[++i])
    else if (name ~ /^(table|metric|proto|src|nhid)$/) route[name] = word[++i]
  }
}

# The last word of a tunnel, which has words of its own by the names of a route's: `encap ip id 5 src ... ttl 0 tos 4 tos 0x10 via`.
# The route's own tos is printed in hexadecimal, a tunnel's in decimal.
function end_of_encapsulation(word, i, count) {
  while (i < count && word[i + 1] !~ /^(via|dev|nhid)$/ && !(word[i + 1] == "tos" && word[i + 2] ~ /^0x/)) i++
  return i
}

function route_key(route) {
  return key_before(route) route["destination"] key_after(route)
}

function key_before(route) {
  return "route " route["family"] " " route["table"] " "
}

function key_after(route) {
  return " " (route["family"] == 6 ? route["from"] : route["tos"]) " " route["metric"]
}

# Where there are very many routes, most differ in nothing but their destination: what can be said of the rest of a line is worked out once for
# all of them. Sets `destination_word`, and `shape` to the line without it.
function take_apart(line) {
  match(line, / [^ ]+/)
  destination_word = substr(line, RSTART + 1, RLENGTH - 1)
  shape = substr(line, 1, RSTART) substr(line, RSTART + RLENGTH)
}

# The key of the route of a line.
function key_of_route(line,    route) {
  take_apart(line)
  if (!(shape in before_destination)) {
    read_route(line, route)
    before_destination[shape] = key_before(route)
    after_destination[shape] = key_after(route)
  }
  return before_destination[shape] canonical(destination_word) after_destination[shape]
}

# Fills `hops` with a route's next hops, `via ADDRESS dev DEVICE` each, and returns the rest of it. The last one that is left is shown
# like the only one of a simple route.
function split_hops(text, hops,    word, count, i, rest, many, hop) {
  split("", hops)
  count = split(masked(text, "route"), word, " ")
  for (i = 1; i <= count; i++) {
    if (word[i] == "nexthop") many = 1
    else if (word[i] == "via") hop = "via " word[++i]
    else if (word[i] == "dev") hops[hop " dev " word[++i]]
    else if (many && word[i] == "weight") i++
    else if (word[i] != "onlink") rest = rest " " word[i]
  }
  return rest
}

# A prefix as `ip` prints it: without the length when it is a single address.
function canonical(prefix,    slash) {
  if (prefix == "0.0.0.0/0" || prefix == "::/0") return "default"
  slash = index(prefix, "/")
  return slash && substr(prefix, slash) == (index(prefix, ":") ? "/128" : "/32") ? substr(prefix, 1, slash - 1) : prefix
}

# ---- rules --------------------------------------------------------------------------------------------------------------------

# The key of a rule is all of it: priorities are not unique. Fills `word` with what `ip rule` prints, in the words that it takes;
# returns how many. `100:<tab>from all fwmark 0x1 iif eth0 [detached] lookup 500 proto 205` -> `priority 100 fwmark 0x1 iif eth0 ...`.
function rule_words(line, word,    printed, count, i, n, name) {
  count = split(line, printed, " ")
  word[1] = "priority"
  word[2] = substr(printed[1], 1, length(printed[1]) - 1)
  n = 2
  for (i = 2; i <= count; i++) {
    name = printed[i]
    if (name ~ /^\[/ || (name ~ /^(from|to)$/ && printed[i + 1] == "all")) {
      if (name !~ /^\[/) i++
    } else if (name == "lookup" && printed[i + 1] ~ /^\[/) { # the table of the device's VRF
      word[++n] = "l3mdev"
      i++
    } else if (is_lone(name)) word[++n] = name == 6 ? "blackhole" : (name == 7 ? "unreachable" : (name == 8 ? "prohibit" : name))
    else {
      word[n + 1] = name == "lookup" ? "table" : name
      word[n + 2] = rule_value(name, printed[i + 1])
      n += 2
      i++
    }
  }
  return n
}

# Words without a value; an action by its number is one.
function is_lone(name) {
  return name ~ /^(not|nop|l3mdev|blackhole|unreachable|prohibit|[0-9]+)$/
}

function rule_value(name, value) {
  sub(/^ipproto-/, "", value) # what `ip -N` makes of a protocol's number
  if (name == "fwmark" && value == 0) return "0/0xffffffff" # 0 alone is read as no mark at all
  return name == "from" || name == "to" ? canonical(value) : value
}

function rule_key(line, family,    word, count) {
  count = rule_words(line, word)
  return sorted_rule("rule " family " " word[2], word, count, 3)
}

# In any order, as they come from a request: `rule 4 100 from 192.0.2.0/24 table 500 proto 205`.
function sorted_rule(key, word, count, from,    pair, n, i, j, text, name) {
  n = 0
  for (i = from; i <= count; i++) {
    name = word[i]
    if (name == "lookup") name = "table"
    if (name == "protocol") name = "proto"
    if (is_lone(name)) text = name
    else {
      text = word[++i]
      if ((name == "proto" && text == 0) || ((name == "from" || name == "to") && (text == "all" || text ~ /^(0\.0\.0\.0|::)\/0$/))) continue
      text = name " " canonical_value(name, text)
    }
    for (j = n++; j > 0 && pair[j] > text; j--) pair[j + 1] = pair[j]
    pair[j + 1] = text
  }
  for (i = 1; i <= n; i++) key = key " " pair[i]
  return key
}

# A value may have a mask; one of all bits is none.
function canonical_value(name, value,    half) {
  if (name == "from" || name == "to") return canonical(value)
  if (name == "tos") return number(value ~ /^0x/ ? value : "0x" value)
  if (name !~ /^(fwmark|dscp|flowlabel|sport|dport)$/ || value ~ /-/) return value
  if (split(value, half, "/") == 1 || number(half[2]) == all_bits(name)) return number(half[1])
  return number(half[1]) "/" number(half[2])
}

function all_bits(name) {
  return name == "fwmark" ? "4294967295" : (name == "flowlabel" ? "1048575" : (name == "dscp" ? "63" : "65535"))
}

# ---- others -------------------------------------------------------------------------------------------------------------------

# `192.0.2.7 dev eth0 lladdr ... PERMANENT`; an address for which the host answers is another object: `... dev eth0 proxy`.
function neighbour_key(line,    word) {
  split(line, word, " ")
  return "neighbour " (word[1] ~ /:/ ? 6 : 4) " " word[3] " " word[1] (word[4] == "proxy" ? " proxy" : "")
}

function nexthop_key(line,    word) {
  split(line, word, " ")
  return "nexthop " word[2]
}

# `qdisc tbf 5: dev eth0 root ...` -> `qdisc eth0 root`.
function qdisc_key(line,    word) {
  split(line, word, " ")
  return "qdisc " word[5] " " (word[6] == "parent" ? word[7] : word[6])
}

# `/proc/sys/net/ipv4/ip_forward:1` -> `sysctl net/ipv4/ip_forward`. No device's name has a colon.
function sysctl_key(line) {
  return "sysctl " substr(line, 11, index(line, ":") - 11)
}

# `table inet NAME { set alive { type mark; ...` -> `nft inet NAME`.
function table_key(line,    word) {
  split(line, word, " ")
  return "nft " word[2] " " word[3]
}

# A key of a request in the spelling used here.
function canonical_key(key,    word, count) {
  if (key !~ /^(routes?|rule) /) return key
  # Nothing in it that `canonical` would change.
  if (key ~ /^route/ && !index(key, "/32") && !index(key, "/128") && !index(key, "/0")) return key
  count = split(key, word, " ")
  if (word[1] == "rule") return sorted_rule("rule " word[2] " " word[3], word, count, 4)
  if (word[1] == "routes") return "routes " word[2] " " word[3] " " canonical(word[4])
  return "route " word[2] " " word[3] " " canonical(word[4]) " " (word[2] == 6 ? canonical_source(word[5]) : word[5]) " " word[6]
}

function canonical_source(source) {
  return source == "any" ? "any" : canonical(source)
}

# `0x10` -> 16, as text: mawk writes a number above 2147483647 as 4.29497e+09.
function number(text,    value, i) {
  if (text !~ /^0x/) return sprintf("%.0f", text)
  value = 0
  for (i = 3; i <= length(text); i++) value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
  return sprintf("%.0f", value)
}

# ---- what two states are compared by ------------------------------------------------------------------------------------------

# The line without what changes by itself: time running out, carrier coming and going, what the hardware took over.
function masked(line, kind) {
  if (kind == "link") return masked_link(line)
  if (kind == "nft") return masked_table(line)
  if (kind != "route") return without_passing(line)
  take_apart(line)
  if (!(shape in masked_shape)) masked_shape[shape] = without_passing(shape)
  return destination_word " " masked_shape[shape]
}

function without_passing(line) {
  line = line " "
  gsub(/ (tentative|dead|linkdown|offload|rt_offload|offload_failed|trap|rt_trap) /, " ", line)
  gsub(/ (tentative|dead|linkdown|offload|rt_offload|offload_failed|trap|rt_trap) /, " ", line)
  gsub(/_lft [0-9]+sec/, "_lft some", line)
  gsub(/ expires [0-9]+sec/, " expires some", line)
  gsub(/ error -?[0-9]+/, "", line)
  gsub(/\\/, " ", line)
  gsub(/[ \t]+/, " ", line)
  sub(/ $/, "", line)
  return line
}

# Of a link what a plan can depend on: its name, whether it is up, MTU, master, group, queue and hardware address, the options of a bond or
# VLAN, and what can be set of a bond's member. What a bond changes by itself is left out: which member is active, how each is doing, what LACP
# has agreed on, and its members' addresses, or its own where that is the active member's.
function masked_link(line,    segment, count, word, words, i, text, options) {
  sub(/ addrgenmode [^\\]*/, "", line)
  count = split(line, segment, /\\ +/)
  words = split(segment[1], word, " ")
  text = word[2] " " flags_without_carrier(word[3])
  for (i = 4; i < words; i++) if (word[i] ~ /^(mtu|master|group|qlen)$/) text = text " " word[i] " " word[i + 1]
  for (i = 3; i <= count; i++) {
    if (segment[i] ~ /^alias /) break
    if (segment[i] ~ /^bond_slave /) options = options " queue_id " value_of("queue_id", segment[i]) " prio " value_of("prio", segment[i])
    else if (segment[i] ~ /^(bond|vlan|ingress-qos-map|egress-qos-map) /) options = options " " segment[i]
  }
  gsub(/ (active_slave|ad_aggregator|ad_num_ports|ad_actor_key|ad_partner_key|ad_partner_mac) [^ ]+/, "", options)
  if (line !~ / bond_slave state / && options !~ / fail_over_mac active /) {
    split(segment[2], word, " ")
    text = text " " word[1] " " word[2]
  }
  return text options
}

# Of the set of lines that are up the elements are the line monitor's.
function masked_table(line,    at, rest) {
  at = index(line, " set alive { type mark; elements = {")
  if (!at) return line
  rest = substr(line, at + length(" set alive { type mark"))
  sub(/^; elements = [{][^}]*[}]/, "", rest)
  return substr(line, 1, at - 1) " set alive { type mark" rest
}

function flags_without_carrier(flags) {
  flags = "," substr(flags, 2, length(flags) - 2) ","
  gsub(/,(NO-CARRIER|LOWER_UP|M-DOWN|RUNNING|DORMANT)/, "", flags)
  return flags
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
