/** Which field was meant by a name that is none: `ip`'s own word for it, another habit's, or a slip of the pen. */

/**
 * What a field is called elsewhere: in `ip`, in other tools, in one's head; without `_`, `-` and capitals. The first of the fields that the
 * object in question has is meant; where one name may stand for either of two, they are divided by a space.
 */
const otherNames: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    // ip route
    via: ["gateway"],
    gw: ["gateway"],
    router: ["gateway"],
    nexthop: ["nextHops", "gateway"],
    hops: ["nextHops"],
    paths: ["nextHops"],
    multipath: ["nextHops"],
    dev: ["device", "name", "inputDevice outputDevice"],
    interface: ["device", "name", "inputDevice outputDevice"],
    iface: ["device", "name"],
    ifname: ["device", "name"],
    oif: ["device", "outputDevice"],
    link: ["device"],
    src: ["preferredSource", "source", "from"],
    prefsrc: ["preferredSource"],
    sourceaddress: ["preferredSource", "source", "from"],
    from: ["source"],
    to: ["destination"],
    dst: ["destination", "to"],
    prefix: ["destination", "address"],
    network: ["destination", "address"],
    subnet: ["destination", "address"],
    cidr: ["destination", "address"],
    target: ["destination"],
    address: ["destination gateway", "macAddress"],
    priority: ["metric"],
    preference: ["metric", "priority"],
    pref: ["routerPreference", "priority"],
    dsfield: ["tos"],
    dscp: ["tos"],
    share: ["weight"],
    advmss: ["advertisedMss"],
    mss: ["advertisedMss"],
    cwnd: ["congestionWindow"],
    initcwnd: ["initialCongestionWindow"],
    initrwnd: ["initialReceiveWindow"],
    congctl: ["congestionControl"],
    congestion: ["congestionControl"],
    features: ["ecn"],
    expires: ["expiresSeconds"],
    encap: ["encapsulation"],
    segs: ["segments"],
    tc: ["trafficClass"],
    // ip rule
    order: ["priority"],
    source: ["from"],
    destination: ["to"],
    device: ["inputDevice outputDevice"],
    iif: ["inputDevice"],
    fwmark: ["firewallMark"],
    mark: ["firewallMark"],
    fwmask: ["firewallMask"],
    protocol: ["ipProtocol"],
    ipproto: ["ipProtocol"],
    sport: ["sourcePorts"],
    dport: ["destinationPorts"],
    port: ["destinationPorts"],
    uid: ["uidRange"],
    user: ["uidRange"],
    tunid: ["tunnelId"],
    not: ["invert"],
    type: ["action"],
    lookup: ["table"],
    goto: ["gotoPriority"],
    suppressprefixlen: ["suppressPrefixLength"],
    suppressifgroup: ["suppressInterfaceGroup"],
    // ip address
    local: ["address"],
    ip: ["address"],
    ipaddress: ["address"],
    remote: ["peer"],
    brd: ["broadcast"],
    validlft: ["validLifetimeSeconds"],
    preferredlft: ["preferredLifetimeSeconds"],
    lifetime: ["validLifetimeSeconds"],
    mngtmpaddr: ["manageTemporary"],
    // ip link
    parent: ["device"],
    lowerdevice: ["device"],
    id: ["vlanId"],
    tag: ["vlanId"],
    vlan: ["vlanId"],
    proto: ["protocol"],
    lladdr: ["macAddress"],
    mac: ["macAddress"],
    hwaddr: ["macAddress"],
    txqueuelen: ["txQueueLength"],
    qlen: ["txQueueLength"],
    state: ["up"],
    enabled: ["up"],
    // bonds
    slaves: ["members"],
    ports: ["members"],
    interfaces: ["members"],
    activeslave: ["primary"],
    numgratarp: ["numPeerNotif"],
    numunsolna: ["numPeerNotif"],
    peernotifdelay: ["peerNotifyDelay"],
    xmithash: ["xmitHashPolicy"],
    hashpolicy: ["xmitHashPolicy"],
    // ssh
    hostname: ["address"],
    name: ["address"],
    username: ["user"],
    login: ["user"],
    sudo: ["become"],
    key: ["identityFile"],
    keyfile: ["identityFile"],
    sshkey: ["identityFile"],
    privatekey: ["identityFile"],
    fingerprint: ["hostKey"],
    publickey: ["hostKey"],
    knownhosts: ["hostKey"],
    server: ["host"],
  }),
);

/** Of Pulumi's own, and easily written one argument too early. */
const resourceOptions: ReadonlySet<string> = new Set(
  (
    "additionalSecretOutputs aliases customTimeouts deleteBeforeReplace deletedWith dependsOn ignoreChanges import parent protect provider " +
    "replaceOnChanges retainOnDelete version"
  ).split(" "),
);

export const isResourceOption = (name: string): boolean => resourceOptions.has(name);

/** The fields that `name` may stand for: those it is another name of, or else the one that it is nearly spelt like. */
export function fieldsMeant(name: string, fields: readonly string[]): readonly string[] {
  const same = fields.filter((field) => fold(field) === fold(name));
  if (same.length > 0) return same;
  const renamed = (otherNames.get(fold(name)) ?? []).map((meant) => meant.split(" ").filter((field) => fields.includes(field)));
  const first = renamed.find((meant) => meant.length > 0);
  if (first) return first;
  const spelt = nearest(name, fields);
  return spelt === undefined ? [] : [spelt];
}

const fold = (text: string): string => text.toLowerCase().replace(/[_-]/g, "");

/** Nobody mistypes a longer one; comparing takes the product of both lengths. */
const longestWord = 50;

/** The word that was probably meant: at most a third of it mistyped. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  if (word.length > longestWord) return undefined;
  const ranked = words
    .map((name) => ({ name, distance: editDistance(fold(word), fold(name)) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.name;
}

/** How many characters must be put in, left out, replaced, or exchanged with the next one (optimal string alignment). */
function editDistance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Infinity;
  for (let row = 1; row <= from.length; row++) {
    rows.push([row]);
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const exchanged = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      rows[row]?.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + (same ? 0 : 1),
          exchanged ? at(row - 2, column - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(from.length, to.length);
}
