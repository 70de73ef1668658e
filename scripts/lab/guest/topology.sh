#!/bin/sh
# Builds the lab around the gateway (this machine's root namespace) out of network namespaces. Runs once a boot.
set -eu
# shellcheck source=SCRIPTDIR/lines.sh
. /usr/local/lib/lab/lines.sh

# A namespace that forwards, answers at once and says "unreachable" as often as it is true.
new_namespace() {
	ip netns add "$1"
	ip -n "$1" link set lo up
	# Duplicate address detection would only delay addresses that are known to be unique. Even so, one that is added without nodad is
	# no source of a route before the kernel has come to it. Kept addresses: a line that is mended has its router's IPv6 back.
	# txrehash off: inside one kernel a retransmission would change its path by itself.
	ip netns exec "$1" sysctl -q -w \
		net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
		net.ipv6.conf.all.keep_addr_on_down=1 net.ipv6.conf.default.keep_addr_on_down=1 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
		net.ipv4.fib_multipath_hash_policy=1 net.ipv6.fib_multipath_hash_policy=1 \
		net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 \
		net.core.txrehash=0
}

management() {
	ip -batch - <<-EOF
		link set eth0 up
		address replace 10.0.2.15/24 brd + dev eth0
		route replace default via 10.0.2.2 dev eth0 metric 1000
	EOF
}

lan() {
	new_namespace client
	ip -batch - <<-EOF
		link add lan address 02:00:00:00:14:01 type veth peer name gateway address 02:00:00:00:14:02 netns client
		address add 172.20.0.1/24 brd + dev lan
		address add fd00:20::1/64 dev lan nodad
		link set lan up
	EOF
	ip -n client -batch - <<-EOF
		link set gateway up
		address add 172.20.0.10/24 brd + dev gateway
		address add fd00:20::10/64 dev gateway nodad
		route add default via 172.20.0.1
		route add default via fd00:20::1
	EOF
}

internet() {
	new_namespace isp
	new_namespace internet
	ip link add isp address 02:00:00:00:33:02 netns internet type veth \
		peer name internet address 02:00:00:00:33:01 netns isp
	ip -n isp -batch - <<-EOF
		link set internet up
		address add 10.255.3.1/30 dev internet
		address add 2001:db8:fe:3::1/64 dev internet nodad
		route add 198.18.0.0/15 via 10.255.3.2
		route add 2001:db8:ffff::/48 via 2001:db8:fe:3::2
	EOF
	# Every address of the two prefixes answers, so that tests have as many destinations as they like.
	ip -n internet -batch - <<-EOF
		address add 198.18.0.1/32 dev lo
		address add 2001:db8:ffff::1/128 dev lo nodad
		link set isp up
		address add 10.255.3.2/30 dev isp
		address add 2001:db8:fe:3::2/64 dev isp nodad
		route add local 198.18.0.0/15 dev lo
		route add local 2001:db8:ffff::/48 dev lo
		route add default via 10.255.3.1 src 198.18.0.1
		route add default via 2001:db8:fe:3::1 src 2001:db8:ffff::1
	EOF
}

# A line: the gateway's Ethernet, which it has to configure by itself, the router behind it and the ISP's end. $1 = the line.
line() {
	line_facts "$1"
	new_namespace "$router"
	ip link add "$1" address "$gateway_mac" type veth peer name gateway address "$router_mac" netns "$router"
	ip link add isp address "02:00:00:00:3$line_number:02" netns "$router" type veth \
		peer name "$router" address "02:00:00:00:3$line_number:01" netns isp
	ip -n isp -batch - <<-EOF
		link set $router up
		address add $isp_v4/30 dev $router
		address add $isp_v6/64 dev $router nodad
		route add $router_v4 via $transit_v4
		route add 2001:db8:$line_letter::/64 via $transit_v6
	EOF
	ip -n "$router" -batch - <<-EOF
		link set gateway addrgenmode none
		link set isp up
		address add $transit_v4/30 dev isp
		address add $transit_v6/64 dev isp nodad
		route add default via $isp_v4
		route add default via $isp_v6
	EOF
	router_lan "$1"
	# The counters tell a line's share: each forwarded packet that came from the gateway is counted once.
	ip netns exec "$router" nft -f - <<-EOF
		table inet lab {
			counter from_gateway_v4 { }
			counter from_gateway_v6 { }
			chain count {
				type filter hook forward priority -10;
				iifname "gateway" meta nfproto ipv4 counter name from_gateway_v4
				iifname "gateway" meta nfproto ipv6 counter name from_gateway_v6
			}
			chain fail {
				type filter hook forward priority 0;
			}
		}
	EOF
	ip link set "$1" up
}

# The far ends of the gateway's four spare ports: a switch that does nothing until a test makes it speak 802.3ad.
ports() {
	new_namespace switch
	for port in 0 1 2 3; do
		ip link add "port$port" address "02:00:00:00:10:0$port" type veth \
			peer name "port$port" address "02:00:00:00:11:0$port" netns switch
		ip -n switch link set "port$port" up
	done
}

management
lan
internet
for line in $LINES; do line "$line"; done
# shellcheck disable=SC2086 # many words
isp_sends_by $LINES
ports
nft -f /usr/local/lib/lab/nat.nft
