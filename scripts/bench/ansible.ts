import { realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../setup/run.mjs";
import type { Case, Contender, Prepared } from "./contender";
import { type BenchHost, device } from "./host";
import type { Route } from "./routes";

/** What an Ansible user writes for N routes: what is there is read once, and a command runs for each route that is not as declared. */
const play = `
- hosts: gateway
  gather_facts: false
  tasks:
    - name: What is there
      ansible.builtin.command: ip -j -4 route show dev ${device}
      register: shown
      changed_when: false
      check_mode: false
    - name: Each route that is not as declared
      ansible.builtin.command: ip route replace {{ item.destination }} via {{ item.gateway }} dev ${device}
      loop: "{{ routes }}"
      when: state == "present" and there.get(item.destination) != item.gateway
      vars: &read
        there: "{{ dict(shown.stdout | from_json | selectattr('gateway', 'defined') | map(attribute='dst') | zip(shown.stdout | from_json | selectattr('gateway', 'defined') | map(attribute='gateway'))) }}"
    - name: Each route that has to go
      ansible.builtin.command: ip route del {{ item.destination }} dev ${device}
      loop: "{{ routes }}"
      when: state == "absent" and item.destination in there
      vars: *read
`;

/** @param programs the folder of \`ansible-playbook\` */
export const ansible = (programs: string): Contender => ({
  name: "Ansible",
  cases: ["create", "no-op", "preview", "update", "destroy"],
  prepare: (folder, host, routes) => prepare(programs, folder, host, routes),
});

async function prepare(
  programs: string,
  folder: string,
  host: BenchHost | undefined,
  routes: readonly Route[],
): Promise<Prepared> {
  if (!host) throw new Error("Ansible needs a host.");
  const { port, user, identityFile, hostKey } = host;
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write("play.yml", play);
  write("known_hosts", `[127.0.0.1]:${port} ${hostKey}\n`);
  write(
    "inventory.yml",
    JSON.stringify({
      all: {
        hosts: {
          gateway: {
            ansible_host: "127.0.0.1",
            ansible_port: port,
            ansible_user: user,
            ansible_ssh_private_key_file: identityFile,
            ansible_python_interpreter: realpathSync(join(programs, "python3")),
          },
        },
      },
    }),
  );
  const ssh = `-F none -o UserKnownHostsFile=${join(folder, "known_hosts")} -o ControlMaster=auto -o ControlPersist=60s`;
  write(
    "ansible.cfg",
    `[defaults]\ninventory = inventory.yml\nlocal_tmp = ${folder}/tmp\n` +
      `[ssh_connection]\npipelining = true\nssh_args = ${ssh}\ncontrol_path_dir = ${folder}/cp\n`,
  );
  const declare = (declared: readonly Route[]) => write("routes.json", JSON.stringify({ routes: declared }));
  declare(routes);
  const flags = (what: Case) => [
    "-e",
    `state=${what === "destroy" ? "absent" : "present"}`,
    ...(what === "preview" ? ["--check"] : []),
  ];
  return {
    declare,
    run: (what) =>
      run(join(programs, "ansible-playbook"), ["play.yml", "-e", "@routes.json", ...flags(what)], {
        doing: "ansible-playbook",
        timeoutSeconds: 300,
        cwd: folder,
        env: {
          ...process.env,
          ANSIBLE_CONFIG: join(folder, "ansible.cfg"),
          ANSIBLE_HOME: join(folder, "home"),
          ANSIBLE_NOCOLOR: "1",
        },
      }),
  };
}
