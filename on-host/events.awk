# What `ip -N -o monitor link address route rule` and `nft monitor tables` print, in few words, one event a line, at once:
#   gone DEVICE              it was deleted, or moved to another network namespace
#   down DEVICE              it was set down, or is too small for IPv6 (1280 bytes), which has the same effect there
#   without DEVICE ADDRESS   it has lost the address
#   without-rule RULE        one of our rules was deleted
#   with-table               our table of nftables was made
#   without-table            it was deleted
#   tables                   another table was made or deleted
#   changed                  something else of links, addresses or our routes; once until the file `told` is emptied, for a program that makes ten
#                            thousand routes would be told of ten thousand times, and a shell reads a pipe byte by byte
#   all                      there was more than could be listened to

BEGIN { ORS = "" } # mawk writes a line and its end one by one, and others write to the same pipe

/No buffer space|lost some netlink events/ { tell("all") }

/^delete table inet pulumi_multipath$/ { tell("without-table"); next }
/^add table inet pulumi_multipath$/ { tell("with-table"); next }
/^(add|delete) table / { tell("tables"); next }

{
  sub(/^\[[A-Z0-9]+\]/, "")
  deleted = sub(/^Deleted /, "")
}

# A bridge tells of its members as of links, and of one that leaves it as of one that is deleted.
/^[0-9]+: [^ ]+: </ {
  name = $2
  sub(/(@.*)?:$/, "", name)
  if (/ master /) deleted = 0
  mtu = $5 + 0
  if (deleted) tell("gone " name)
  else if ($3 !~ /[<,]UP[,>]/ || mtu < 1280) tell("down " name)
  else tell_change()
}

/^[0-9]+: [^ ]+ +inet6? / {
  sub("/.*", "", $4)
  if (deleted) tell("without " $2 " " $4)
  else tell_change()
}

# A rule, `20501:`, a tab and what it says.
/^[0-9]+:\t/ {
  sub(/\t/, " ")
  if (deleted && / proto 205( |$)/) tell("without-rule " $0)
  next
}

/ proto 205 / && !/^[0-9]+: / { tell_change() }

# It is noted before it is told: whoever empties the file and looks then is told once too often rather than not at all.
function tell_change(    is_told) {
  is_told = (getline mark <told) > 0
  close(told)
  if (is_told) return
  print "told\n" >told
  close(told)
  tell("changed")
}

function tell(event) {
  print event "\n"
  fflush()
}
