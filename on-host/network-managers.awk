# Settings that tell network managers to leave our objects alone (network-managers.sh). Prints `keep PATH` for each file that is right already, and
# `write NUMBER PATH` for each that is to become OUT/NUMBER. Loaded after keys.awk.
#
# Files, each with part=, in this order:
#   state     `ip -o link show`
#   theirs    files of systemd-networkd that others have written
#   links     what it writes down of each link, in a file by the link's index
#   objects   our objects' files
#
# networkd, network_manager    whether they are there

part == "state" && /^[0-9]+: [^ ]+: </ {
  name = $2
  sub(/(@.*)?:$/, "", name)
  index_of[name] = $1 + 0
  next
}

# Who has said what is to be kept has a reason, and drop-ins of ours would take it back.
part == "theirs" && /^[ \t]*KeepConfiguration[ \t]*=/ {
  if (FILENAME ~ /networkd\.conf/) kept_by_all = 1
  else kept_by[network_of(FILENAME)]
  next
}

part == "links" && /^NETWORK_FILE=\// {
  name = FILENAME
  sub(/.*\//, "", name)
  network[name] = network_of(substr($0, length("NETWORK_FILE=") + 1))
  next
}

# `/run/systemd/network/10-lan.network` and `/etc/systemd/network/10-lan.network.d/any.conf` -> `10-lan.network`.
function network_of(path) {
  sub(/\.d\/[^\/]*$/, "", path)
  sub(/.*\//, "", path)
  return path
}

part != "objects" { next }
FNR == 1 { body = 0 }
$0 == "" { body = 1; next }
!body { next }
/^ip -[46] route / { routes = 1 }
/^ip -[46] rule / { rules = 1 }
/^ip -[46] addr / { addressed[value_of("dev", $0)] }
/^ip link add / { made[value_of("name", $0)] }
/^ip link set dev [^ ]+ master / { member[$5] }

END {
  if (networkd) {
    if (routes || rules) {
      begin("systemd-networkd would take away what it has not made itself, whenever it configures a link.", "[Network]")
      if (routes) add("ManageForeignRoutes=no")
      if (rules) add("ManageForeignRoutingPolicyRules=no")
      put(networkd_settings "/" settings)
    }
    for (name in addressed) keep_on(name)
    for (name in made) keep_on(name)
    if ((names = sorted(member)) != "") {
      begin("Members of bonds, which systemd-networkd would release.", "[Match]")
      add("Name=" names)
      add("")
      add("[Link]")
      add("Unmanaged=yes")
      put(members_file)
    }
  }
  if (network_manager) {
    for (name in member) made[name]
    if ((names = sorted(made)) != "") {
      begin("Links that pulumi-multipath has made, and members of its bonds, which NetworkManager would configure.", "[keyfile]")
      gsub(/[^ ]+/, "interface-name:=&", names)
      gsub(/ /, ";", names)
      add("unmanaged-devices+=" names)
      put(network_manager_settings "/" settings)
    }
  }
}

# A link that one of its files names keeps what others have put on it. Not `yes`, which would also keep leases that have ended.
function keep_on(name,    file) {
  file = network[index_of[name]]
  if (file == "" || name in member || kept_by_all || file in kept_by || file in done) return
  done[file]
  begin("systemd-networkd would take away addresses that are in none of its files, when it configures the link.", "[Network]")
  add("KeepConfiguration=static")
  put(networks "/" file ".d/" settings)
}

function begin(why, section) {
  text = "# Written by pulumi-multipath, and removed when what it is for has gone.\n# " why "\n" section "\n"
}

function add(line) {
  text = text line "\n"
}

function put(path,    line, now) {
  while ((getline line <path) > 0) now = now line "\n"
  close(path)
  if (now == text) print "keep " path
  else {
    print "write " ++count " " path
    printf "%s", text >(out "/" count)
    close(out "/" count)
  }
}

# The names in one line, in an order that is always the same.
function sorted(set,    name, list, n, i, j, one, line) {
  for (name in set) list[++n] = name
  for (i = 2; i <= n; i++) {
    one = list[i]
    for (j = i - 1; j > 0 && list[j] > one; j--) list[j + 1] = list[j]
    list[j + 1] = one
  }
  for (i = 1; i <= n; i++) line = line (i > 1 ? " " : "") list[i]
  return line
}
