import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("..", import.meta.url));

/** @param {string} part of the package @returns {Promise<string[]>} its files */
async function filesIn(part) {
  const entries = await readdir(`${folder}${part}`, { recursive: true, withFileTypes: true });
  return entries
    .filter((e) => e.isFile())
    .map((e) => relative(folder, `${e.parentPath}/${e.name}`));
}

test("the package holds sources, bundles, types, README and licence, and nothing else", async () => {
  const said = execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: folder });
  const [{ files }] = JSON.parse(said.toString());
  const packed = files.map((/** @type {{path: string}} */ file) => file.path);
  const wanted = (await Promise.all(["src", "dist", "types"].map(filesIn))).flat();
  assert.ok(wanted.includes("types/index.d.ts") && wanted.includes("src/index.js"));
  assert.deepEqual(packed.sort(), [...wanted, "LICENSE", "README.md", "package.json"].sort());
});

test("the package's licence is the project's", async () => {
  assert.equal(
    await readFile(`${folder}LICENSE`, "utf8"),
    await readFile(`${folder}../LICENSE`, "utf8"),
  );
});

test("the example of docs/typescript.md is the one that the type check compiles", async () => {
  const example = await readFile(`${folder}test-types/example.ts`, "utf8");
  const docs = await readFile(`${folder}../docs/typescript.md`, "utf8");
  const shown = example.replace("../../games/arena/arena.js", "./arena.js");
  assert.ok(
    docs.includes(`\`\`\`ts\n${shown}\`\`\``),
    "docs/typescript.md shows test-types/example.ts",
  );
});
