// @ts-check
import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

/**
 * Who may import whom (docs/architecture.md).
 * @type {{ folder: string, hidden: string[], because: string, allowTypeImports?: boolean }[]}
 */
const walls = [
  {
    folder: "provider/kinds",
    hidden: ["**/transport/**", "**/commit/**", "**/lifecycle", "**/pulumi-adapter", "ssh2"],
    because: "Kinds are pure: data in, data out.",
  },
  {
    folder: "provider/iproute",
    hidden: ["**/transport/**", "**/commit/**", "**/kinds/**", "**/lifecycle", "ssh2"],
    because: "iproute is text to data and back.",
  },
  {
    folder: "provider/transport",
    hidden: ["**/kinds/**", "**/iproute/**", "**/commit/**", "**/lifecycle", "@pulumi/*"],
    because: "Transport carries text and knows no kinds.",
  },
  {
    folder: "provider/commit",
    hidden: ["**/kinds/**", "**/pulumi-adapter", "@pulumi/*"],
    because: "Commit moves steps and knows no kinds.",
  },
  {
    folder: "cli",
    hidden: ["**/sdk/**", "**/kinds/**", "**/pulumi-adapter", "ssh2", "@pulumi/*"],
    because: "A command looks at a host; it knows no program and no engine.",
  },
  {
    folder: "sdk",
    hidden: ["**/provider/**", "ssh2", "zod"],
    because: "The SDK runs in the user's program: of provider/ it sees types only.",
    allowTypeImports: true,
  },
];

export default defineConfig(
  { ignores: ["dist", "node_modules", "coverage"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  {
    // tsc checks names in these files too, and knows Node's; users' projects are run.
    files: ["**/*.mjs", "**/*.cjs", "test/packaging/projects/**/*.js"],
    rules: { "no-undef": "off", "@typescript-eslint/no-require-imports": "off" },
  },
  ...walls.map(wall),
);

/** @param {(typeof walls)[number]} wall @returns {import("eslint").Linter.Config} */
function wall({ folder, hidden, because, allowTypeImports = false }) {
  const patterns = [{ group: hidden, message: because, allowTypeImports }];
  return { files: [`${folder}/**/*.ts`], rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns }] } };
}
