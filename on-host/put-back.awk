# The lines of the objects' files that bring back what the kernel has dropped (dropped.awk), as far as that can be now.
#
# Further files, before the memory:
#   touches         keys of what a transaction that waits for its confirmation has changed: not to be touched
#   health          what the line monitor says: the next hops of lines that are down are left out
#   tried, refused  what was run last (NAME, a tab, the line), and what was refused of it (replay.sh)
# and as the last ones, part=objects: the objects' files, whose paths are in the file `files`.
#
# NAME is the key of an address or a route, or the name of the object's file and the line.
# work     where everything is written: memory, lost (names of what is to come back), todo (the lines for it that can be run now), and with run=1
#          batch.TOOL with its .names, and tried; unexplained: what has just vanished, and nobody knows why
# now      in hundredths of a second

BEGIN { while ((getline file <files) > 0) ARGV[ARGC++] = file }

part == "touches" { touched[canonical_key($0)]; next }

# `line NAME STATE SINCE DEVICE GATEWAY4 GATEWAY6 REASON`
part == "health" {
  if ($1 != "line") next
  lines_over[$5]++
  if ($3 != "up") {
    is_out[$5]
    is_out[$5, $6]
    is_out[$5, $7]
  }
  next
}

part == "tried" {
  split($0, field, "\t")
  tried[field[2]]
  if (field[1] != "") done[field[1]]
  next
}

part == "refused" {
  split($0, field, "\t")
  delete done[field[1]]
  delete tried[field[2]]
  refused[field[1]] = in_short(field[2]) ": " field[3]
  next
}

part == "objects" && !looked {
  begin()
  if (!in_need) exit
}

function begin(    name, n) {
  looked = 1
  printf "" >(work "/lost")
  printf "" >(work "/todo")
  printf "" >(work "/tried")
  printf "" >(work "/unexplained")
  for (name in tried) if (++n <= 20) print "put back: " in_short(name)
  if (n > 20) print "put back: " n - 20 " more"
  n = 0
  for (name in refused) if (!(name in known_refused) && ++n <= 20) print "not put back: " refused[name]
  if (n > 20) print "not put back: " n - 20 " more"
  for (name in done) delete anew[name]
  look()
  table_lost = listed && is_table_lost()
  in_need = table_lost || !remembers || !is_empty(lost) || !is_empty(anew) || !is_empty(gone) || !is_empty(lost_rule)
}

# A table is one long line.
function in_short(text) {
  return text ~ /^nft / ? "table inet pulumi_multipath" : text
}

FNR == 1 {
  file = FILENAME
  sub(/.*\//, "", file)
  body = 0
}

$0 == "" { body = 1; next }
!body { next }

/^ip -[46] route / {
  read_declared(route)
  note_declared(route_key(route), route["devices"], route["src"])
}

/^ip -[46] addr / {
  has_peer = $6 == "peer" ? 2 : 0
  declared[$(7 + has_peer), without_length($5)]
  note_declared(declared_address(has_peer), $(7 + has_peer), without_length($5))
}

/^ip -[46] rule add / {
  count_of_words = split($0, word, " ")
  note_rule(sorted_rule("rule " substr($2, 2) " " $6, word, count_of_words, 7))
}

/^nft / { note_table() }

/^ip link / {
  name = subject()
  # A link that stands on another one goes with it; one that was deleted by itself is missed by somebody.
  note_line("link " name, name, $3 != "add" || lower($0) in gone)
}

/^sysctl / {
  name = $2
  sub(/=.*/, "", name)
  count_of_words = split(name, word, "/")
  note_line("sysctl " name, count_of_words == 5 ? word[4] : "", 1)
}

# Before anything was seen everything that is missing counts as lost: at boot there may have been no device yet.
function note_declared(key, devices, source) {
  if (!remembers && !(key in there)) lost[key] = ""
  if (!(key in lost)) return
  missed[key]
  if (!(key in there)) missed_destination[destination_of(key)]
  keep(key, key, devices, source)
}

function note_line(key, device, goes_with_it,    name_) {
  name_ = file " " $0
  if (device == "") return
  if (device in gone ? goes_with_it : !remembers && !(device in here)) anew[name_]
  if (!(name_ in anew)) return
  missed[name_]
  keep(name_, key, device, "")
}

function note_rule(key,    name_) {
  name_ = file " " $0
  if (key in lost_rule) anew[name_]
  if (!(name_ in anew)) return
  missed[name_]
  keep(name_, key, "", "")
}

function note_table(    name_) {
  name_ = file " " $0
  if (table_lost) anew[name_]
  if (table_there) delete anew[name_]
  if (!(name_ in anew)) return
  missed[name_]
  keep(name_, "nft inet pulumi_multipath", "", "")
}

function keep(name_, key, devices, source) {
  name_of[++kept] = name_
  kept_key[kept] = key
  kept_line[kept] = $0
  kept_devices[kept] = devices
  kept_source[kept] = source
}

# ---- lines of objects' files --------------------------------------------------------------------------------------------------

# Fills `route` from `ip -4 route replace ...`.
function read_declared(route,    text) {
  text = $0
  sub(/^ip -[46] route [a-z]+ /, "", text)
  sub(/^(unicast|local|broadcast|anycast|multicast|blackhole|unreachable|prohibit|throw) /, "", text)
  # As the kernel shows it: with the default metric of IPv6, and the word by which its routes are known.
  if (/^ip -6/) text = text (text ~ / metric / ? "" : " metric 1024") " pref medium"
  read_route("1 " text, route)
}

# `ip -4 addr replace LOCAL/LENGTH dev DEVICE ...` or `... LOCAL peer PEER/LENGTH dev DEVICE ...`
function declared_address(has_peer,    slash) {
  if (/^ip -6/) return "address 6 " $(7 + has_peer) " " without_length($5)
  if (!has_peer) return "address 4 " $7 " " $5 (index($5, "/") ? "" : "/32") " -"
  slash = index($7, "/")
  return "address 4 " $9 " " $5 (slash ? substr($7, slash) : "/32") " " without_length($7)
}

# The link that a line makes or sets: `ip link add link eth0 name eth0.5 ...`, `ip link set dev eth0 ...`.
function subject() {
  return $3 == "add" ? value_of("name", $0) : $5
}

function lower(text) {
  return value_of("link", text)
}

# ---- what can be put back now -------------------------------------------------------------------------------------------------

END {
  if (!looked) begin()
  if (in_need) {
    for (k = 1; k <= kept; k++) if (kept_line[k] !~ / via /) put_back(k)
    for (k = 1; k <= kept; k++) if (kept_line[k] ~ / via /) put_back(k)
    for (name in lost) if (!(name in missed)) delete lost[name]
    for (name in anew) if (!(name in missed)) delete anew[name]
  }
  remember(work "/memory")
}

function put_back(k,    text) {
  if (kept_key[k] in touched) return
  is_whole = 1
  text = kept_line[k]
  if (text ~ /^ip link /) text = can_be_link(text, kept_devices[k]) ? text : ""
  else if (text ~ /^sysctl /) text = kept_devices[k] in here ? text : ""
  else if (text ~ /^(ip -[46] rule|nft) /) text = kept_line[k]
  else if (text ~ /^ip -[46] addr /) text = can_be_address(text, kept_devices[k], kept_source[k]) ? text : ""
  else text = route_now(text, kept_key[k], kept_devices[k], kept_source[k])
  if (text == "") return
  print text >(work "/todo")
  delete missed_destination[destination_of(kept_key[k])]
  if (run) write(k, text)
}

# What a line of before makes is there for those after it.
function can_be_link(text, name,    master) {
  if (text !~ /^ip link add /) {
    master = value_of("master", text)
    return name in here && (master == "" || master in here)
  }
  if (name in here || (lower(text) != "" && !(lower(text) in here))) return 0
  here[name] = 0
  up[name]
  return 1
}

function can_be_address(text, device, address) {
  if (!(device in here) || (text ~ /^ip -6/ && !(device in up))) return 0
  note_address(device, address)
  return 1
}

# Of several next hops those that the kernel takes now: it refuses the route with any other. Then it is put back once more later.
function route_now(text, key, devices, source,    leg, legs, device, n, i, out) {
  if (source != "" && !(source in anywhere)) return ""
  legs = split(text, leg, " nexthop ")
  if (legs == 1) {
    n = split(devices, device, " ")
    for (i = 1; i <= n; i++) if (!is_usable(device[i], value_of("via", text), source)) return ""
    if (n == 0 && !is_usable("", value_of("via", text), source)) return ""
  } else {
    text = leg[1]
    # When all lines are down the monitor leaves the route alone.
    for (i = 2; i <= legs; i++) out += is_left_out(leg[i])
    for (i = 2; i <= legs; i++) {
      if (out < legs - 1 && is_left_out(leg[i])) continue
      if (is_usable(value_of("dev", "- - " leg[i]), value_of("via", "- - " leg[i]), source)) text = text " nexthop " leg[i]
      else is_whole = 0
    }
    if (text == leg[1] || (!is_whole && key in there)) return ""
  }
  # `add` fails when somebody else's route is there by now.
  if (!(key in there)) sub(/ route replace /, " route add ", text)
  return text
}

# Where several lines share a device, the gateway tells which one it is.
function is_left_out(leg,    name) {
  name = value_of("dev", "- - " leg)
  return name in is_out && (lines_over[name] == 1 || (name, value_of("via", "- - " leg)) in is_out)
}

# Not while the router's own route is missing, nor the address that packets by this route are to have: without it they may leave with another.
function is_usable(device, gateway, source) {
  if (gateway != "" && gateway in missed_destination) return 0
  return device == "" || (device in up && (!((device, source) in declared) || (device, source) in on))
}

function destination_of(key,    word) {
  split(key, word, " ")
  return word[1] == "route" ? word[4] : ""
}

# One batch for a command: the files come in the order in which one object stands on another, and what goes through a router comes last.
function write(k, text,    tool, batch) {
  if (text ~ /^ip -/) tool = substr(text, 5, 1)
  else if (match(text, /^(ip|nft) /)) tool = substr(text, 1, RLENGTH - 1)
  else tool = "sysctl"
  batch = work "/batch." tool
  print substr(text, tool ~ /^[46]$/ ? 7 : length(tool) + 2) >batch
  print name_of[k] >(batch ".names")
  print (is_whole ? name_of[k] : "") "\t" text >(work "/tried")
  if (!is_whole && lost[name_of[k]] == "") lost[name_of[k]] = "in part"
}

function remember(file,    i, name) {
  print "looked\t" now >file
  for (i = 1; i <= count; i++) print shown[i] >file
  for (name in here) if (here[name]) print "device\t" name "\t" here[name] >file
  for (name in lost) {
    print "lost\t" name "\t" lost[name] >file
    print name >(work "/lost")
  }
  for (name in anew) {
    print "anew\t" name >file
    print name >(work "/lost")
  }
  for (name in refused) known_refused[name]
  for (name in known_refused) if (name in lost || name in anew) print "refused\t" name >file
  for (name in recent) {
    if (recent[name] < now - 500) continue
    print "recent\t" recent[name] "\t" name >file
    print name >(work "/unexplained")
  }
  for (name in recent_rule) {
    print "rule\t" recent_rule[name] "\t" name >file
    print name >(work "/unexplained")
  }
  if (drift) print "drift\tinet pulumi_multipath" >file
  print "end\t" >file
}
