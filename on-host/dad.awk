# Whether the IPv6 addresses asked for can be used: prints `done`, `waiting` or `failed KEY`.

part == "wanted" { wanted[$0]; next }

{ kind = kind_of($0) }

kind == "link" && (/[<,]NO-CARRIER[,>]/ || !/[<,]UP[,>]/) { still[link_name($0)] }

kind == "address" && (address_key($0) in wanted) {
  if (/ dadfailed /) failed = address_key($0)
  else if (!no_carrier(device_of_address($0))) waiting = 1
}

function no_carrier(device,    name) {
  for (name in still) if (name == device || index(name, device "@") == 1) return 1
  return 0
}

END { print failed ? "failed " failed : (waiting ? "waiting" : "done") }
