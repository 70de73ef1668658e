#!/bin/sh
# How many packets from the gateway each line has carried: lab-shares [--reset]. One JSON object a call.
set -eu
# shellcheck source=SCRIPTDIR/lines.sh
. /usr/local/lib/lab/lines.sh

verb=list
[ "${1-}" != --reset ] || verb=reset

counted() {
	sed -n 's/.*packets \([0-9]*\) bytes.*/\1/p'
}

separator='{'
for line in $LINES; do
	v4=$(ip netns exec "$line-router" nft "$verb" counter inet lab from_gateway_v4 | counted)
	v6=$(ip netns exec "$line-router" nft "$verb" counter inet lab from_gateway_v6 | counted)
	printf '%s"%s":{"v4":%s,"v6":%s}' "$separator" "$line" "$v4" "$v6"
	separator=,
done
echo '}'
