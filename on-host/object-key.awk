# Of lines of the state, which object each is about. Loaded by history.awk and take-back.awk.

# There may be many routes, of which few are meant: only those to these destinations are looked at, and the kernel's own.
function note_destination(key,    word) {
  if (split(key, word, " ") && word[1] == "route") destination[word[4]]
}

# The key of what a line shows, or nothing; `family` is set by the lines before those of rules.
function object_key(text,    what, link, route) {
  if (text ~ /^family [46]$/) {
    family = substr(text, 8)
    return ""
  }
  what = kind_of(text)
  if (what == "route") {
    take_apart(text)
    if (!(canonical(destination_word) in destination)) {
      if (text !~ / proto 2 /) return ""
      # They come and go with addresses and links: each device has its own.
      read_route(text, route)
      return "kernel " route_key(route) route["devices"]
    }
    return key_of_route(text)
  }
  if (what == "link") {
    read_link(text, link)
    return "link " link["name"]
  }
  if (what == "address") return address_key(text)
  if (what == "rule") return rule_key(text, family)
  if (what == "sysctl") return sysctl_key(text)
  if (what == "nft") return table_key(text)
  if (what == "neighbour") return neighbour_key(text)
  if (what == "nexthop") return nexthop_key(text)
  return what == "qdisc" ? qdisc_key(text) : ""
}
