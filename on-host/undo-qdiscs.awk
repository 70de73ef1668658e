# Queueing disciplines that somebody has chosen (the kernel's own have the handle 0:) and that `tc` takes as it prints them. Classes and
# filters are not restored: a discipline below one is refused, and reported.

function keep_qdisc(text,    key, word) {
  split(text, word, " ")
  if (word[3] == "0:") return
  key = qdisc_key(text)
  qdisc[part, key] = qdisc_words(text)
  qdisc_keys[key]
}

function plan_qdiscs(    key, word) {
  step = 5
  for (key in qdisc_keys) {
    split(key, word, " ")
    if (("before", key) in qdisc) {
      if (("now", key) in qdisc && qdisc["before", key] == qdisc["now", key]) continue
      if (key in touched ? mode == "undo" : !(("now", key) in qdisc) && is_concerned(word[2])) emit("tc", qdisc_line(key, word[2], word[3]))
    } else if (mode == "undo" && key in touched) {
      emit("tc", "qdisc del dev " word[2] " " (word[3] ~ /^ffff:fff1$/ ? "ingress" : (word[3] == "root" ? "root" : "parent " word[3])))
    }
  }
}

# Handle, kind and options.
function qdisc_words(text,    word, count, i, words) {
  count = split(text, word, " ")
  words = word[3] " " word[2]
  for (i = word[6] == "parent" ? 8 : 7; i <= count; i++) {
    if (word[i] ~ /^(refcnt|direct_packets_stat|ver)$/) i++
    else if (word[i] == "lat") words = words " latency"
    else if (word[i] ~ /^[0-9]+p$/) words = words " " substr(word[i], 1, length(word[i]) - 1)
    else if (word[i] !~ /^-+$/) words = words " " word[i]
  }
  return words
}

function qdisc_line(key, name, parent,    word, handle, words) {
  words = qdisc["before", key]
  split(words, word, " ")
  if (word[2] ~ /^(ingress|clsact)$/) return "qdisc add dev " name " " word[2]
  handle = word[1]
  sub(/^[^ ]+ /, "", words)
  return "qdisc replace dev " name " " (parent == "root" ? "root" : "parent " parent) " handle " handle " " words
}
