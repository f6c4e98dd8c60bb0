// Builds ../static/advisor/vendor from node_modules: `npm ci && npm run build`. The result is committed.
import { build } from "esbuild";
import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const OUT = new URL("../static/advisor/vendor/", import.meta.url);
const modules = new URL("node_modules/", import.meta.url);
const read = (name) => readFile(new URL(name, modules), "utf-8");
const version = async (name) => JSON.parse(await read(`${name}/package.json`)).version;
const nameOf = (path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1];

/** One minified classic script with one global; beside it the licences of every package that is really inside. */
async function bundle(entry, globalName, banner, apache = []) {
  const outfile = new URL(`${entry}.min.js`, OUT);
  const done = await build({
    entryPoints: [`${entry}.entry.js`],
    outfile: fileURLToPath(outfile),
    bundle: true,
    minify: true,
    format: "iife",
    globalName,
    target: ["es2020"],
    charset: "utf8",
    legalComments: "none",
    define: { "process.env.NODE_ENV": '"production"' },
    banner: { js: `/*! ${banner}; licences in ${entry}.LICENSE.txt */` },
    metafile: true,
    logLevel: "warning",
  });
  const [output] = Object.values(done.metafile.outputs);
  const used = Object.entries(output.inputs).filter(([, part]) => part.bytesInOutput > 0);
  const packages = [...new Set(used.map(([path]) => nameOf(path)).filter(Boolean))].sort();
  const texts = await Promise.all(packages.map((name) => licence(name, apache.includes(name))));
  await writeFile(new URL(`${entry}.LICENSE.txt`, OUT), texts.join("\n"));
  return `${entry}.min.js`;
}

async function licence(name, hasNotice) {
  const files = await readdir(new URL(`${name}/`, modules));
  const file = files.find((each) => /^licen[cs]e/i.test(each));
  let text = `==== ${name} ${await version(name)} ====\n\n${(await read(`${name}/${file}`)).trim()}\n`;
  if (hasNotice) text += `\n---- NOTICE ----\n\n${(await read(`${name}/NOTICE`)).trim()}\n`;
  for (const more of files.includes("licenses") ? await readdir(new URL(`${name}/licenses/`, modules)) : []) {
    text += `\n---- licenses/${more} ----\n\n${(await read(`${name}/licenses/${more}`)).trim()}\n`;
  }
  return text;
}

await mkdir(OUT, { recursive: true });
const built = [
  await bundle("echarts", "echarts", `Apache ECharts ${await version("echarts")} (Apache-2.0), own selection of parts`, ["echarts"]),
  await bundle("codemirror", "CodeMirror", "CodeMirror 6 (MIT), own selection of parts"),
  "htmx.min.js",
];
await copyFile(new URL("htmx.org/dist/htmx.min.js", modules), new URL("htmx.min.js", OUT));
await writeFile(new URL("htmx.LICENSE.txt", OUT), await licence("htmx.org", false));
for (const name of built) {
  const bytes = await readFile(new URL(name, OUT));
  console.log(`${name}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzip`);
}
