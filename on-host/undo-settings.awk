# Sysctls: those that were touched, those of all devices where one for all was, and those of links that were made anew or whose IPv6
# was (an MTU below 1280 ends it, and it comes back with the defaults).

function keep_setting(text,    colon, key) {
  colon = index(text, ":")
  key = substr(text, 11, colon - 11)
  if (part == "before" && !(("before", key) in setting)) setting_at[++settings] = key
  setting[part, key] = substr(text, colon + 1)
}

function plan_settings(    rank, i) {
  step = 3
  # First what is for all, which changes the others.
  for (rank = 1; rank <= 3; rank++) for (i = 1; i <= settings; i++) if (setting_rank(setting_at[i]) == rank) restore_setting(setting_at[i])
}

function setting_rank(key) {
  return key ~ /\/conf\// ? (key ~ /\/all\// ? 1 : (key ~ /\/default\// ? 2 : 3)) : 1
}

function restore_setting(key,    was, spread) {
  was = setting["before", key]
  spread = spread_of(key)
  if (("now", key) in setting && setting["now", key] == was && !(spread in written_for_all)) return
  if (!concerned_setting(key)) return
  emit("files", "/proc/sys/" key " " was)
  if (key == "net/ipv4/ip_forward") written_for_all["net/ipv4/conf/*/forwarding"]
  if (key ~ /\/conf\/all\//) written_for_all[spread]
}

# `net/ipv6/conf/eth0/forwarding` -> `net/ipv6/conf/*/forwarding`.
function spread_of(key) {
  if (key ~ /\/conf\//) sub(/\/conf\/[^\/]+\//, "/conf/*/", key)
  return key
}

function concerned_setting(key,    word, name) {
  if (("sysctl " key) in touched) return mode == "undo"
  split(key, word, "/")
  name = word[4]
  if (mode == "undo" && (name in touched_link || spread_of(key) in touched_spread)) return 1
  if (!(name in device) || gone(name)) return 0
  return name in created || !(("now", key) in setting) && ("now", name) in here || of_link["before", name, "index"] != of_link["now", name, "index"]
}

# Whether a link has gone with a change that stays.
function gone(name) {
  return mode == "collateral" && any_link && !(("now", name) in here) && !(name in created)
}

function note_touched_setting(key,    word) {
  split(key, word, "/")
  if (key ~ /\/conf\/(all|default)\//) touched_spread[spread_of(key)]
  if (key ~ /^net\/ipv4\/(ip_forward$|conf\/all\/forwarding$)/) {
    touched_spread["net/ipv4/conf/*/forwarding"]
    touched_spread["net/ipv4/conf/*/accept_redirects"]
    touched_spread["net/ipv4/ip_forward"]
  }
  # A router has no use for what other routers tell: the kernel drops default routes that it has learnt.
  if (key ~ /^net\/ipv6\/conf\/.*\/forwarding$/) learnt_routes_dropped = 1
  if (key !~ /\/disable_ipv6$/) return
  if (word[4] == "all") every_device = 1
  else device[word[4]]
}
