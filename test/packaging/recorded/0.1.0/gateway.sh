set -e
mkdir -p /etc/pulumi-multipath/generations/3/objects.d
ln -s generations/3 /etc/pulumi-multipath/current
cd /etc/pulumi-multipath/current/objects.d
cat >'20-Address-4_adsl_203.0.113.5%2F32_-' <<'END'
# pulumi-multipath object 1
kind Address
identity 4 adsl 203.0.113.5%2F32 -
claim cfcf6036988ed8cfc4a48f38
owner pnpm/@STACK@/adsl

ip -4 addr replace 203.0.113.5/32 dev adsl proto 205
END
cat >'20-Address-4_bdsl_203.0.113.5%2F32_-' <<'END'
# pulumi-multipath object 1
kind Address
identity 4 bdsl 203.0.113.5%2F32 -
claim 50aa61c71a9b0f5f888274be
owner pnpm/@STACK@/bdsl

ip -4 addr replace 203.0.113.5/32 dev bdsl proto 205
END
cat >'20-Address-6_adsl_2001:db8:1::2' <<'END'
# pulumi-multipath object 1
kind Address
identity 6 adsl 2001:db8:1::2
claim daaca6e58519d3deb62b6ee4
owner pnpm/@STACK@/transit

ip -6 addr replace 2001:db8:1::2/64 dev adsl proto 205
END
cat >'30-Route-4_254_198.51.100.1_0_0' <<'END'
# pulumi-multipath object 1
kind Route
identity 4 254 198.51.100.1 0 0
claim 6138efeb9ce645b22f4835bc
owner pnpm/@STACK@/adsl-router

ip -4 route replace 198.51.100.1 dev adsl proto 205 src 203.0.113.5
END
cat >'30-Route-4_254_198.51.100.2_0_0' <<'END'
# pulumi-multipath object 1
kind Route
identity 4 254 198.51.100.2 0 0
claim 913966acf592c685332ba865
owner pnpm/@STACK@/bdsl-router

ip -4 route replace 198.51.100.2 dev bdsl proto 205 src 203.0.113.5
END
cat >'30-Route-4_254_default_0_0' <<'END'
# pulumi-multipath object 1
kind Route
identity 4 254 default 0 0
claim 65568550732b3ba3a7826eca
owner pnpm/@STACK@/default

ip -4 route replace default proto 205 src 203.0.113.5 nexthop via 198.51.100.1 dev adsl weight 9 nexthop via 198.51.100.2 dev bdsl weight 10
END
cat >'30-Route-6_254_2001:db8:2::%2F48_any_512' <<'END'
# pulumi-multipath object 1
kind Route
identity 6 254 2001:db8:2::%2F48 any 512
claim f851ae514b5091133676bc14
owner pnpm/@STACK@/branch

ip -6 route replace 2001:db8:2::/48 via 2001:db8:1::1 dev adsl metric 512 proto 205 mtu 1400
END
grep -h '^ip ' * | sh -e
