# Addresses of one device and family: those that were there, in the same order, and none that were touched.

function keep_address(text,    key, family) {
  key = address_key(text)
  family = family_of(text)
  if (part == "now") now_addresses[key]
  source[without_length($4)] # one address may have taken others with it
  keep("address", key, device_of_address(text) " " family (family == 6 ? " " value_of("scope", text) : ""), text)
}

function plan_addresses(    g) {
  for (g = 1; g <= groups["address"]; g++) restore_addresses(group["address", g])
}

function restore_addresses(name,    i, n, key) {
  if (mode == "undo") {
    undo_addresses(name)
    return
  }
  n = size["before", name]
  for (i = 1; i <= n; i++) {
    key = key_of[line["before", name, i]]
    if (("now", key) in present || key in touched || ("link " device_of_address(line["before", name, i])) in removed) continue
    if (!comes_when_up(line["before", name, i]) && !(name ~ /^[^ ]+ 6 / && has_joined(device_of_address(line["before", name, i])))) add_address(line["before", name, i])
  }
}

# Whether the kernel will make this address again when its link, which the change has set down, is up again. Others can be added while it is down.
function comes_when_up(text,    name) {
  name = device_of_address(text)
  return any_link && ("now", name) in here && !has_flag("now", name, "UP") && text ~ / inet6 fe80:/ && value_of("scope", text) == 253 && value_of("proto", text) ~ /^(0x)?3?$/
}

# Order matters: of several IPv4 addresses in a subnet the first is the primary one, and the source that the kernel chooses. It puts
# a new IPv4 address last and a new IPv6 address first, so what follows (precedes) the first difference is removed and added again.
function undo_addresses(name,    is6, i, n, m, was, is, text) {
  is6 = name ~ /^[^ ]+ 6 /
  n = size["before", name] + 0
  m = 0
  for (i = 1; i <= size["now", name]; i++) {
    text = line["now", name, is6 ? size["now", name] + 1 - i : i]
    if (("before", key_of[text]) in present || key_of[text] in touched || of_new_link(text)) is[++m] = text
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

# Whether the kernel has made this link-local address of a touched link itself, when IPv6 began there anew.
function of_new_link(text) {
  return device_of_address(text) in touched_link && text ~ / inet6 fe80:/ && value_of("scope", text) == 253
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
  if (family_of(text) == 6) emit("dad", address_key(text))
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
