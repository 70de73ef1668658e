# shellcheck shell=sh
# shellcheck disable=SC2034 # the facts are for those who source this
# What tells one line from the other, for the scripts that build and break them. Sourced, never run.

LINES="adsl bdsl"

# Sets the facts of one line: $1 = adsl | bdsl.
line_facts() {
	case $1 in
	adsl) line_letter=a line_number=1 ;;
	bdsl) line_letter=b line_number=2 ;;
	*)
		echo "there is no line \"$1\": the lines are adsl and bdsl" >&2
		exit 2
		;;
	esac
	router=$1-router
	router_mac=02:00:00:00:0$line_letter:02
	gateway_mac=02:00:00:00:0$line_letter:01
	router_v4=198.51.100.$line_number     # what the gateway's default route names
	router_private_v4=10.64.$line_number.1 # a LAN side that is not public (the starting case's first claim)
	router_v6=2001:db8:$line_letter::1
	router_link_local=fe80::$line_letter
	isp_v4=10.255.$line_number.1 # the isp's end of the transit
	transit_v4=10.255.$line_number.2
	isp_v6=2001:db8:fe:$line_number::1
	transit_v6=2001:db8:fe:$line_number::2
}

# The router's LAN side: a line that is mended needs again what the kernel took away when its Ethernet went down. $1 = the line.
# The gateway's prefixes are on the router's Ethernet, and the router answers from the address that the gateway knows it by. nodad: even where
# detection is off, its address may not be a source before a work queue of the kernel's has run.
router_lan() {
	line_facts "$1"
	ip -n "$router" -batch - <<-EOF
		link set gateway up
		address replace $router_v4/32 dev gateway
		address replace $router_private_v4/24 brd + dev gateway
		address replace $router_v6/64 dev gateway nodad
		address replace $router_link_local/64 dev gateway nodad
		route replace 203.0.113.0/24 dev gateway src $router_v4
		route replace 2001:db8:113::/48 dev gateway src $router_v6
	EOF
}

# The ISP notices a dead line by itself and sends everything down the others. $@ = the lines that are alive.
isp_sends_by() {
	kind='unreachable' hops_v4='' hops_v6=''
	for line in "$@"; do
		line_facts "$line"
		kind='unicast'
		hops_v4="$hops_v4 nexthop via $transit_v4 dev $router"
		hops_v6="$hops_v6 nexthop via $transit_v6 dev $router"
	done
	# shellcheck disable=SC2086 # many words
	ip -n isp -4 route replace "$kind" 203.0.113.0/24 $hops_v4
	# A replaced IPv6 route keeps next hops that the new one doesn't name, hence the flush.
	ip -n isp -6 -batch - <<-EOF
		route flush 2001:db8:113::/48
		route add $kind 2001:db8:113::/48$hops_v6
	EOF
}
