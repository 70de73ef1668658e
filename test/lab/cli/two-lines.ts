import type { Box } from "../commit/box";

/** Sh text that gives a box two lines, a LAN, the rules of pinned connections, the object files of all that, and what a line monitor has to say. */
export const twoLines = `
set -e
for d in adsl bdsl lan; do
  ip link add $d type veth peer name $d-far; ip link set $d addrgenmode none up; ip link set $d-far addrgenmode none up
done
ip addr add 203.0.113.5/32 dev adsl; ip addr add 203.0.113.6/32 dev bdsl; ip addr add 172.20.0.1/24 dev lan; ip addr add 2001:db8:20::1/64 nodad dev lan
echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv4/fib_multipath_hash_policy
ip route add default proto 205 nexthop via 198.51.100.1 dev adsl weight 9 onlink nexthop via 198.51.100.2 dev bdsl weight 10 onlink
ip route add default via 198.51.100.2 dev bdsl onlink table 20502 proto 205
ip route add unreachable default metric 4278198272 table 20501 proto 205
ip route add prohibit 198.18.99.0/24
ip rule add priority 20500 lookup main suppress_prefixlength 0 proto 205
ip rule add priority 20501 fwmark 0x100/0x3f00 lookup 20501 proto 205
ip rule add priority 20502 fwmark 0x200/0x3f00 lookup 20502 proto 205
mkdir -p /etc/pulumi-multipath/generations/1/objects.d /run/pulumi-multipath/lines
ln -sfn generations/1 /etc/pulumi-multipath/current
cd /etc/pulumi-multipath/current/objects.d
object() { printf '%s\\n' '# pulumi-multipath object 1' "kind $2" 'identity x' 'claim c' "owner network/prod/$3" '' "$4" >"$1"; }
object 30-Route-4_254_default_0_0 Route uplink 'ip -4 route replace default proto 205 nexthop via 198.51.100.1 dev adsl weight 9 onlink nexthop via 198.51.100.2 dev bdsl weight 10 onlink'
object 40-RoutingRule-4_20502 RoutingRule pinned-bdsl 'ip -4 rule add priority 20502 fwmark 0x200/0x3f00 table 20502 proto 205'
object 50-LineMonitor-uplink LineMonitor uplink 'line-monitor settings interval 200
line-monitor line adsl number 1 device adsl gateway4 198.51.100.1 gateway6 - address4 203.0.113.5 address6 - interval 200
line-monitor line bdsl number 2 device bdsl gateway4 198.51.100.2 gateway6 - address4 203.0.113.6 address6 - interval 200'
cd /run/pulumi-multipath/lines
now=$(date +%s)
echo "monitor 1 $((now - 7380))
line adsl up $((now - 7380)) adsl 198.51.100.1 -
line bdsl up $((now - 3000)) bdsl 198.51.100.2 - " >health
echo 'target adsl icmp 198.18.0.1 alive 36900 120 12340 : 0/12000,8/13000,0/12340
target bdsl icmp 198.18.0.1 alive 36900 300 22000 : 0/21000,100/-,0/22000' >targets
echo "$((now - 3100)) bdsl down no answer from 198.18.0.1
$((now - 3000)) bdsl up 8 replies" >transitions
cd /
`;

/** One connection that is pinned to bdsl and leaves with its address; false where the kernel of the tests knows no connections. */
export const conntrack = async (on: Pick<Box, "sh">): Promise<boolean> =>
  (await on.sh(`command -v conntrack nft >/dev/null && nft add table inet seen 2>/dev/null || { echo no; exit 0; }
    nft add chain inet seen all '{ type filter hook prerouting priority mangle; }'; nft add rule inet seen all ct state new counter
    conntrack -F 2>/dev/null
    conntrack -I -p tcp --orig-src 172.20.0.10 --orig-dst 198.18.0.7 --orig-port-src 40000 --orig-port-dst 443 --reply-src 198.18.0.7 \\
      --reply-dst 203.0.113.6 --reply-port-src 443 --reply-port-dst 40000 --state ESTABLISHED --timeout 600 --mark 512 >/dev/null 2>&1 && echo yes`)) ===
  "yes\n";
