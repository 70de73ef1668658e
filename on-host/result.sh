# shellcheck shell=sh disable=SC2154 # tx is set by those who read this
# What a script tells its session: lines, collected in `result`, written at the end and at once.

result=''

# answer LINE: adds a line.
answer() {
  result="$result$1
"
}

# What the failed command said.
answer_words() {
  while IFS= read -r word; do answer "words $word"; done <"$tx/words"
}

# write_result NAME: to TX/NAME.
write_result() {
  printf '%send\n' "$result" >"$tx/$1"
}
