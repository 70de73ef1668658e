# Routing rules. Several may have one priority; the kernel puts a new one behind them, and `del` takes the first that has all its words.

function keep_rule(text,    key, word) {
  split(text, word, ":")
  key = "rule " family " " word[1]
  rule_text[part, key, ++rules[part, key]] = text
}

function note_touched_rule(key,    word) {
  split(key, word, " ")
  key = "rule " word[2] " " word[3]
  if (!(key in priority_seen)) {
    priority_seen[key]
    priority[++priorities] = key
  }
}

function plan_rules(    i) {
  step = 1
  for (i = 1; i <= priorities; i++) {
    if (mode == "undo") restore_rules(priority[i])
    else put_right_rules(priority[i])
  }
}

function restore_rules(at,    family, wanted, key, n, m, i, j) {
  family = substr(at, 6, 1)
  n = list_wanted(at, family, wanted, key)
  m = rules["now", at] + 0
  for (i = 1; i <= n && i <= m && key[i] == rule_key(rule_text["now", at, i], family); i++);
  if (i > n && i > m) return
  if (i > m) while (i <= n) emit(family, "rule add " rule_line(wanted[i++]))
  else if (only_too_many(at, family, key, n, m)) delete_others(at, family, key, n, m)
  else {
    # `del` with nothing but the priority takes them one by one from the front.
    for (j = 1; j <= m; j++) emit(family, "rule del priority " substr(at, 8))
    for (i = 1; i <= n; i++) emit(family, "rule add " rule_line(wanted[i]))
  }
}

# Those that were there, and behind them what others have added.
function list_wanted(at, family, wanted, key,    i, n, own) {
  n = 0
  for (i = 1; i <= rules["before", at]; i++) {
    wanted[++n] = rule_text["before", at, i]
    key[n] = rule_key(wanted[n], family)
    was_there[key[n]]
  }
  for (i = 1; i <= rules["now", at]; i++) {
    own = rule_key(rule_text["now", at, i], family)
    if (own in was_there || own in touched) continue
    wanted[++n] = rule_text["now", at, i]
    key[n] = own
  }
  return n
}

# Whether nothing is missing, and each that must go can be named so that `del` takes no other.
function only_too_many(at, family, key, n, m,    i, j, k) {
  i = 1
  for (j = 1; j <= m; j++) {
    if (i <= n && key[i] == rule_key(rule_text["now", at, j], family)) i++
    else for (k = 1; k < j; k++) if (covers(rule_key(rule_text["now", at, j], family), rule_key(rule_text["now", at, k], family))) return 0
  }
  return i > n
}

# Whether `del` takes the second rule for the first one, when it comes before it: all that is said of the one is true of the other. The kernel
# compares neither `not` nor where `goto` leads, nor a DSCP's mask where none is said.
function covers(general, special,    word, value, count, i, name, found) {
  count = split(special, word, " ")
  for (i = 4; i <= count; i++) value[name = word[i]] = is_lone(name) ? "" : word[++i]
  count = split(general, word, " ")
  for (i = 4; i <= count; i++) {
    name = word[i]
    found = is_lone(name) ? "" : word[++i]
    if (name == "not") continue
    if (!(name in value)) return 0
    if (name != "goto" && value[name] != found && !(name == "dscp" && index(value[name], found "/") == 1)) return 0
  }
  return 1
}

# Where a line meant to take a rule away and hit one before it that says all that and more: that one comes back, and the other goes.
function put_right_rules(at,    family, key, n, i, k, text, stays) {
  family = substr(at, 6, 1)
  n = rules["now", at]
  for (i = 1; i <= n; i++) key[i] = rule_key(rule_text["now", at, i], family)
  for (i = 1; i <= n; i++) {
    if (!(key[i] in removed)) continue
    do {
      for (k = 1; key[k] == "" || !covers(key[i], key[k]); k++);
      emit(family, "rule del " rule_line(rule_text["now", at, i]))
      if (k < i) key[k] = ""
    } while (k < i)
    key[i] = ""
  }
  for (i = 1; i <= n; i++) stays[key[i]]
  for (i = 1; i <= rules["before", at]; i++) {
    text = rule_text["before", at, i]
    k = rule_key(text, family)
    if (!(k in removed) && !(k in stays)) emit(family, "rule add " rule_line(text))
  }
}

function delete_others(at, family, key, n, m,    i, j) {
  i = 1
  for (j = 1; j <= m; j++) {
    if (i <= n && key[i] == rule_key(rule_text["now", at, j], family)) i++
    else emit(family, "rule del " rule_line(rule_text["now", at, j]))
  }
}

function rule_line(text,    word, count, i, line_) {
  count = rule_words(text, word)
  line_ = ""
  for (i = 1; i <= count; i++) line_ = line_ (i > 1 ? " " : "") word[i]
  return line_
}
