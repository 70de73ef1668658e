# Whether what a plan read is the same in two states: prints a key that differs, or nothing.
#
# Keys that were read: `device NAME` (the link and its addresses), `routes FAMILY TABLE DESTINATION`; others are not looked at here.

part == "reads" { wanted[canonical_key($0)]; next }

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
  } else if (kind == "address") {
    keep("device " device_of_address(text), how masked(text, kind))
  } else if (kind == "link") {
    # A device with `@` in its name can't be told from one with a peer: it counts for both.
    name = link_name(text)
    keep("device " name, how masked(text, kind))
    for (i = length(name); i > 1; i--) if (substr(name, i, 1) == "@") keep("device " substr(name, 1, i - 1), how masked(text, kind))
  }
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
