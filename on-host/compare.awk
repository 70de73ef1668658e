# Whether what a plan read is the same in two states: prints a key that differs, or nothing.
#
# Keys that were read: `device NAME` (the link and its addresses), `routes FAMILY TABLE DESTINATION`; others are not looked at here.

part == "reads" { wanted[canonical_key($0)]; next }

{ kind = kind_of($0) }

kind == "route" {
  read_route($0, route)
  note("routes " route["family"] " " route["table"] " " route["destination"], $0)
}

kind == "address" { note("device " device_of_address($0), $0) }

# A device with `@` in its name can't be told from one with a peer: it counts for both.
kind == "link" {
  name = link_name($0)
  note("device " name, $0)
  for (i = length(name); i > 1; i--) if (substr(name, i, 1) == "@") note("device " substr(name, 1, i - 1), $0)
}

function note(key, line) {
  if (key in wanted) shown[part, key] = shown[part, key] "\n" masked(line, kind)
}

END {
  for (key in wanted) {
    if (shown["seen", key] != shown["before", key]) {
      print key
      exit
    }
  }
}
