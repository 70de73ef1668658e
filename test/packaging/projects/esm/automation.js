// Runs this folder's program, or one of its own, by the Automation API: `node automation.js local|inline STACK`.
import { Config } from "@pulumi/pulumi";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { Route } from "pulumi-multipath";

const [how, stackName] = process.argv.slice(2);

const workspaces = {
  local: { stackName, workDir: import.meta.dirname },
  inline: {
    stackName,
    projectName: "inline",
    program: async () => {
      const host = new Config().requireObject("host");
      new Route("bogon", { host, destination: "10.66.0.0/16", type: "blackhole" });
    },
  },
};

const stack = await LocalWorkspace.createOrSelectStack(workspaces[how]);
await stack.setConfig("host", { value: process.env.HOST });

const changes = [];
for (const operation of ["up", "up", "destroy"]) changes.push((await stack[operation]()).summary.resourceChanges);
console.log(JSON.stringify(changes));
