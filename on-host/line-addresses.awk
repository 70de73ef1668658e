# Which address and gateway each line has now, and whether it has a carrier. Loaded after keys.awk.
#
# Input: what line-monitor.awk says of lines, then part=now and `ip -N -d -o`: links, addresses, and one device after the other the link and its routes,
# which don't name it then.
# Output: `now I CARRIER ADDRESS4 GATEWAY4 ADDRESS6 GATEWAY6 HAS4 HAS6`. CARRIER: yes, no, or gone; HAS: whether the line's own table has that default.

part != "now" && $1 == "line" {
  table_number[++lines] = $4
  device[lines] = $5
  declared[lines, "gateway", 4] = $6
  declared[lines, "gateway", 6] = $7
  declared[lines, "address", 4] = $8
  declared[lines, "address", 6] = $9
  next
}

part != "now" { next }

/^[0-9]+: [^ ]+: </ {
  name = link_name($0)
  sub(/@.*/, "", name)
  carrier[name] = /[<,]UP[,>]/ && /[<,]LOWER_UP[,>]/ ? "yes" : "no"
  ifindex[name] = $1 + 0
  next
}

# Not one that can't be used yet, nor one that is going; the first that the kernel would take.
/^[0-9]+: [^ ]+ +inet6? / && / scope 0 / && !/ (tentative|dadfailed|deprecated|temporary|secondary) / {
  family = $3 == "inet6" ? 6 : 4
  if (!(($2, family) in address)) address[$2, family] = without_length($4)
  next
}

/^[0-9]+ default / {
  read_route($0, route)
  via = value_of("via", $0)
  if (via == "inet6") via = value_of("inet6", $0)
  family = route["family"]
  if (route["proto"] == 205) own[name, family, route["table"]] = via " " route["src"]
  else if (via != "" && better(name, family, route)) {
    rank[name, family] = rank_of(route)
    gateway[name, family] = via
    if (route["src"] != "") source[name, family] = route["src"]
  }
}

# What the lease or the router said comes before what anybody else has set.
function rank_of(route) {
  return (route["proto"] == 16 || route["proto"] == 9 ? 0 : 4294967296) + route["metric"]
}

function better(name, family, route) {
  return !((name, family) in rank) || rank_of(route) < rank[name, family]
}

END {
  for (i = 1; i <= lines; i++) {
    text = "now " i " " (device[i] in carrier ? carrier[device[i]] : "gone")
    has = ""
    for (family = 4; family <= 6; family += 2) {
      via = gateway_of(i, family)
      from = address_of(i, family, via)
      text = text " " from " " via
      has = has " " (own[device[i], family, 20500 + table_number[i]] == (via == "-" ? "" : via) " " (from == "-" ? "" : from) ? "yes" : "no")
    }
    print text has
  }
}

# `-`: none, or not known.
function gateway_of(i, family,    name, via) {
  via = declared[i, "gateway", family]
  if (via == "none") return "-"
  if (via != "dhcp" && via != "ra") return via
  name = device[i]
  if ((name, family) in gateway) return gateway[name, family]
  return family == 4 ? leased(name) : "-"
}

function address_of(i, family, via,    from) {
  from = declared[i, "address", family]
  if (from != "-" || declared[i, "gateway", family] == "-") return from
  if ((device[i], family) in source && via == gateway[device[i], family]) return source[device[i], family]
  return (device[i], family) in address ? address[device[i], family] : "-"
}

# Where the lease makes no default route: what systemd-networkd and dhclient have written down of it.
function leased(name,    file, text, value, mine) {
  value = "-"
  file = "/run/systemd/netif/leases/" ifindex[name]
  while (ifindex[name] != "" && (getline text <file) > 0) if (text ~ /^ROUTER=/) value = first_of(substr(text, 8))
  close(file)
  if (value != "-") return value
  file = "/var/lib/dhcp/dhclient." name ".leases"
  while ((getline text <file) > 0) {
    if (text ~ /^ *interface /) mine = text ~ "\"" name "\""
    else if (mine && text ~ /option routers /) {
      sub(/.*option routers /, "", text)
      value = first_of(text)
    }
  }
  close(file)
  return value
}

function first_of(list) {
  sub(/[ ,;].*/, "", list)
  return list == "" ? "-" : list
}
