# shellcheck shell=sh disable=SC2154 # work, here and mp_etc are set by those who read this
# Runs batches of lines from objects' files, as many of them as the kernel takes.

# shellcheck source=SCRIPTDIR/tables.sh
. "$here/tables.sh"

# run_batch FILE: adds the lines that are refused to WORK/refused: the object's name, the command with its line, and why, with tabs between.
# FILE.names has the object's name of each line.
run_batch() {
  case $1 in
    *.sysctl) command=sysctl ;;
    *.nft) command=nft ;;
    *.ip) command=ip ;;
    *) command="ip -${1##*.}" ;;
  esac
  at_once "$1" || one_by_one "$1" >"$work/words"
  [ -s "$work/words" ] || return 0
  awk -v batch="$1" '
    function is_there(line, words) { return line ~ /^(link|rule) add / && words ~ /: File exists$/ } # its other lines make it what it is to be
    FILENAME ~ /\.names$/ { name[FNR] = $0; next }
    FILENAME == batch { line[FNR] = $0; next }
    index($0, "Command failed " batch ":") == 1 {
      number = substr($0, length("Command failed " batch ":") + 1) + 0
      if (!is_there(line[number], words)) print name[number] "\t" line[number] "\t" words
      words = ""
      next
    }
    { words = words (words == "" ? "" : " ") $0 }
  ' "$1.names" "$1" "$work/words" | sed "s/^\([^	]*	\)/\1$command /" >>"$work/refused"
}

# at_once FILE: fails when the lines have to be run one by one: `ip` leaves out the rest after one that it does not understand.
at_once() {
  case $command in sysctl | nft) return 1 ;; esac
  # shellcheck disable=SC2086 # two words
  $command -force -batch "$1" >/dev/null 2>"$work/words" </dev/null
  [ $? -ne 255 ]
}

# one_by_one FILE: the lines each for itself, with the same report. They are split at spaces and nothing else; no word is evaluated.
one_by_one() {
  number=0
  set -f
  while read -r line; do
    number=$((number + 1))
    { run_line >/dev/null; } 2>&1 || echo "Command failed $1:$number"
  done <"$1"
  set +f
}

# Of what `nft` says the first line: it goes on with the text of the table.
replace_table() {
  printf '%s\n' "$line" >"$work/table" && words=$(set +f && run_nft "$work/table" "$mp_etc/current/objects.d" 2>&1) && return
  printf '%s\n' "${words#*: Error: }" | head -n 1
  return 1
}

run_line() {
  # shellcheck disable=SC2086 # split on purpose
  case $command in
    sysctl) write_setting "$line" ;;
    nft) replace_table ;;
    *) $command $line </dev/null ;;
  esac
}
