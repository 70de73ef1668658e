# What `ip -N -o monitor link address route` prints, as messages for line-monitor.sh. devices: the lines' devices, with a space around each.
#   carrier DEVICE yes|no|gone     when it has changed
#   look                           an address of such a device has changed, or a default route over it
#   missed                         there was more than could be listened to
#   unheard                        nothing more will be said

BEGIN { ORS = "" } # mawk writes a line and its end one by one, and others write to the same pipe

/No buffer space|lost some netlink events/ { tell("missed") }

{
  sub(/^\[[A-Z0-9]+\]/, "")
  deleted = sub(/^Deleted /, "")
}

# A bridge tells of its members as of links, and of one that leaves it as of one that is deleted.
/^[0-9]+: [^ ]+: </ {
  name = $2
  sub(/(@.*)?:$/, "", name)
  if (!index(devices, " " name " ") || (deleted && / master /)) next
  is = deleted ? "gone" : ($3 ~ /[<,]UP[,>]/ && $3 ~ /[<,]LOWER_UP[,>]/ ? "yes" : "no")
  if (is == was[name]) next
  was[name] = is
  tell("carrier " name " " is)
  next
}

/^[0-9]+: [^ ]+ +inet6? / {
  if (index(devices, " " $2 " ")) tell("look")
  next
}

/^(unicast )?default / && !/ proto 205 / {
  for (i = 2; i < NF; i++) if ($i == "dev" && index(devices, " " $(i + 1) " ")) { tell("look"); next }
}

END { tell("unheard") }

function tell(message) {
  print message "\n"
  fflush()
}
