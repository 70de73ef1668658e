// @ts-check
import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** Who may import whom (docs/architecture.md): a folder, the folders it must not see, and why. */
const walls = [
  ["provider/kinds", ["**/transport/**", "**/commit/**", "**/lifecycle", "**/pulumi-adapter", "ssh2"], "kinds are pure: data in, data out"],
  ["provider/iproute", ["**/transport/**", "**/commit/**", "**/kinds/**", "**/lifecycle", "ssh2"], "iproute is text to data and back"],
  ["provider/transport", ["**/kinds/**", "**/iproute/**", "**/commit/**", "**/lifecycle", "@pulumi/*"], "transport carries text and knows no kinds"],
  ["provider/commit", ["**/kinds/**", "**/pulumi-adapter", "@pulumi/*"], "commit moves steps and knows no kinds"],
  ["sdk", ["**/provider/**", "ssh2", "zod"], "the SDK runs in the user's program: of provider/ it sees types only", true],
];

export default tseslint.config(
  { ignores: ["dist", "node_modules", "coverage", "examples/**/node_modules"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "no-console": "off",
    },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly", setTimeout: "readonly", clearTimeout: "readonly", setInterval: "readonly", clearInterval: "readonly", Buffer: "readonly", AbortController: "readonly", AbortSignal: "readonly", performance: "readonly" } },
  },
  ...walls.map(([folder, group, message, allowTypeImports = false]) => ({
    files: [`${folder}/**/*.ts`],
    rules: {
      "@typescript-eslint/no-restricted-imports": ["error", { patterns: [{ group, message, allowTypeImports }] }],
    },
  })),
);
