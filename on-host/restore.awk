# The lines of the object files as batches for restore.sh: WORK/batch-LAYER.TOOL, with the name of the object's file of each line in
# WORK/batch-LAYER.TOOL.names. TOOL: 4 and 6 (`ip -4`, `ip -6`), ip (of no family), sysctl, nft. The first file has the lines refused
# before; with again=1 only these are taken. The second has the rules that are there (state_rules).

FILENAME == ARGV[1] {
  split($0, field, "\t")
  refused[field[1], field[2]]
  next
}

FILENAME == ARGV[2] {
  if ($1 == "family") family = $2
  else there[rule_key($0, family)]
  next
}

FNR == 1 {
  name = FILENAME
  sub(/.*\//, "", name)
  layer = name
  sub(/-.*/, "", layer)
  body = 0
}

# What other programs are told.
body && /^(connection-pinning|line-monitor) / { next }

body && /^ip -[46] rule add / && is_there() { next }
body && /^ip link / && link_is_there() { next }

body && NF && (!again || ((name, $0) in refused)) {
  if (/^ip -[46] /) tool = substr($2, 2)
  else if (/^(ip|sysctl|nft) /) tool = $1
  else {
    print name "\t" $0 "\tThis version knows no such line." >>(work "/refused")
    next
  }
  # What is set for all devices comes first: it sets each.
  all = tool == "sysctl" && ($2 ~ /\/conf\/(all|default)\// || $2 !~ /\/conf\//)
  batch = work "/batch-" layer (all ? "-all" : "") "." tool
  # Whatever has configured a member at boot has given it addresses, and with them routes that lead past its bond.
  if (joins_bond() && $6 == "master") write("addr flush dev " $5)
  write(substr($0, index($0, tool) + length(tool) + 1))
}

function write(line) {
  print line >batch
  print name >(batch ".names")
}

$0 == "" { body = 1 }

# `ip -4 rule add priority 100 from 192.0.2.0/24 table 300 proto 205`
function is_there(    word, count) {
  count = split($0, word, " ")
  return sorted_rule("rule " substr(word[2], 2) " " word[6], word, count, 7) in there
}

# Whether the line makes a link that is there already, or a member of the bond that it is in: to join it again it would be set down.
function link_is_there(    i) {
  if ($3 == "add") {
    for (i = 4; i < NF; i++) if ($i == "name") return index_of($(i + 1)) != ""
    return 0
  }
  if (!joins_bond()) return 0
  return index_of($5 "/master") != "" && ($6 == "down" || index_of($5 "/master") == index_of($7))
}

function joins_bond() {
  return name ~ /^[0-9]+-BondedLink-/ && $0 ~ /^ip link set dev [^ ]+ (down|master [^ ]+)$/
}

# Of a link, or of its master (`eth0/master`).
function index_of(link,    file, found) {
  file = "/sys/class/net/" link "/ifindex"
  found = ""
  if ((getline found <file) < 0) return ""
  close(file)
  return found
}
