# What the objects' files say to line-monitor.sh, in the form in which it takes it: lines and targets numbered from 1, the next hops of the
# routes that it keeps with the number of their line. Loaded after keys.awk. Files: the configs (*-LineMonitor-*) first, then all others; their
# paths are in the file `files`, since their names say what the objects are, and everybody may read what a process was started with.
#
#   settings WORD VALUE ...
#   line I NAME NUMBER DEVICE GATEWAY4 GATEWAY6 ADDRESS4 ADDRESS6 INTERVAL     words as in the file, `-` for none
#   target I T KIND REST
#   on-change COMMAND, metrics-file PATH
#   route R FAMILY TABLE KEY, head R WORDS, hop R H I|0 VIA|- WORDS            to be written as `HEAD nexthop [via VIA] WORDS`
#   pinned I MARK MASQUERADE                                                   a line whose connections are pinned, and the mark that they bear

BEGIN { while (files && (getline file <files) > 0) ARGV[ARGC++] = file }

FNR == 1 {
  body = 0
  again = FILENAME in read # the configs
  read[FILENAME]
}

again { next }
$0 == "" { body = 1; next }
!body { next }

/^line-monitor settings / { print substr($0, length("line-monitor ") + 1); next }
/^line-monitor (on-change|metrics-file) / { print substr($0, length("line-monitor ") + 1); next }

/^line-monitor line / && !($3 in line_of) {
  line_of[$3] = ++lines
  device[lines] = value_of("device", $0)
  gateway[lines, 4] = or_none(value_of("gateway4", $0))
  gateway[lines, 6] = or_none(value_of("gateway6", $0))
  print "line", lines, $3, value_of("number", $0), device[lines], gateway[lines, 4], gateway[lines, 6], \
    or_none(value_of("address4", $0)), or_none(value_of("address6", $0)), or_none(value_of("interval", $0))
  next
}

/^line-monitor target / && ($3 in line_of) {
  i = line_of[$3]
  text = $0
  sub(/^line-monitor target [^ ]+ /, "", text)
  print "target", i, ++targets[i], text
  next
}

/^line-monitor route / { named[$3 " " $4 " " canonical($5)]; all_named = 1; next }

/^connection-pinning line / && ($3 in line_of) {
  printf "pinned %d 0x%x %d\n", line_of[$3], value_of("number", $0) * 256, value_of("masquerade", $0) == 1
  next
}

/^ip -[46] route replace / && / nexthop / { keep() }

function or_none(word) {
  return word == "" ? "-" : word
}

function keep(    route, text, family, hop, hops, h, via, of_lines, owner) {
  family = substr($2, 2)
  text = $0
  sub(/^ip -[46] route replace (unicast )?/, "", text)
  read_route("1 " text (family == 6 ? (text ~ / metric / ? "" : " metric 1024") " pref medium" : ""), route)
  if (all_named && !((family " " route["table"] " " route["destination"]) in named)) return
  hops = split(text, hop, " nexthop ")
  for (h = 2; h <= hops; h++) {
    via[h] = "-"
    if (match(hop[h], /(^| )via (inet6? )?[^ ]+/)) {
      via[h] = substr(hop[h], RSTART, RLENGTH)
      hop[h] = substr(hop[h], 1, RSTART - 1) substr(hop[h], RSTART + RLENGTH)
      sub(/^ *via /, "", via[h])
      sub(/^ /, "", hop[h])
    }
    owner[h] = owner_of(value_of("dev", "- - " hop[h]), family, via[h])
    if (owner[h]) of_lines = 1
  }
  if (!of_lines) return
  # In a batch of both families the destination tells which one it is.
  sub(/^default/, family == 6 ? "::/0" : "0.0.0.0/0", hop[1])
  print "route", ++routes, family, route["table"], route_key(route)
  print "head", routes, hop[1]
  for (h = 2; h <= hops; h++) {
    gsub(/ /, "_", via[h]) # `inet6 fe80::1`
    print "hop", routes, h - 1, owner[h], via[h], hop[h]
  }
}

function owner_of(name, family, via,    i) {
  sub(/^inet6 /, "", via)
  for (i = 1; i <= lines; i++) {
    if (device[i] != name) continue
    if (gateway[i, family] ~ /^(dhcp|ra|none|-)$/ || gateway[i, family] == via || gateway[i, 10 - family] == via) return i
  }
  return 0
}
