# Tables of nftables: as a whole, as it was or gone.

function keep_table(text,    word) {
  split(text, word, " ")
  table_text[part, word[2] " " word[3]] = text
}

function plan_tables(    name) {
  if (mode != "undo") return
  step = 1
  for (name in touched_table) {
    if (masked_table(table_text["before", name]) == masked_table(table_text["now", name])) continue
    # `delete` alone fails where the table is not there.
    emit("nft", "add table " name)
    emit("nft", "delete table " name)
    if (table_text["before", name] != "") emit("nft", table_text["before", name])
  }
}
