#!/bin/sh
# Breaks and mends a line BEHIND the gateway: lab-line adsl|bdsl fail silent|unreachable|ethernet | restore | netem ARGS...
# Says when it took effect, in seconds of this machine's uptime (its clock may jump, the uptime doesn't).
set -eu
# shellcheck source=SCRIPTDIR/lines.sh
. /usr/local/lib/lab/lines.sh

usage() {
	echo "usage: lab-line adsl|bdsl fail silent|unreachable|ethernet | restore | netem ARGS..." >&2
	exit 2
}

# A file a line that has failed: how.
state_folder=/run/lab/failed
mkdir -p "$state_folder"

isp_notices() {
	alive=
	for candidate in $LINES; do
		[ -e "$state_folder/$candidate" ] || alive="$alive $candidate"
	done
	# shellcheck disable=SC2086 # many words
	isp_sends_by $alive
	line_facts "$name" # that looped over the lines
}

# The router drops, after it has answered as it was told to. Its Ethernet stays up, and it answers for itself.
# $1 = rules that come first
fail_behind_router() {
	ip netns exec "$router" nft -f - <<-EOF
		flush chain inet lab fail
		$1
		add rule inet lab fail drop
	EOF
}

# The ISP sends by the other lines from before the line dies until after it has come back: what is lost is the gateway's doing.
fail() {
	echo "$1" >"$state_folder/$name"
	isp_notices
	case $1 in
	silent) fail_behind_router "" ;;
	unreachable)
		fail_behind_router 'add rule inet lab fail iifname "gateway" meta nfproto ipv4 reject with icmp type host-unreachable
		add rule inet lab fail iifname "gateway" meta nfproto ipv6 reject with icmpv6 type no-route'
		;;
	ethernet) ip -n "$router" link set gateway down ;;
	esac
	effective
}

restore() {
	for device in gateway isp; do
		ip netns exec "$router" tc qdisc del dev "$device" root 2>/dev/null || true
	done
	ip netns exec "$router" nft flush chain inet lab fail
	router_lan "$name"
	effective
	rm -f "$state_folder/$name"
	isp_notices
}

effective() {
	read -r uptime _ </proc/uptime
	echo "$uptime"
}

[ $# -ge 2 ] || usage
name=$1 action=$2
line_facts "$name"
shift 2

case $action in
fail)
	case ${1-} in silent | unreachable | ethernet) ;; *) usage ;; esac
	if [ -e "$state_folder/$name" ]; then
		read -r before <"$state_folder/$name"
		[ "$before" = "$1" ] || restore >/dev/null
	fi
	fail "$1"
	;;
restore) restore ;;
netem)
	# On both of the router's devices: what goes to the gateway and what goes to the ISP suffer alike.
	for device in gateway isp; do
		ip netns exec "$router" tc qdisc replace dev "$device" root netem "$@"
	done
	effective
	;;
*) usage ;;
esac
