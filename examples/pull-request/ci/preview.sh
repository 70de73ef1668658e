#!/bin/sh
# Previews what merging would change, and writes it to comment.md for the pull request. Ends as the preview ended.
set -u
cd "$(dirname "$0")/.." || exit

# With --diff the `ip` lines, warnings and errors come on stderr, and what differs in the declaration on stdout.
pulumi preview --diff --non-interactive --color never >declaration.txt 2>gateway.txt
status=$?
cat gateway.txt declaration.txt

# block FILE: as a block of code. Indented, no text can end the block it stands in; cut, two of them fit into GitHub's 65,536 characters.
block() {
  head -c 20000 "$1" | head -n 600 | sed 's/^/    /'
  if [ "$(wc -c <"$1")" -gt 20000 ] || [ "$(wc -l <"$1")" -gt 600 ]; then
    printf '\n    ... and more: see the log of this job.\n'
  fi
}

{
  if [ "$status" -eq 0 ]; then
    printf '### Preview of the stack %s\n\n' "$PULUMI_STACK"
  else
    printf '### Preview of the stack %s failed\n\n' "$PULUMI_STACK"
  fi
  if [ -s gateway.txt ]; then
    printf 'What would run on the gateway, and what was said about it:\n\n'
    block gateway.txt
  else
    echo 'Nothing would run on the gateway.'
  fi
  printf '\n<details><summary>What differs in the declaration</summary>\n\n'
  block declaration.txt
  printf '\n</details>\n'
} >comment.md

exit "$status"
