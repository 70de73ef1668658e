# Next hops with an id of their own: the kernel drops them with the link's carrier, and with them the groups and routes that have no other.

function keep_nexthop(text,    word) {
  split(text, word, " ")
  nexthop[part, word[2]] = nexthop_line(text)
  nexthop_ids[word[2]]
}

# `id 6 group 5,3/8 type resilient buckets 16 idle_timer 120 unbalanced_timer 0 unbalanced_time 0 scope 0 proto 205` as `ip` takes it.
function nexthop_line(text,    word, count, i, line_) {
  gsub(/\\/, " ", text)
  count = split(text, word, " ")
  line_ = ""
  for (i = 1; i <= count; i++) {
    if (word[i] ~ /^(scope|unbalanced_time)$/) i++
    else if (word[i] == "proto") line_ = line_ " protocol " (word[++i] == "unspec" ? 0 : word[i])
    else if (word[i] !~ /^(dead|linkdown|offload|trap|unresolved)$/) line_ = line_ " " word[i]
  }
  return substr(line_, 2)
}

function plan_nexthops(    id) {
  for (id in nexthop_ids) {
    if (("before", id) in nexthop) restore_nexthop(id, nexthop["before", id])
    else if (mode == "undo" && ("nexthop " id) in touched) {
      step = 6
      emit(4, "nexthop del id " id)
    }
  }
}

function restore_nexthop(id, line_) {
  if (!differs_nexthop(id) || ((("nexthop " id) in touched) ? mode != "undo" : ("now", id) in nexthop && !lost_a_member(line_, nexthop["now", id]))) return
  step = line_ ~ / group / ? 3 : (line_ ~ / via [^ ]*:/ ? 2 : 1)
  emit(step == 3 ? "ip" : (step == 2 ? 6 : 4), "nexthop replace " line_) # a group is of no family
}

# To name an element of an array is to make it: so whether it is there comes first.
function differs_nexthop(id) {
  return (("before", id) in nexthop) != (("now", id) in nexthop) || ("now", id) in nexthop && nexthop["before", id] != nexthop["now", id]
}

# Whether a group is as it was but for members that are gone.
function lost_a_member(was, is,    word, member, count, i) {
  if (was !~ / group / || is !~ / group /) return 0
  split(was, word, " ")
  was = "/" word[4] "/"
  split(is, word, " ")
  count = split(word[4], member, "/")
  for (i = 1; i <= count; i++) if (index(was, "/" member[i] "/") == 0) return 0
  return 1
}

# A route whose next hop is another one now, or none.
function lost_nexthop(id) {
  return id != "" && (differs_nexthop(id) || ("nexthop " id) in touched)
}
