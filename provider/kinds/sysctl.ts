import { z } from "zod";
import { type ObjectKey, defineKind } from "../kind";
import { word } from "../word";

const key = word("a sysctl below net, such as `net.ipv4.ip_forward` or `net/ipv4/conf/eth0.100/rp_filter`", readKey);

const text = word("what the sysctl is to be, such as 1 or `4096 131072 6291456`", (value) => {
  if (!/^[\t -~]*$/.test(value)) throw new Error("a value is one line of plain text");
  if (value.includes("=")) throw new Error("the value alone is meant, without the name and the `=` before it");
  return value.trim().replace(/\s+/g, " ");
});

const schema = z.strictObject({
  key: key.describe(
    "The sysctl, below `net` only, e.g. `net.ipv4.ip_forward`. Where a device's name has a dot in it, with slashes: " +
      "`net/ipv4/conf/eth0.100/rp_filter`.",
  ),
  value: z
    .union([text, z.int()])
    .overwrite((value) => String(value))
    .describe(
      "What it is to be, a number or text, e.g. `1`. Several numbers have a space between them. When the resource is deleted, the value that was found is put back.",
    ),
});

export interface ObservedSysctl {
  readonly key: string;
  readonly value: string;
}

/** A kernel setting of the network's, as `sysctl` knows it. */
export const sysctl = defineKind<typeof schema, ObservedSysctl>({
  name: "Sysctl",
  description:
    "A setting of the kernel's network stack, as `sysctl` knows it. Deleting the resource puts back the value that was found.",
  schema,
  restores: true,

  contradictions({ key }) {
    if (!key.endsWith("flush")) return [];
    return [{ path: ["key"], message: "this is a command to the kernel, and no value that could be kept" }];
  },

  identity: ({ key }) => [pathOf(key)],
  details: ({ key }) => [`sysctl ${pathOf(key)}`],
  reads: ({ key }) => [keyOf(pathOf(key))],

  observe({ sysctls }, { key }) {
    const value = sysctls.get(pathOf(key));
    return value === undefined ? undefined : { key, value: value.trim().replace(/\s+/g, " ") };
  },

  marked: () => false,

  plan(desired, observed) {
    if (!desired || String(desired.value) === observed?.value) return [];
    const path = pathOf(desired.key);
    return [
      { layer: "sysctl", phase: "put", tool: "sysctl", line: `${path}=${desired.value}`, touches: [keyOf(path)], removes: [] },
    ];
  },

  replay: ({ key, value }) => [`sysctl ${pathOf(key)}=${value}`],
  inputsOf: ({ key, value }) => ({ key, value }),

  hint(words, { key }) {
    if (!/nonexistent|No such file|Permission denied/.test(words)) return undefined;
    return `Is ${key} on this kernel? A device's settings come with the device, and those of a module, such as nf_conntrack, with the module.`;
  },
});

const keyOf = (path: string): ObjectKey => `sysctl ${path}`;

/* ---- names ------------------------------------------------------------------------------------------------------------------ */

/** As sysctl(8) has it: whichever of `.` and `/` comes first parts the words, and the other one belongs to a word. */
function readKey(name: string): string {
  if (name.startsWith("/")) throw new Error(`write it without the folder in front, ${name.replace(/^\/(proc\/sys\/)?/, "")}`);
  if (!/^[!-<>-~]+$/.test(name)) throw new Error("a name has no white space, no `=`, and nothing that can't be typed");
  const words = /[./]/.exec(name)?.[0] === "/" ? name.split("/") : name.split(".").map((one) => one.replaceAll("/", "."));
  if (words.some((one) => one === "" || /^\.+$/.test(one))) throw new Error();
  if (words[0] !== "net" || words.length < 2) throw new Error("only what is below `net` is set here, e.g. `net.ipv4.ip_forward`");
  return words.join(words.some((one) => one.includes(".")) ? "/" : ".");
}

/** `net.ipv4.ip_forward` -> `net/ipv4/ip_forward`, the path below /proc/sys. */
export const pathOf = (name: string): string => (name.includes("/") ? name : name.replaceAll(".", "/"));
