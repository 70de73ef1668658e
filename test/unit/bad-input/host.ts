/** What can be wrong with the `host` of any resource. */
import type { Subject } from "./check";

/** A key of nobody's. */
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBDj+KU+dmQsH3ETn1e6vJxEEiJ/ZtHjTqa85cO5CCiq";
const gw = { address: "gw.example" };

export const host: readonly Subject[] = [
  {
    subject: "a host",
    cases: [
      [undefined, "host is missing: the Linux host that the object is kept on, and how to reach it."],
      [null, 'host is null: must be an object such as { address: "192.0.2.1" }.'],
      ["gw.example", 'host is "gw.example": must be an object such as { address: "192.0.2.1" }.'],
      [
        {},
        "host.address is missing: name or IP address of the host, or an alias of ssh_config; or a list that is tried in order.",
      ],
      [[], 'host is []: must be an object such as { address: "192.0.2.1" }.'],
      [
        { hostname: "gw.example" },
        "host.address is missing: name or IP address of the host, or an alias of ssh_config; or a list that is tried in order.",
        "host.hostname is no field here: did you mean `address`?",
      ],
    ],
  },
  {
    subject: "an address of a host",
    cases: [
      [{ address: "" }, 'host.address is "": must be the name or an IP address of the host, or a list of such.'],
      [
        { address: "gw example" },
        'host.address is "gw example": must be the name or an IP address of the host, or a list of such.',
      ],
      [{ address: "root@gw.example" }, 'host.address is "root@gw.example": write gw.example here, and user: "root" beside it.'],
      [{ address: "root:hunter2@gw.example" }, 'host.address is "root:[not shown]@gw.example": write the name alone.'],
      [
        { address: "ssh://gw.example:22" },
        'host.address is "ssh://gw.example:22": a URL is not meant; write the name alone, and `user` and `port` beside it.',
      ],
      [
        { address: "ssh://root:hunter2@gw.example" },
        'host.address is "ssh://root:[not shown]@gw.example": a URL is not meant; write the name alone, and `user` and `port` beside it.',
      ],
      [{ address: "gw.example:2222" }, 'host.address is "gw.example:2222": write gw.example here, and port: 2222 beside it.'],
      [{ address: "[2001:db8::1]:22" }, 'host.address is "[2001:db8::1]:22": write 2001:db8::1 here, and port: 22 beside it.'],
      [{ address: "[2001:db8::1]" }, 'host.address is "[2001:db8::1]": write it without brackets, 2001:db8::1.'],
      [{ address: "010.0.0.1" }, 'host.address is "010.0.0.1": leading zeros would be read as octal; write 10.0.0.1.'],
      [
        { address: "192.0.2.256" },
        'host.address is "192.0.2.256": an IPv4 address has four numbers from 0 to 255, such as 192.0.2.1.',
      ],
      [{ address: "10.1" }, 'host.address is "10.1": an IPv4 address has four numbers from 0 to 255, such as 192.0.2.1.'],
      [
        { address: "-oProxyCommand=id" },
        'host.address is "-oProxyCommand=id": must be the name or an IP address of the host, or a list of such.',
      ],
      [
        { address: "gw.example/24" },
        'host.address is "gw.example/24": must be the name or an IP address of the host, or a list of such.',
      ],
      [{ address: "a\nb" }, 'host.address is "a\\nb": must be the name or an IP address of the host, or a list of such.'],
      [{ address: [] }, "host.address is []: must have at least 1 entry."],
      [{ address: ["gw.example", ""] }, 'host.address[1] is "": must be the name or an IP address of the host.'],
      [{ address: ["gw.example", 7] }, "host.address[1] is 7: must be the name or an IP address of the host."],
      [{ address: 7 }, "host.address is 7: must be the name or an IP address of the host, or a list of such."],
      [{ address: null }, "host.address is null: must be the name or an IP address of the host, or a list of such."],
    ],
  },
  {
    subject: "a port, a user, a yes or no",
    beside: gw,
    cases: [
      [{ port: 0 }, "host.port is 0: must be a whole number from 1 to 65535."],
      [{ port: 65536 }, "host.port is 65536: must be a whole number from 1 to 65535."],
      [{ port: "22" }, 'host.port is "22": must be a whole number from 1 to 65535; write 22 without quotes.'],
      [{ port: 22.5 }, "host.port is 22.5: must be a whole number from 1 to 65535."],
      [{ port: null }, "host.port is null: must be a whole number from 1 to 65535."],
      [{ port: "ssh" }, 'host.port is "ssh": must be a whole number from 1 to 65535.'],
      [{ user: "" }, 'host.user is "": must be the name of a user, without white space.'],
      [{ user: "ro ot" }, 'host.user is "ro ot": must be the name of a user, without white space.'],
      [{ user: "-l" }, 'host.user is "-l": must be the name of a user, without white space.'],
      [{ user: 0 }, 'host.user is 0: must be the name of a user, without white space; write "0" in quotes.'],
      [{ user: null }, "host.user is null: must be the name of a user, without white space."],
      [{ become: "true" }, 'host.become is "true": must be true or false; write true without quotes.'],
      [{ become: 1 }, "host.become is 1: must be true or false."],
      [{ requireLive: "yes" }, 'host.requireLive is "yes": must be true or false.'],
      [{ machine: "" }, 'host.machine is "": must be a label of yours, without control characters.'],
    ],
  },
  {
    subject: "a file with a private key",
    beside: gw,
    cases: [
      [{ identityFile: "" }, 'host.identityFile is "": must be the path of a file with a private key.'],
      [
        {
          identityFile:
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU=\n-----END OPENSSH PRIVATE KEY-----\n",
        },
        "host.identityFile is a private key (not shown): the path of its file is meant; to give a key as text, set MULTIPATH_SSH_PRIVATE_KEY where pulumi runs.",
      ],
      [{ identityFile: 7 }, 'host.identityFile is 7: must be the path of a file with a private key; write "7" in quotes.'],
    ],
  },
  {
    subject: "a host key",
    beside: gw,
    cases: [
      [
        { hostKey: "" },
        'host.hostKey is "": must be an OpenSSH public key line (`ssh-ed25519 AAAA...`), a fingerprint (`SHA256:...`), or a list of such.',
      ],
      [
        { hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBDj+KU+dmQsH3ETn1e6vJxEEiJ/ZtHj" },
        'host.hostKey is "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBDj+KU+dmQsH3ETn1e6vJxEEiJ/ZtHj": the text after ssh-ed25519 is no complete key of that type; copy the whole line of the key\'s .pub file.',
      ],
      [
        { hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBDj+KU+dmQsH3ETn1e6vJxEEiJ/ZtH" },
        'host.hostKey is "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBDj+KU+dmQsH3ETn1e6vJxEEiJ/ZtH": the text after ssh-ed25519 is no complete key of that type; copy the whole line of the key\'s .pub file.',
      ],
      [
        { hostKey: "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIBDj+KU+dmQsH3ETn1e6vJxEEiJ/ZtHjTqa85cO5CCiq" },
        'host.hostKey is "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIBDj+KU+dmQsH3ETn1e6vJxEEiJ/ZtHjTqa85cO5CCiq": it says ssh-rsa, and the key behind it is of the type ssh-ed25519.',
      ],
      [
        { hostKey: "ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBDj+KU+dmQsH3ETn1e6vJxEEiJ/ZtHjTqa85cO5CCiq" },
        'host.hostKey is "ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBDj+KU+dmQsH3ETn1e6vJxEEiJ/ZtHjTqa85cO5CCiq": must be an OpenSSH public key line (`ssh-ed25519 AAAA...`), a fingerprint (`SHA256:...`), or a list of such.',
      ],
      [
        { hostKey: "ssh-dss AAAAB3NzaC1kc3M=" },
        'host.hostKey is "ssh-dss AAAAB3NzaC1kc3M=": ssh-dss is no type of key that is accepted; there are ssh-ed25519, ssh-rsa, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ecdsa-sha2-nistp521.',
      ],
      [
        { hostKey: "ssh-ed25519" },
        'host.hostKey is "ssh-ed25519": the text after ssh-ed25519 is no complete key of that type; copy the whole line of the key\'s .pub file.',
      ],
      [
        { hostKey: `gw.example ${key}` },
        'host.hostKey is "gw.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBDj+KU+dmQsH3ETn1e6vJxEEiJ/ZtHj...": write the key alone, from ssh-ed25519 on.',
      ],
      [
        { hostKey: `${key}\n` },
        'host.hostKey is "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBDj+KU+dmQsH3ETn1e6vJxEEiJ/ZtHjTqa85cO5CCi...": write it without the white space around it.',
      ],
      [
        { hostKey: `${key}\n${key}` },
        'host.hostKey is "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBDj+KU+dmQsH3ETn1e6vJxEEiJ/ZtHjTqa85cO5CCi...": one key is meant; write several as a list.',
      ],
      [
        { hostKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU=\n" },
        "host.hostKey is a private key (not shown): the host's public key is meant, from its /etc/ssh/ssh_host_ed25519_key.pub; a private key belongs into no program.",
      ],
      [
        { hostKey: "MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48" },
        'host.hostKey is "MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48": this is an MD5 fingerprint, and the SHA256 one is meant; `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the host prints it.',
      ],
      [
        { hostKey: "16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48" },
        'host.hostKey is "16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48": this is an MD5 fingerprint, and the SHA256 one is meant; `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the host prints it.',
      ],
      [
        { hostKey: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY" },
        'host.hostKey is "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY": a SHA256 fingerprint has 43 characters after `SHA256:`; is a part of it missing?',
      ],
      [
        { hostKey: "nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8" },
        'host.hostKey is "nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8": write SHA256: in front of it.',
      ],
      [
        { hostKey: "9d385b83a9175292561a5ec4d4818e0aca51a264f17420112ef88ac3a139498f" },
        'host.hostKey is "9d385b83a9175292561a5ec4d4818e0aca51a264f17420112ef88ac3a139498f": write it in base64, as OpenSSH does: SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8.',
      ],
      [
        { hostKey: "256 SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8 root@gw (ED25519)" },
        'host.hostKey is "256 SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8 root@gw (ED25519)": write the fingerprint alone, SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8.',
      ],
      [
        { hostKey: "ssh-ed25519-cert-v01@openssh.com AAAA" },
        'host.hostKey is "ssh-ed25519-cert-v01@openssh.com AAAA": certificates are not supported; write the key that the host shows.',
      ],
      [
        { hostKey: "gw.pub" },
        'host.hostKey is "gw.pub": must be an OpenSSH public key line (`ssh-ed25519 AAAA...`), a fingerprint (`SHA256:...`), or a list of such.',
      ],
      [{ hostKey: [] }, "host.hostKey is []: must have at least 1 entry."],
      [
        { hostKey: [key, "x"] },
        'host.hostKey[1] is "x": must be an OpenSSH public key line (`ssh-ed25519 AAAA...`) or a fingerprint (`SHA256:...`).',
      ],
      [
        { hostKey: {} },
        "host.hostKey is {}: must be an OpenSSH public key line (`ssh-ed25519 AAAA...`), a fingerprint (`SHA256:...`), or a list of such.",
      ],
      [
        { hostKey: 7 },
        "host.hostKey is 7: must be an OpenSSH public key line (`ssh-ed25519 AAAA...`), a fingerprint (`SHA256:...`), or a list of such.",
      ],
    ],
  },
  {
    subject: "jump hosts",
    beside: gw,
    cases: [
      [
        { proxyJump: "" },
        'host.proxyJump is "": must be `[user@]host[:port]`, an IPv6 address in brackets, an object, or a list of such.',
      ],
      [
        { proxyJump: "jump host" },
        'host.proxyJump is "jump host": must be `[user@]host[:port]`, an IPv6 address in brackets, an object, or a list of such.',
      ],
      [
        { proxyJump: "-oProxyCommand=id" },
        'host.proxyJump is "-oProxyCommand=id": must be `[user@]host[:port]`, an IPv6 address in brackets, an object, or a list of such.',
      ],
      [
        { proxyJump: "jump:70000" },
        'host.proxyJump is "jump:70000": must be `[user@]host[:port]`, an IPv6 address in brackets, an object, or a list of such.',
      ],
      [
        { proxyJump: "2001:db8::1:22" },
        'host.proxyJump is "2001:db8::1:22": must be `[user@]host[:port]`, an IPv6 address in brackets, an object, or a list of such.',
      ],
      [
        { proxyJump: "one,,other" },
        'host.proxyJump is "one,,other": must be `[user@]host[:port]`, an IPv6 address in brackets, an object, or a list of such.',
      ],
      [
        { proxyJump: 7 },
        "host.proxyJump is 7: must be `[user@]host[:port]`, an IPv6 address in brackets, an object, or a list of such.",
      ],
      [
        { proxyJump: ["one", ""] },
        'host.proxyJump[1] is "": must be `[user@]host[:port]`, an IPv6 address in brackets, or an object.',
      ],
      [
        { proxyJump: {} },
        "host.proxyJump.address is missing: name or IP address of the jump host, as the one before it knows it; or an alias of ssh_config.",
      ],
      [
        { proxyJump: { address: "jump", hostKey: "x" } },
        'host.proxyJump.hostKey is "x": must be an OpenSSH public key line (`ssh-ed25519 AAAA...`), a fingerprint (`SHA256:...`), or a list of such.',
      ],
      [
        { proxyJump: [{ address: "jump:22" }] },
        'host.proxyJump[0].address is "jump:22": write jump here, and port: 22 beside it.',
      ],
      [
        { proxyJump: { address: "jump", sudo: true } },
        "host.proxyJump.sudo is no field here: there are `address`, `port`, `user`, `hostKey` and `identityFile`.",
      ],
    ],
  },
  {
    subject: "the seconds until a change is undone",
    beside: gw,
    cases: [
      [{ rollbackAfterSeconds: 4 }, "host.rollbackAfterSeconds is 4: must be a whole number from 5 to 600."],
      [{ rollbackAfterSeconds: 601 }, "host.rollbackAfterSeconds is 601: must be a whole number from 5 to 600."],
      [{ rollbackAfterSeconds: 7.5 }, "host.rollbackAfterSeconds is 7.5: must be a whole number from 5 to 600."],
      [
        { rollbackAfterSeconds: "60" },
        'host.rollbackAfterSeconds is "60": must be a whole number from 5 to 600; write 60 without quotes.',
      ],
      [{ rollbackAfterSeconds: "1m" }, 'host.rollbackAfterSeconds is "1m": must be a whole number from 5 to 600.'],
      [{ rollbackAfterSeconds: 0 }, "host.rollbackAfterSeconds is 0: must be a whole number from 5 to 600."],
    ],
  },
  {
    subject: "a field that a host has not",
    beside: gw,
    cases: [
      [{ hostname: "x" }, "host.hostname is no field here: did you mean `address`?"],
      [{ username: "x" }, "host.username is no field here: did you mean `user`?"],
      [{ sudo: "x" }, "host.sudo is no field here: did you mean `become`?"],
      [{ privateKey: "x" }, "host.privateKey is no field here: did you mean `identityFile`?"],
      [{ knownHosts: "x" }, "host.knownHosts is no field here: did you mean `hostKey`?"],
      [
        { password: "x" },
        "host.password is no field here: there are `address`, `port`, `user`, `hostKey`, `proxyJump`, `become`, `identityFile`, `rollbackAfterSeconds`, `requireLive` and `machine`.",
      ],
      [{ prot: "x" }, "host.prot is no field here: did you mean `port`?"],
      [{ destination: "x" }, "host.destination is no field here: write it beside `host`."],
      [{ adress: "x" }, "host.adress is no field here: did you mean `address`?"],
    ],
  },
];
