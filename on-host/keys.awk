# What a line of state_text is about. Loaded before compare.awk, dad.awk and undo.awk. Runs in mawk, gawk and busybox.
#
# Keys of objects: `link NAME`, `address 4 DEVICE LOCAL/LENGTH PEER|-`, `address 6 DEVICE LOCAL`,
# `route 4 TABLE DESTINATION TOS METRIC`, `route 6 TABLE DESTINATION SOURCE|any METRIC`.

# "link", "address", "route" or "": what `ip -d` adds below a line, and routes of families that are not ours.
function kind_of(line,    word) {
  if (line ~ /^[0-9]+: [^ ]+: </) return "link"
  if (line ~ /^[0-9]+: [^ ]+ +inet6? /) return "address"
  if (line !~ /^[0-9]+ [^ ]/) return ""
  split(line, word, " ")
  return word[2] == "default" || word[2] ~ /^([0-9]+\.[0-9.]+|[0-9a-f]*:[0-9a-f:.]*)(\/[0-9]+)?$/ ? "route" : ""
}

# `2: eth0@if3: <...>` -> `eth0@if3`: only `ip` knows whether `@` is part of the name.
function link_name(line,    word) {
  split(line, word, " ")
  return substr(word[2], 1, length(word[2]) - 1)
}

function family_of(line) {
  if (kind_of(line) == "address") return line ~ /^[0-9]+: [^ ]+ +inet6 / ? 6 : 4
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

# The words of a route as `ip` takes them, in `word`; returns how many. What is an attribute's value is never taken for its name.
function route_words(line, word) {
  gsub(/\\\t/, " ", line)
  return split(line, word, " ")
}

# Fills `route`: family, destination, from, table, tos, metric, proto, src, and devices (each followed by a space).
function read_route(line, route,    word, count, i, name) {
  count = route_words(line, word)
  route["family"] = family_of(line)
  route["destination"] = canonical(word[2])
  route["from"] = "any"
  route["tos"] = 0
  route["metric"] = 0
  route["table"] = 254
  route["proto"] = 3
  route["src"] = ""
  route["devices"] = " "
  for (i = 3; i < count; i++) {
    name = word[i]
    if (name == "dev") route["devices"] = route["devices"] word[++i] " "
    else if (name == "from") route["from"] = canonical(word[++i])
    else if (name == "tos") route["tos"] = number(word[++i])
    else if (name == "table" || name == "metric" || name == "proto" || name == "src") route[name] = word[++i]
  }
}

function route_key(route) {
  return "route " route["family"] " " route["table"] " " route["destination"] " " \
    (route["family"] == 6 ? route["from"] : route["tos"]) " " route["metric"]
}

# A prefix as `ip` prints it: without the length when it is a single address.
function canonical(prefix) {
  if (prefix == "0.0.0.0/0" || prefix == "::/0") return "default"
  sub(prefix ~ /:/ ? "/128$" : "/32$", "", prefix)
  return prefix
}

# A key of a request in the spelling used here.
function canonical_key(key,    word) {
  if (key !~ /^routes? /) return key
  split(key, word, " ")
  if (word[1] == "routes") return "routes " word[2] " " word[3] " " canonical(word[4])
  return "route " word[2] " " word[3] " " canonical(word[4]) " " (word[2] == 6 ? canonical_source(word[5]) : word[5]) " " word[6]
}

function canonical_source(source) {
  return source == "any" ? "any" : canonical(source)
}

# `0x10` -> 16.
function number(text,    value, i) {
  if (text !~ /^0x/) return text + 0
  value = 0
  for (i = 3; i <= length(text); i++) value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
  return value
}

# The line without what changes by itself: time running out, carrier coming and going, what the hardware took over.
function masked(line, kind) {
  if (kind == "link") return masked_link(line)
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

# Of a link what a plan can depend on: its name, whether it is up, MTU, master and hardware address.
function masked_link(line,    word, count, i, text) {
  count = split(line, word, " ")
  text = word[2] " " flags_without_carrier(word[3])
  for (i = 4; i < count; i++) {
    if (word[i] == "mtu" || word[i] == "master" || word[i] ~ /^link\//) text = text " " word[i] " " word[i + 1]
  }
  return text
}

function flags_without_carrier(flags) {
  flags = "," substr(flags, 2, length(flags) - 2) ","
  gsub(/,(NO-CARRIER|LOWER_UP|M-DOWN|RUNNING|DORMANT)/, "", flags)
  return flags
}
