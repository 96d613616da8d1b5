// SPDX-License-Identifier: GPL-3.0-or-later
// Runs orrery-cli against a server that other people wrote (aimock), in each wire form: a loop of tools with calls side by
// side, streamed. Prints one line a form; exit status 0 = all went well, 1 = not, 77 = it cannot run here.
//
//   node forms.mjs PATH/TO/orrery-cli [FORM…]
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const aimock = join(here, "../integration/aimock/node_modules/@copilotkit/aimock/dist/index.js");
const [program, ...wanted] = process.argv.slice(2);

function cannot(why) {
  console.log(`skipped: ${why}`);
  process.exit(77);
}
if (!existsSync(aimock)) cannot("run (cd tests/integration/aimock && npm install --no-audit --no-fund)");
if (!program || !existsSync(program)) cannot(`there is no orrery-cli at ${program}`);
const { LLMock } = await import(aimock);

const last = "All is done: ä€🌍.";
const mock = new LLMock({ port: 0, host: "127.0.0.1" });
const call = (turn, n, name, args) => ({ id: `call_${turn}_${n}`, name, arguments: JSON.stringify(args) });
const answers = [
  { reasoning: "Two files first.", content: "I look.", toolCalls: [call(0, 0, "read_file", { path: "one.txt" }), call(0, 1, "read_file", { path: "two.txt" })] },
  { reasoning: "Then all of them.", toolCalls: [call(1, 0, "glob", { pattern: "*.txt" })] },
  { reasoning: "And what is missing.", content: "Once more.", toolCalls: [call(2, 0, "grep", { pattern: "line" }), call(2, 1, "read_file", { path: "missing.txt" })] },
  { content: last },
];
// By the ids of the calls; aimock makes several messages of one answer of Responses. Gemini's calls have no ids.
function turnOf(request) {
  const ids = [...JSON.stringify(request.messages).matchAll(/"call_(\d)_\d"/g)].map((found) => Number(found[1]));
  return ids.length ? Math.max(...ids) + 1 : request.messages.filter((message) => message.role === "assistant").length;
}
answers.forEach((answer, turn) => mock.on({ predicate: (request) => turnOf(request) === turn }, answer, { chunkSize: 7 }));
await mock.start();

const forms = {
  chat: { model: "custom:gpt-4o-mini", path: "/v1" },
  responses: { model: "openai:gpt-5.1", path: "/v1" },
  messages: { model: "anthropic:claude-sonnet-4-5", path: "", settings: { max_tokens: 8192, thinking: { type: "enabled", budget_tokens: 2048 } } },
  gemini: { model: "gemini:gemini-2.5-flash", path: "/v1beta" },
};

function run(arguments_, environment) {
  return new Promise((resolve) => {
    const child = spawn(program, arguments_, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.on("data", (data) => (out += data));
    child.stderr.on("data", (data) => (err += data));
    const timer = setTimeout(() => child.kill("SIGKILL"), 60000);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, out, err });
    });
  });
}

const folder = mkdtempSync(join(tmpdir(), "orrery-forms-"));
mkdirSync(join(folder, "work"));
writeFileSync(join(folder, "work/one.txt"), "first line\nsecond line\n");
writeFileSync(join(folder, "work/two.txt"), "another line\n");

async function play(form) {
  const { model, path, settings } = forms[form];
  const agent = {
    name: "solo",
    model,
    base_url: mock.url + path,
    api_key_env: "ORRERY_INTEROP_KEY",
    instructions: "Be brief.",
    tools: ["read_file", "glob", "grep"],
    parallel_tool_calls: true,
    max_attempts: 1,
  };
  if (settings) agent.settings = settings;
  const team = join(folder, `${form}.json`);
  writeFileSync(team, JSON.stringify({ name: form, agents: [agent] }));
  const { code, out, err } = await run(
    ["run", "--team", team, "--prompt", "Look at the files.", "--workspace", join(folder, "work"), "--json"],
    { ...process.env, ORRERY_INTEROP_KEY: "any" },
  );
  const events = out.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const count = (kind) => events.filter((event) => event.kind === kind || event.type === kind).length;
  const of = (kind) => events.find((event) => event.kind === kind || event.type === kind)?.data ?? {};
  const failures = events
    .filter((event) => (event.kind ?? event.type) === "request_failed")
    .map((event) => event.data.message);
  const text = of("agent_finished").output;
  const isGood = code === 0 && text === last && count("tool_finished") === 5 && count("model_delta") >= answers.length;
  console.log(
    `${form.padEnd(10)} ${isGood ? "ok" : "WRONG"}: exit ${code}, ${count("request_sent")} requests, ` +
      `${count("model_delta")} pieces, ${count("tool_finished")} tools, said ${JSON.stringify(text)}` +
      (failures.length ? `\n           ${failures.join("\n           ")}` : "") + (err ? `\n           ${err.trim()}` : ""),
  );
  return isGood;
}

let isGood = true;
for (const form of wanted.length ? wanted : Object.keys(forms)) isGood = (await play(form)) && isGood;
rmSync(folder, { recursive: true, force: true });
await mock.stop();
process.exit(isGood ? 0 : 1);
