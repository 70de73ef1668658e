import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { AnyKind } from "../../../provider/kind";
import { generatedFiles } from "../../../scripts/generate/files";
import { kindModel } from "../../../scripts/generate/model";

const schema = z.strictObject({
  destination: z
    .string()
    .transform((text) => text.toLowerCase())
    .describe("Where packets are headed."),
  table: z
    .union([z.string(), z.number().int().min(1).max(4294967295)])
    .transform(String)
    .default("main")
    .describe("The routing table, by name or number."),
  gateway: z
    .union([z.literal("dhcp"), z.string()])
    .optional()
    .describe("The next hop's address, or `dhcp`."),
  type: z.enum(["unicast", "blackhole"]).default("unicast").describe("What becomes of the packets."),
  mtu: z.number().int().min(68).max(65535).optional().describe("Largest packet in bytes. Default: the device's. Linux 2.6."),
  nextHops: z
    .array(
      z
        .strictObject({
          gateway: z.string().optional().describe("The next hop's address."),
          weight: z.number().int().min(1).max(256).default(1).describe("Its share of the flows."),
        })
        .describe("One line out."),
    )
    .optional()
    .describe("The lines that flows are spread over | weighted."),
  encapsulation: z
    .discriminatedUnion("type", [
      z.strictObject({ type: z.literal("mpls").describe("MPLS."), labels: z.array(z.number()).describe("The labels.") }),
      z.strictObject({ type: z.literal("ip").describe("An IPv4 tunnel."), to: z.string().describe("Its other end.") }),
    ])
    .optional()
    .describe("What the packets are wrapped in."),
  quotas: z.record(z.string(), z.number()).optional().describe("Anything by name."),
});

const kind = { name: "SampleRoute", description: "A route to one destination.", schema } as unknown as AnyKind;

describe("npm run generate", () => {
  let files: ReadonlyMap<string, string>;
  let text: (path: string) => string;
  before(async () => {
    files = await generatedFiles(join(__dirname, "../../.."), [kind]);
    text = (path) => files.get(path)?.replace(/\s+/g, " ") ?? assert.fail(`${path} is not generated`);
  });

  it("writes a class and a page a kind, the host's type and an index", () => {
    assert.deepEqual(
      [...files.keys()],
      [
        "sdk/generated/host.ts",
        "sdk/generated/index.ts",
        "docs/kinds/README.md",
        "sdk/generated/sample-route.ts",
        "docs/kinds/sample-route.md",
      ],
    );
    assert.match(
      text("sdk/generated/index.ts"),
      /export type \{ SampleRouteArgs, SampleRouteNextHop, SampleRouteEncapsulationMpls, SampleRouteEncapsulationIp,? \} from "\.\/sample-route"/,
    );
  });

  it("makes every property an input, at any depth", () => {
    const sdk = text("sdk/generated/sample-route.ts");
    assert.match(sdk, /destination: pulumi\.Input<string>;/);
    assert.match(sdk, /table\?: pulumi\.Input<string \| number> \| undefined;/);
    assert.match(sdk, /type\?: pulumi\.Input<"unicast" \| "blackhole"> \| undefined;/);
    assert.match(sdk, /nextHops\?: pulumi\.Input<pulumi\.Input<SampleRouteNextHop>\[\]> \| undefined;/);
    assert.match(sdk, /interface SampleRouteNextHop \{.*weight\?: pulumi\.Input<number> \| undefined;/);
    assert.match(sdk, /quotas\?: pulumi\.Input<Record<string, pulumi\.Input<number>>> \| undefined;/);
  });

  it("gives each form of an object a name of its own", () => {
    const sdk = text("sdk/generated/sample-route.ts");
    assert.match(sdk, /encapsulation\?: pulumi\.Input<SampleRouteEncapsulationMpls \| SampleRouteEncapsulationIp> \| undefined;/);
    assert.ok(sdk.includes("/** `encapsulation` of the form `ip`. */ export interface SampleRouteEncapsulationIp"));
  });

  it("writes an object that may stand alone or in a list once, beside the host that it belongs to", () => {
    const host = text("sdk/generated/host.ts");
    assert.match(
      host,
      /proxyJump\?: pulumi\.Input<string \| HostProxyJump \| pulumi\.Input<string \| HostProxyJump>\[\]> \| undefined;/,
    );
    assert.equal(host.split("export interface HostProxyJump {").length, 2);
    assert.match(text("sdk/generated/index.ts"), /export type \{ HostArgs, HostProxyJump, MustReach \} from "\.\/host"/);
    assert.ok(text("docs/kinds/sample-route.md").includes("### HostProxyJump"));
  });

  it("takes a word among strings for a string", () => {
    assert.match(text("sdk/generated/sample-route.ts"), /or `dhcp`\. \*\/ gateway\?: pulumi\.Input<string> \| undefined;/);
  });

  it("makes an output of every property, there for certain when it has a default", () => {
    const sdk = text("sdk/generated/sample-route.ts");
    assert.match(sdk, /declare readonly table: pulumi\.Output<string \| number>;/);
    assert.match(sdk, /declare readonly mtu: pulumi\.Output<number \| undefined>;/);
    assert.match(sdk, /declare readonly nextHops: pulumi\.Output<pulumi\.Unwrap<SampleRouteNextHop>\[\] \| undefined>;/);
    assert.match(sdk, /declare readonly host: pulumi\.Output<pulumi\.Unwrap<HostArgs>>;/);
  });

  it("tells meaning, range and default above each field", () => {
    const sdk = text("sdk/generated/sample-route.ts");
    assert.ok(sdk.includes("/** Largest packet in bytes. Default: the device's. Linux 2.6. From 68 to 65535. */"));
    assert.ok(sdk.includes('/** The routing table, by name or number. Default: `"main"`. */'));
    assert.ok(sdk.includes("/** One line out. */ export interface SampleRouteNextHop"));
  });

  it("leaves out what the SDK fills in itself", () => {
    for (const field of ["owner", "unmanaged", "secrets"]) {
      assert.doesNotMatch(text("sdk/generated/sample-route.ts"), new RegExp(`\\b${field}\\b`));
    }
  });

  it("makes tables of fields, with the kernel's default in its column", () => {
    const page = files.get("docs/kinds/sample-route.md") ?? "";
    assert.ok(page.includes("| `mtu` | whole number | the device's | Largest packet in bytes. Linux 2.6. From 68 to 65535. |"));
    assert.ok(page.includes("| `destination` | string | **required** | Where packets are headed. |"));
    assert.ok(page.includes("spread over \\| weighted."));
    assert.ok(page.includes("### SampleRouteNextHop\n\nOne line out.\n\n| field |"));
    assert.ok(page.includes("### HostArgs"));
  });

  it("lists the kinds, each with a link to its page", () => {
    const index = files.get("docs/kinds/README.md") ?? "";
    assert.ok(index.includes("| [SampleRoute](sample-route.md) | A route to one destination. |"), index);
  });

  it("shows the kind's example as it is", async () => {
    const root = mkdtempSync(join(tmpdir(), "generate-"));
    mkdirSync(join(root, "examples/sample-route"), { recursive: true });
    writeFileSync(join(root, "examples/sample-route/index.ts"), "// A route.\nnew SampleRoute();\n");
    const page = (await generatedFiles(root, [kind])).get("docs/kinds/sample-route.md") ?? "";
    rmSync(root, { recursive: true });
    assert.ok(page.includes("```ts\n// A route.\nnew SampleRoute();\n```"));
  });

  it("refuses a field without a description, by name", () => {
    const bare = { name: "Bare", description: "x", schema: z.strictObject({ mtu: z.number() }) } as unknown as AnyKind;
    assert.throws(() => kindModel(bare), /Bare\.mtu has no description/);
  });
});
