# What the kernel has dropped of our addresses and routes together with a device or an address. put-back.sh says what the rule is. Loaded
# after keys.awk and before put-back.awk.
#
# The names of what the last attempt has put back are in `done`. Files, each with part=, in this order:
#   events          what has happened since the last look (events.awk)
#   memory          what the last look has left
#   now             `ip -N -d -o`: links, addresses, and routes of protocol 205
#   tables          `nft list tables`, where `listed` is set
#
# The memory: addresses and our routes as they were, and with tabs between the words
#   looked TIME           when that look was taken
#   device NAME INDEX     a link
#   lost KEY LINE         what was dropped, and how the kernel had shown it; without a line when it has not been seen
#   anew NAME             what is to be said again of a device that is another one since (put-back.awk)
#   refused NAME          what was tried last, in vain
#   recent TIME LINE      what has just vanished, and nobody knows why: of a device that is deleted the kernel tells last, and a network manager
#                         may tell later
#   rule TIME LINE        likewise, a rule
#   drift TABLE           somebody has deleted our table of nftables, and nothing else
#   end                   the memory is whole

part == "events" {
  if ($1 == "all") all = 1
  else if ($1 == "manager") manager = 1
  else if ($1 == "without-table") table_deleted = 1
  else if ($1 == "with-table") table_made = 1
  else if ($1 == "tables") others_too = 1
  else if ($1 == "without-rule") recent_rule[substr($0, length("without-rule ") + 1)] = now
  else if ($1 == "gone") gone[$2]
  else if ($1 == "down") down[$2]
  else if ($1 == "without") {
    lost_source[$3]
    if ($3 !~ /:/) without[$2]
  }
  next
}

part == "memory" && /\t/ {
  split($0, field, "\t")
  if (field[1] == "looked") last_look = field[2]
  else if (field[1] == "device") index_was[field[2]] = field[3]
  else if (field[1] == "lost") lost[field[2]] = field[3]
  else if (field[1] == "anew") anew[field[2]]
  else if (field[1] == "refused") known_refused[field[2]]
  else if (field[1] == "recent") { if (is_recent(field[2])) recent[field[3]] = field[2] }
  else if (field[1] == "rule") { if (is_recent(field[2]) && !(field[3] in recent_rule)) recent_rule[field[3]] = field[2] }
  else if (field[1] == "drift") drift = 1
  else if (field[1] == "end") remembers = 1
  next
}

part == "memory" { was[$0]; next }

part == "now" && /^[0-9]+: [^ ]+: </ {
  name = link_name($0)
  sub(/@.*/, "", name)
  here[name] = $1 + 0
  if (/[<,]UP[,>]/) up[name]
  next
}

part == "now" && /^[0-9]+: [^ ]+ +inet6? / {
  there[address_key($0)]
  note_address($2, without_length($4))
  shown[++count] = $0
  delete was[$0]
  next
}

part == "now" && /^[0-9]+ / {
  if (/\t/) gsub(/\\\t/, " ")
  shown[++count] = $0
  if ($0 in was) delete was[$0]
  else fresh[$0]
  next
}

part == "tables" {
  if ($0 == "table inet pulumi_multipath") table_there = 1
  else other_tables = 1
  next
}

# A manager that was at work when the last look was taken has made all of that vanish, however long ago that look is by now. On a host that is
# busy, looks are far apart: what the last one has seen vanish may have its reason among what was told since.
function is_recent(time) {
  return manager || time >= now - 500 || time >= last_look
}

function note_address(device, address) {
  on[device, address]
  anywhere[address]
}

# Compares; what is left in `was` has vanished, or is no longer what it was.
function look(    name, text, i) {
  for (name in index_was) if (!(name in here) || here[name] != index_was[name]) gone[name] # also when that was missed
  if (!is_empty(was)) for (text in fresh) note_route(text)
  for (text in was) if (!is_there(text) && !note_lost(text)) {
    delete lost[key_of_line(text)] # a part of it had come back, and somebody has removed that
    recent[text] = now
  }
  for (text in recent) if ((manager || recent[text] >= now - 150 || recent[text] >= last_look) && note_lost(text)) delete recent[text]
  if (manager) note_lost_rules()
  if (is_empty(lost) && remembers) return
  for (i = 1; i <= count; i++) note_route(shown[i])
  for (name in lost) {
    if (!is_as_it_was(name) && !(name in done)) continue
    if (!is_as_it_was(name) && !(name in there)) {
      if (went_again(name)) continue
      if (lost[name] ~ /^[0-9]/) recent[lost[name]] = now # its reason may be told only after this look
    }
    delete lost[name]
  }
}

# Whether what was put back may have been dropped once more, before it was seen.
function went_again(key,    text) {
  text = lost[key]
  if (text !~ /^[0-9]/) return !(is_empty(gone) && is_empty(down) && is_empty(lost_source)) # not known how it looked
  return note_lost(text)
}

function is_empty(array,    key) {
  for (key in array) return 0
  return 1
}

function is_route(text) {
  return text !~ /^[0-9]+: /
}

function note_route(text,    key) {
  if (!is_route(text)) return
  key = key_of_route(text)
  there[key]
  form[key] = masked(text, "route")
}

function key_of_line(text) {
  return is_route(text) ? key_of_route(text) : address_key(text)
}

# What the kernel alters of a route becomes shorter: an IPv6 route loses its preferred source, or one of its next hops.
function is_there(text,    key) {
  key = key_of_line(text)
  return key in there && (!is_route(text) || length(form[key]) >= length(masked(text, "route")))
}

# Notes it among what is lost, if that is why it vanished.
function note_lost(text) {
  if (!(manager || (is_route(text) ? went_with_another(text) : went_with_its_device(text)))) return 0
  lost[key_of_line(text)] = text
  return 1
}

# Whether our table is to come back. Who flushes the ruleset, as every reload of nftables.service does, takes it along with the others'. Where there is
# no other one that can't be told from a deletion of ours alone.
function is_table_lost() {
  if (table_there || table_made) drift = 0
  if (!table_there && table_deleted && !others_too && other_tables && !all) drift = 1
  return !table_there && !drift && (table_deleted || all || !remembers)
}

# Of both families, which the kernel does not tell.
function note_lost_rules(    text) {
  for (text in recent_rule) {
    lost_rule[rule_key(text, 4)]
    lost_rule[rule_key(text, 6)]
    delete recent_rule[text]
  }
}

# With its last IPv4 address a device loses all its IPv4 routes.
function went_with_another(text,    route, name, n, i) {
  if (all) return 1
  if (is_empty(gone) && is_empty(down) && is_empty(lost_source)) return 0
  read_route(text, route)
  if (route["src"] in lost_source) return 1
  n = split(route["devices"], name, " ")
  for (i = 1; i <= n; i++) if (name[i] in gone || name[i] in down || (route["family"] == 4 && name[i] in without)) return 1
  return 0
}

function went_with_its_device(text,    name) {
  name = device_of_address(text)
  if (all || name in gone) return 1
  if (family_of(text) == 6) return name in down
  return text ~ / secondary / && primary_vanished(name, length_of(text))
}

function primary_vanished(name, bits,    text) {
  for (text in was) {
    if (text ~ /^[0-9]+: [^ ]+ +inet / && text !~ / secondary / && device_of_address(text) == name && length_of(text) == bits &&
      !(address_key(text) in there)) return 1
  }
  return 0
}

function length_of(text,    word) {
  split(text, word, " ")
  return substr(word[4], index(word[4], "/"))
}

# Whoever has put it back.
function is_as_it_was(key) {
  if (!(key in there)) return 0
  return key ~ /^address / || lost[key] == "" || masked(lost[key], "route") == form[key]
}
