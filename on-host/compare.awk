# Whether what a plan read is the same in two states: prints a key that differs, or nothing.
#
# Keys that were read: `device NAME` (the link and its addresses), `bond NAME` (its members, and what stands on it),
# `routes FAMILY TABLE DESTINATION`, or an object's own (keys.awk); others are not looked at here.

part == "reads" { wanted[canonical_key($0)]; next }

# Rules of both families look alike, and there is nothing to a rule but its key.
/^family / { family = $2; next }
/^[0-9]+:\t/ { $0 = rule_key($0, family) }

# Most lines are the same in both, and in the same order: these need no closer look.
part == "seen" {
  line[++count] = $0
  place[$0] = count
  next
}

{
  if (!($0 in place)) note($0, "")
  else if (place[$0] > last) {
    last = place[$0]
    delete place[$0]
  } else note($0, "moved ")
}

function note(text, how,    kind, name, i) {
  kind = kind_of(text)
  if (kind == "route") {
    read_route(text, route)
    keep("routes " route["family"] " " route["table"] " " route["destination"], how masked(text, kind))
    keep(route_key(route), masked(text, kind))
  } else if (kind == "address") {
    keep("device " device_of_address(text), how masked(text, kind))
    keep(address_key(text), masked(text, kind))
  } else if (kind == "link") {
    # A device with `@` in its name can't be told from one with a peer: it counts for both.
    name = link_name(text)
    keep_link(name, how, masked(text, kind))
    for (i = length(name); i > 1; i--) {
      if (substr(name, i, 1) != "@") continue
      keep_link(substr(name, 1, i - 1), how, masked(text, kind))
      keep("bond " substr(name, i + 1), name)
    }
    keep("bond " master_of(text), masked(text, kind))
  } else if (kind == "sysctl") keep(sysctl_key(text), text)
  else if (kind == "nft") keep(table_key(text), masked(text, kind))
  else if (text ~ /^rule /) keep(text, "there")
}

function keep_link(name, how, text) {
  keep("link " name, text)
  keep("device " name, how text)
}

function master_of(text,    word, count, i) {
  sub(/\\.*/, "", text)
  count = split(text, word, " ")
  for (i = 4; i < count; i++) if (word[i] == "master") return word[i + 1]
  return ""
}

function keep(key, text) {
  if (key in wanted) shown[part, key] = shown[part, key] "\n" text
}

END {
  part = "seen"
  for (i = 1; i <= count; i++) if (line[i] in place) note(line[i], "")
  for (key in wanted) {
    if (shown["seen", key] != shown["before", key]) {
      print key
      exit
    }
  }
}
