# Whether the IPv6 addresses asked for can be used, which takes a local route as well: prints `done`, `waiting` or `failed KEY`.

part == "wanted" { wanted[$0]; next }

{ kind = kind_of($0) }

kind == "link" && (/[<,]NO-CARRIER[,>]/ || !/[<,]UP[,>]/) { still[link_name($0)] }

kind == "address" && (address_key($0) in wanted) {
  if (/ dadfailed /) failed = address_key($0)
  else if (!no_carrier(device_of_address($0))) {
    if (/ tentative /) waiting = 1
    unusable[without_length($4), device_of_address($0)]
  }
}

# `2 2001:db8::1 dev eth0 table 255 ...`
/^[24] [^ ]*:/ { delete unusable[$2, value_of("dev", $0)] }

function no_carrier(device,    name) {
  for (name in still) if (name == device || index(name, device "@") == 1) return 1
  return 0
}

END {
  for (address in unusable) waiting = 1
  print failed ? "failed " failed : (waiting ? "waiting" : "done")
}
