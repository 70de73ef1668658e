# Prints the names of the links that a change of links can reach: those it touches, what stands on them, their masters and members.

part == "touches" { if ($1 == "link") set[$2]; next }

/^[0-9]+: [^ ]+: </ {
  read_link($0, link)
  note_relations(link)
  next
}

END {
  add_related(set)
  for (name in set) print name
}
