# Links: what is gone comes back, what was added goes, and what was touched is as it was. Steps: what can be done while a link is down
# (2), then settings of devices (3, undo-settings.awk), then up (4): so addresses that the kernel makes itself are made as they were.

function keep_link(text,    link, name, field) {
  read_link(text, link)
  note_relations(link)
  name = link["name"]
  for (field in link) of_link[part, name, field] = link[field]
  here[part, name]
}

# Which links are concerned, in an order in which each stands on earlier ones.
function order_links(    name, depth) {
  delete reached
  for (name in touched_link) reached[name]
  add_related(reached)
  links = 0
  for (depth = 0; depth <= 8; depth++) {
    for (name in reached) if (depth_of(name, 8) == depth) link_at[++links] = name
  }
}

function depth_of(name, limit,    pair, pair_, deepest, depth) {
  if (limit == 0) return 0
  deepest = 0
  for (pair in stands_on) {
    split(pair, pair_, SUBSEP)
    if (pair_[1] != name || ((pair_[2], name) in stands_on)) continue # two ends of a cable
    depth = 1 + depth_of(pair_[2], limit - 1)
    if (depth > deepest) deepest = depth
  }
  for (pair in is_member) {
    split(pair, pair_, SUBSEP)
    if (pair_[2] != name) continue
    depth = 1 + depth_of(pair_[1], limit - 1)
    if (depth > deepest) deepest = depth
  }
  return deepest
}

function plan_links(    i) {
  if (!any_link) return
  step = 2
  if (mode == "undo") for (i = links; i > 0; i--) remove_link(link_at[i])
  for (i = 1; i <= links; i++) create_link(link_at[i])
  for (i = 1; i <= links; i++) {
    if (to_configure(link_at[i])) configure_link(link_at[i])
    else if (was_raised(link_at[i])) take_down(link_at[i])
  }
  for (i = 1; i <= links; i++) free_queue(link_at[i])
  for (i = 1; i <= links; i++) join_master(link_at[i])
  for (i = 1; i <= links; i++) fit_link(link_at[i])
  step = 4
  for (i = 1; i <= links; i++) raise_link(link_at[i])
}

# ---- there or not -------------------------------------------------------------------------------------------------------------

function remove_link(name) {
  if (!(("now", name) in here)) return
  if (name in touched_link && (!(("before", name) in here) || made_of("before", name) != made_of("now", name))) {
    emit(4, "link del dev " name)
    forget_link(name)
  }
}

# With a link goes what stands on it, and its members are released.
function forget_link(name,    pair, pair_, end) {
  delete here["now", name]
  for (pair in stands_on) {
    split(pair, pair_, SUBSEP)
    if (pair_[2] == name && ("now", pair_[1]) in here && of_link["now", pair_[1], "below"] == name) forget_link(pair_[1])
  }
  for (pair in is_member) {
    split(pair, pair_, SUBSEP)
    if (pair_[2] == name && of_link["now", pair_[1], "master"] == name) release(pair_[1])
  }
}

function release(name) {
  of_link["now", name, "master"] = ""
  of_link["now", name, "address"] = "" # a released member may have kept its bond's
  sub(/,UP,/, ",", of_link["now", name, "flags"])
}

# What can't be changed of a link that is there.
function made_of(state, name,    kind, options) {
  kind = of_link[state, name, "kind"]
  options = of_link[state, name, "options"]
  if (kind == "vlan") return kind " " of_link[state, name, "below"] " " value_of("id", "- " options) value_of("protocol", "- " options)
  if (kind == "vrf") return kind " " value_of("table", "- " options)
  return kind == "veth" ? kind : kind " " of_link[state, name, "below"]
}

# A link without a kind is hardware: no command brings it back.
function create_link(name,    kind, below, words) {
  if (!(("before", name) in here) || ("now", name) in here || name in created) return
  if (mode != "undo" && (("link " name) in touched || ("link " name) in removed)) return
  kind = of_link["before", name, "kind"]
  below = of_link["before", name, "below"]
  if (kind == "") return
  words = "name " name (kind != "veth" && below != "" ? " link " below : "") (of_link["before", name, "ethernet"] ? " address " of_link["before", name, "address"] : "")
  emit(4, "link add " words " type " kind creation_words(name, kind, of_link["before", name, "options"]))
  created[name]
  if (kind == "veth") created[below]
}

function creation_words(name, kind, options,    below) {
  options = "- " options
  if (kind == "veth") {
    below = of_link["before", name, "below"]
    return (("before", below) in here) ? " peer name " below " address " of_link["before", below, "address"] : ""
  }
  if (kind == "vlan") return " protocol " vlan_protocol(value_of("protocol", options)) " id " value_of("id", options)
  if (kind == "bond" || kind ~ /^mac/) return " mode " value_of("mode", options)
  if (kind == "vrf") return " table " value_of("table", options)
  if (kind ~ /^(bridge|dummy|ifb)$/) return ""
  sub(/^- [^ ]+/, "", options) # as printed: it may do, and is reported when it doesn't
  return options
}

function vlan_protocol(number_) {
  return number_ ~ /34984|ad/ ? "802.1ad" : "802.1Q"
}

# ---- as it was ----------------------------------------------------------------------------------------------------------------

# Of links that no line touches only what follows from the others: being a member, the MTU, being up.
function to_configure(name) {
  return name in created || (mode == "undo" && name in touched_link && ("before", name) in here && ("now", name) in here)
}

function to_follow(name) {
  return to_configure(name) || (mode == "undo" && ("before", name) in here && ("now", name) in here)
}

# With a link the kernel sets up all VLANs on it, those too that were down, unless they are bound loosely.
function was_raised(name) {
  if (of_link["before", name, "kind"] != "vlan" || of_link["before", name, "options"] ~ /LOOSE_BINDING/ || has_flag("before", name, "UP")) return 0
  return to_follow(name) || (mode == "collateral" && of_link["before", name, "below"] in touched_link && !(("link " name) in touched) && ("now", name) in here)
}

function differs_in(name, field) {
  return name in created || of_link["before", name, field] != of_link["now", name, field]
}

function set_link(name, words) {
  emit(4, "link set dev " name " " words)
}

function has_flag(state, name, flag) {
  return (state == "before" || !(name in created)) && index(of_link[state, name, "flags"], "," flag ",") > 0
}

function take_down(name) {
  if (!has_flag("now", name, "UP")) return
  set_link(name, "down")
  sub(/,UP,/, ",", of_link["now", name, "flags"])
}

function configure_link(name,    alias) {
  if (has_flag("now", name, "UP") && (!has_flag("before", name, "UP") || round == 2 && looks_different(name))) take_down(name)
  if (differs_in(name, "options")) configure_kind(name, of_link["before", name, "kind"])
  # A queue of no packets is not shown.
  if (differs_in(name, "qlen")) set_link(name, "txqueuelen " (of_link["before", name, "qlen"] + 0))
  if (differs_in(name, "group")) set_link(name, "group " (of_link["before", name, "group"] == "default" ? 0 : of_link["before", name, "group"]))
  if (differs_in(name, "addrgenmode") && of_link["before", name, "addrgenmode"] ~ /^(none|eui64|random)$/) {
    set_link(name, "addrgenmode " of_link["before", name, "addrgenmode"])
  }
  alias = of_link["before", name, "alias"]
  if (alias != of_link["now", name, "alias"] || name in created && alias != "") {
    if (alias ~ /^[A-Za-z0-9 _.:,;\/()@=+-]*$/ && name !~ /[#'"\\]/) write_line("4", "link set dev " name " alias \"" alias "\"")
    else set_link(name, "alias " alias)
  }
  configure_flag(name, "NOARP", "arp off", "arp on")
  configure_flag(name, "MULTICAST", "multicast on", "multicast off")
  configure_flag(name, "ALLMULTI", "allmulticast on", "allmulticast off")
  configure_flag(name, "PROMISC", "promisc on", "promisc off")
  configure_flag(name, "DYNAMIC", "dynamic on", "dynamic off")
}

function configure_flag(name, flag, words_on, words_off,    wanted) {
  wanted = has_flag("before", name, flag)
  if (name in created && (flag == "MULTICAST" ? wanted : !wanted)) return
  if (wanted != has_flag("now", name, flag)) set_link(name, wanted ? words_on : words_off)
}

function looks_different(name) {
  return differs_in(name, "mtu") || differs_in(name, "address") || differs_in(name, "master") || differ_options(name)
}

# The kernel shows timers and counters among them.
function differ_options(name,    option, count, i, was, is) {
  was = "- " of_link["before", name, "options"]
  is = "- " of_link["now", name, "options"]
  count = split("mode primary " settable[of_link["before", name, "kind"]], option, " ")
  for (i = 1; i <= count; i++) if (value_of(option[i], was) != value_of(option[i], is)) return 1
  return 0
}

# ---- options of a kind --------------------------------------------------------------------------------------------------------

BEGIN {
  settable["bond"] = "fail_over_mac miimon updelay downdelay peer_notify_delay use_carrier arp_interval arp_ip_target ns_ip6_target " \
    "arp_missed_max arp_validate arp_all_targets primary_reselect xmit_hash_policy resend_igmp num_grat_arp all_slaves_active min_links " \
    "lp_interval packets_per_slave lacp_active lacp_rate coupled_control ad_select ad_actor_sys_prio ad_user_port_key ad_actor_system tlb_dynamic_lb"
  settable["bridge"] = "forward_delay hello_time max_age ageing_time stp_state priority group_fwd_mask vlan_filtering vlan_protocol " \
    "vlan_default_pvid vlan_stats_enabled mcast_snooping mcast_router mcast_querier nf_call_iptables nf_call_ip6tables nf_call_arptables"
  settable["macvlan"] = settable["macvtap"] = "mode"
}

function configure_kind(name, kind,    was, is, option, count, i) {
  was = "- " of_link["before", name, "options"]
  is = name in created ? "" : "- " of_link["now", name, "options"]
  if (kind == "vlan") configure_vlan(name, was, is)
  if (kind == "bond" && is != "" && needs_no_members(name, was, is)) is = empty_bond(name, was, is)
  count = split(settable[kind], option, " ")
  # What is off goes off first: some options exclude one another, and delays go before what they delay.
  for (i = count; i > 0; i--) if (is_off(value_of(option[i], was))) configure_option(name, kind, option[i], was, is)
  for (i = 1; i <= count; i++) if (!is_off(value_of(option[i], was))) configure_option(name, kind, option[i], was, is)
}

function is_off(value) {
  return value == "" || value == "0" || value == "none" || value == "00:00:00:00:00:00"
}

function configure_option(name, kind, option, was, is,    value) {
  value = value_of(option, was)
  if (value == value_of(option, is) || (is == "" && is_off(value))) return
  if (kind == "bond" && option ~ /^(lacp_rate|lacp_active|coupled_control|ad_select|ad_user_port_key|tlb_dynamic_lb)$/) take_down(name)
  if (value == "" && option !~ /_target$/) return # not known to this kernel
  set_link(name, "type " kind " " option " " (value == "" ? "," : value))
}

# What can be changed of a bond only while it has no members; where fail_over_mac is `follow`, its address as well.
function needs_no_members(name, was, is) {
  return value_of("mode", was) != value_of("mode", is) || value_of("fail_over_mac", was) != value_of("fail_over_mac", is) || \
    (value_of("fail_over_mac", was) == "follow" && differs_in(name, "address"))
}

# Releases the members, which join again later. With the last of them the bond loses its address, and takes one only while fail_over_mac is
# none. Returns the options that it then has.
function empty_bond(name, was, is,    pair, pair_) {
  for (pair in is_member) {
    split(pair, pair_, SUBSEP)
    if (pair_[2] == name && of_link["now", pair_[1], "master"] == name) {
      set_link(pair_[1], "nomaster")
      release(pair_[1])
    }
  }
  if (value_of("mode", was) != value_of("mode", is)) {
    take_down(name)
    set_link(name, "type bond mode " value_of("mode", was))
  }
  if (value_of("fail_over_mac", is) !~ /^(none)?$/) set_link(name, "type bond fail_over_mac none")
  sub(/ fail_over_mac [^ ]+/, " fail_over_mac none", is)
  if (!has_members_address("before", name)) {
    set_link(name, "address " of_link["before", name, "address"])
    of_link["now", name, "address"] = of_link["before", name, "address"]
  }
  return is
}

# Whether a bond has the address of whichever member is active.
function has_members_address(state, name) {
  return of_link[state, name, "kind"] == "bond" && of_link[state, name, "options"] ~ / fail_over_mac active /
}

function configure_vlan(name, was, is,    flag, count, i, words, now_on) {
  count = split("REORDER_HDR GVRP MVRP LOOSE_BINDING BRIDGE_BINDING", flag, " ")
  for (i = 1; i <= count; i++) {
    now_on = is == "" ? flag[i] == "REORDER_HDR" : is ~ ("[<,]" flag[i] "[,>]")
    if ((was ~ ("[<,]" flag[i] "[,>]")) != now_on) words = words " " tolower(flag[i]) (now_on ? " off" : " on")
  }
  words = words priority_map("ingress-qos-map", was, is) priority_map("egress-qos-map", was, is)
  if (words != "") set_link(name, "type vlan" words)
}

# `egress-qos-map { 1:2 3:4 }`: what was added to it can only be set to 0.
function priority_map(name, was, is,    words, pair, count, i) {
  words = ""
  count = split(map_of(name, is), pair, " ")
  for (i = 1; i <= count; i++) if (index(map_of(name, was), " " substr(pair[i], 1, index(pair[i], ":"))) == 0) words = words " " substr(pair[i], 1, index(pair[i], ":")) "0"
  if (map_of(name, was) != map_of(name, is)) words = words map_of(name, was)
  sub(/ +$/, "", words)
  return words == "" ? "" : " " name words
}

function map_of(name, text) {
  return match(text, name " \\{[^}]*") ? substr(text, RSTART + length(name) + 2, RLENGTH - length(name) - 2) : ""
}

# ---- together -----------------------------------------------------------------------------------------------------------------

# A bond's member must be down to join, and takes its MTU and address.
function join_master(name,    master, option, count, i, was, is) {
  if (!to_follow(name)) return
  master = of_link["before", name, "master"]
  if (differs_in(name, "master")) {
    if (of_link["now", name, "master"] != "" && !(name in created)) set_link(name, "nomaster")
    if (master == "") release(name)
    else {
      if (of_link["before", master, "kind"] == "bond") take_down(name)
      set_link(name, "master " master)
    }
  }
  if (of_link["before", name, "member"] !~ /^bond_slave/) return
  was = "- " of_link["before", name, "member"]
  is = differs_in(name, "master") ? "- bond_slave queue_id 0 prio 0 -" : "- " of_link["now", name, "member"]
  count = split("queue_id prio", option, " ")
  for (i = 1; i <= count; i++) {
    if (value_of(option[i], was) != "" && value_of(option[i], was) != value_of(option[i], is)) {
      set_link(name, "type bond_slave " option[i] " " value_of(option[i], was))
    }
  }
}

# No two members of a bond can have one queue, not even while they exchange theirs.
function free_queue(name,    is) {
  if (!to_follow(name) || differs_in(name, "master") || of_link["before", name, "member"] !~ /^bond_slave/) return
  is = value_of("queue_id", "- " of_link["now", name, "member"])
  if (is !~ /^0?$/ && is != value_of("queue_id", "- " of_link["before", name, "member"])) set_link(name, "type bond_slave queue_id 0")
}

# MTU, address, and what needs the members: lower links first, what stands on them can't be larger.
function fit_link(name,    mtu, lowered, primary) {
  if (!to_follow(name)) return
  primary = value_of("primary", "- " of_link["before", name, "options"])
  if (to_configure(name) && of_link["before", name, "kind"] == "bond" && primary != value_of("primary", "- " of_link["now", name, "options"])) {
    # `ip` has no word for none: it takes the index of a link that is not there.
    set_link(name, "type bond primary " (primary == "" ? "if2147483647" : primary))
  }
  mtu = of_link["before", name, "mtu"]
  lowered = mtu + 0 > of_link["now", name, "mtu"] + 0
  if (differs_in(name, "mtu") && (to_configure(name) || lowered) && !in_bond(name)) set_link(name, "mtu " mtu)
  if (of_link["before", name, "ethernet"] && !(name in created) && differs_in(name, "address") && !in_bond(name) && !has_members_address("before", name)) {
    set_link(name, "address " of_link["before", name, "address"])
  }
}

function in_bond(name,    master) {
  master = of_link["before", name, "master"]
  return master != "" && of_link["before", master, "kind"] == "bond"
}

function raise_link(name) {
  if (to_follow(name) && has_flag("before", name, "UP") && !has_flag("now", name, "UP")) set_link(name, "up")
}

# Whether a device has become a member of a bond: the kernel has taken IPv6 off it, and gives it none.
function has_joined(name,    master) {
  master = of_link["now", name, "master"]
  return mode == "collateral" && any_link && master != "" && master != of_link["before", name, "master"] && of_link["now", master, "kind"] == "bond"
}
