# Neighbours that somebody has entered: with a link that goes down, and with a device's last IPv4 address, they go silently.

function keep_neighbour(text,    key) {
  key = neighbour_key(text)
  neighbour[part, key] = text
  neighbour_keys[key]
}

function plan_neighbours(    key, word) {
  step = 3
  for (key in neighbour_keys) {
    split(key, word, " ")
    if (("before", key) in neighbour) {
      if (same_neighbour(key) || (key in touched ? mode != "undo" : ("now", key) in neighbour || !is_concerned(word[3]))) continue
      emit(word[2], "neigh replace " neighbour_line(neighbour["before", key]))
    } else if (mode == "undo" && key in touched) emit(word[2], "neigh del " (word[5] == "proxy" ? "proxy " : "") word[4] " dev " word[3])
  }
}

function same_neighbour(key) {
  return ("now", key) in neighbour && neighbour_line(neighbour["before", key]) == neighbour_line(neighbour["now", key])
}

# `192.0.2.7 dev eth0 lladdr 02:00:00:00:00:01 router PERMANENT proto 205` -> `192.0.2.7 dev eth0 lladdr ... router nud permanent ...`.
function neighbour_line(text,    word, count, i, line_) {
  count = split(text, word, " ")
  line_ = (word[4] == "proxy" ? "proxy " : "") word[1] " dev " word[3]
  for (i = 4; i <= count; i++) {
    if (word[i] == "proxy") continue
    if (word[i] == "PERMANENT") line_ = line_ " nud permanent"
    else if (word[i] ~ /^(lladdr|proto|vlan|vni)$/) line_ = line_ " " (word[i] == "proto" ? "protocol" : word[i]) " " word[i + 1]
    else if (word[i] ~ /^(router|extern_learn|use)$/) line_ = line_ " " word[i]
  }
  return line_
}
