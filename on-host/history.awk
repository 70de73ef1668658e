# What is told of a confirmed change. Printed, for its entry in the history: the objects' files and the lines that were run. Into RECORD,
# of the last change only, what it takes to take it back (take-back.awk):
#
#   change NUMBER
#   touches KEY         an object that the change was about
#   had KEY<tab>LINE    lines of the state before it and after it, as they stand there: of these objects, and of what went or changed with
#   left KEY<tab>LINE   them: links, addresses, settings, and routes that no daemon brings
#   object NAME         an object's file that was written or removed, followed by the lines that it had before, if it was there
#   was LINE
#   end                 without it the record is not whole
#
# Files: part=named names of the objects' files, part=forward the batches, part=touches keys, part=had and part=left the state before and
# after. `objects` is the folder of the objects' files as they were.

BEGIN { print "change " change_number >record }

part == "named" {
  print "object " $0
  name_at[++names] = $0
  next
}

part == "forward" {
  if (FNR == 1) {
    tool = FILENAME
    sub(/.*[.]/, "", tool)
    command = tool ~ /^[46]$/ ? "ip -" tool " " : (tool == "words" ? "" : tool " ")
  }
  # `link show` lines are marks between the others.
  if (tool != "dad" && !/^link show /) print "forward " command $0
  next
}

part == "touches" {
  key = canonical_key($0)
  if (key in touched) next
  touched[key]
  print "touches " key >record
  note_destination(key)
  next
}

{ key = object_key($0) }

# Ours, and those that a person or a boot script has made. There may be many of them, and nearly all are in both states.
key == "" && /^[0-9]+ .* proto (3|4|205) / {
  if (part == "had") gone[$0]
  else delete gone[$0]
  next
}

# The same rule or setting may be in several files of one state.
key != "" && !((part, family, $0) in seen) {
  seen[part, family, $0]
  if (!(key in kind)) key_at[++keys] = key
  kind[key] = kind_of($0)
  lines[part, key] = lines[part, key] part " " key "\t" $0 "\n"
  if (!(key in touched)) shown[part, key] = shown[part, key] masked($0, kind[key]) "\n"
}

END {
  for (i = 1; i <= keys; i++) {
    key = key_at[i]
    if (key in touched || (kind[key] ~ /^(link|address|route|sysctl)$/ && shown["had", key] != shown["left", key]))
      printf "%s%s", lines["had", key], lines["left", key] >record
  }
  for (text in gone) print "had " key_of_route(text) "\t" text >record
  for (i = 1; i <= names; i++) {
    print "object " name_at[i] >record
    file = objects "/" name_at[i]
    while ((getline text <file) > 0) print "was " text >record
    close(file)
  }
  print "end" >record
}
