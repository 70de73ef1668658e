#!/bin/sh
# Is the gateway still as it was applied? Ends with 0: yes. 7: no. Anything else: it could not be found out.
# report.md says which, and what differs.
set -u
cd "$(dirname "$0")/.." || exit

pulumi refresh --preview-only --expect-no-changes --diff --non-interactive --color never >drift.txt 2>&1
status=$?
cat drift.txt

{
  case $status in
    0) printf '### The gateway is as it was applied\n' ;;
    7) printf '### The gateway has drifted\n\nThe next up puts it back, unless what was changed by hand is declared.\n\n' ;;
    *) printf '### Whether the gateway has drifted could not be found out\n\n' ;;
  esac
  # Indented, no text can end the block of code it stands in.
  [ "$status" -eq 0 ] || sed 's/^/    /' drift.txt
} >report.md

exit "$status"
