# Of our own settings of single devices, those that a change of one for all devices has set as well: `ip_forward` sets every device's
# forwarding and accept_redirects, and what is set for all of IPv6 is set for each. Input: the touched keys, then our object files.

part == "touches" {
  if (/^sysctl net\/ipv4\/(ip_forward|conf\/all\/forwarding)$/) wide["net/ipv4/conf/*/forwarding"] wide["net/ipv4/conf/*/accept_redirects"]
  if (/^sysctl net\/ipv6\/conf\/all\//) wide[spread(substr($0, 8))]
  next
}

/^sysctl net\/ipv[46]\/conf\// && !/\/conf\/all\// {
  setting = substr($0, 8)
  name = setting
  sub(/=[^=]*$/, "", name)
  if (spread(name) in wide) print setting
}

# `net/ipv6/conf/eth0/forwarding` -> `net/ipv6/conf/*/forwarding`.
function spread(key) {
  sub(/\/conf\/[^\/]+\//, "/conf/*/", key)
  return key
}
