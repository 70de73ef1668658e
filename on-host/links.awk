# Links as `ip -d -o link show` prints them, and which of them stand on one another. Loaded by related.awk and undo.awk.

# Fills `link`: name, index, below (what it stands on, or its peer), flags (`,UP,...,`), mtu, master, group, qlen, ethernet, address,
# addrgenmode, kind, options (the words of its kind), member (its words as a bond's or bridge's member), alias.
function read_link(text, link,    part_, parts, i, word, count, segment) {
  for (i in link) delete link[i]
  parts = split(text, part_, /\\ +/)
  count = split(part_[1], word, " ")
  link["index"] = word[1] + 0
  split_name(substr(word[2], 1, length(word[2]) - 1), link)
  link["flags"] = flags_without_carrier(word[3])
  for (i = 4; i < count; i++) if (word[i] ~ /^(mtu|master|group|qlen)$/) link[word[i]] = word[i + 1]
  split(part_[2], word, " ")
  link["ethernet"] = word[1] == "link/[1]"
  link["address"] = word[2]
  link["addrgenmode"] = value_of("addrgenmode", text)
  for (i = 3; i <= parts; i++) {
    segment = part_[i]
    if (segment ~ /^alias /) {
      link["alias"] = substr(segment, 7)
      return
    }
    if (segment ~ /^(altname|vf) /) continue
    split(segment, word, " ")
    sub(/ addrgenmode .*/, "", segment)
    if (word[1] ~ /_slave$/) link["member"] = segment
    else if (link["kind"] == "") {
      link["kind"] = word[1]
      link["options"] = segment
    } else link["options"] = link["options"] " " segment # a VLAN's priority maps
  }
}

# `eth0.5@eth0`. A name may hold `@` itself; what follows the last one is another link, the index of one elsewhere, or NONE.
function split_name(name, link,    i) {
  for (i = length(name); i > 1 && substr(name, i, 1) != "@"; i--);
  link["name"] = i > 1 ? substr(name, 1, i - 1) : name
  link["below"] = i > 1 ? substr(name, i + 1) : ""
}

# Remembers how links stand on one another, in one state or several.
function note_relations(link) {
  if (link["below"] != "" && link["below"] !~ /^(NONE|if[0-9]+)$/) stands_on[link["name"], link["below"]]
  if (link["master"] != "") is_member[link["name"], link["master"]]
}

# Adds to `set` what stands on its links (or is the other end of their cable), their masters and their members.
function add_related(set,    pair, name, grown) {
  do {
    grown = 0
    for (pair in stands_on) {
      split(pair, name, SUBSEP)
      if (name[2] in set && !(name[1] in set)) {
        set[name[1]]
        grown = 1
      }
    }
    for (pair in is_member) {
      split(pair, name, SUBSEP)
      if ((name[1] in set) == (name[2] in set)) continue
      set[name[1]]
      set[name[2]]
      grown = 1
    }
  } while (grown)
}
