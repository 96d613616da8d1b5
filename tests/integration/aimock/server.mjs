// SPDX-License-Identifier: GPL-3.0-or-later
// Starts aimock on a free port of loopback and prints `{"url": …}`. Which answer it gives is chosen by the user message.
// A line on stdin is a question about connections and is answered by one line on stdout.
import http from "node:http";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { LLMock } from "@copilotkit/aimock";

// Counts sockets from inside the server process: the only place where it shows when a client has really gone.
let open = 0;
let lastClosedMs = 0;
let cutOff = 0; // answers whose client went before their end
const listen = http.Server.prototype.listen;
http.Server.prototype.listen = function (...args) {
  this.on("connection", (socket) => {
    open += 1;
    socket.on("close", () => {
      open -= 1;
      lastClosedMs = Date.now();
    });
  });
  this.on("request", (request, response) => {
    response.on("close", () => {
      if (!response.writableFinished) cutOff += 1;
    });
  });
  return listen.apply(this, args);
};

const mock = new LLMock({ port: 0, host: "127.0.0.1" });
const long = Array.from({ length: 400 }, (_, i) => `word${i}`).join(" ");

mock.onMessage("say hello", { content: "Hello from an independent server: ä€🌍.", usage: { prompt_tokens: 12, completion_tokens: 9, total_tokens: 21 } });
mock.onMessage("use tools", {
  toolCalls: [
    { id: "call_1", name: "read_file", arguments: JSON.stringify({ path: "src/main.c" }) },
    { id: "call_2", name: "grep", arguments: JSON.stringify({ pattern: "TODO", path: "." }) },
  ],
}, { chunkSize: 5 });
mock.onMessage("talk long", { content: long }, { chunkSize: 8, latency: 25 });
mock.onMessage("too fast", { error: { message: "Rate limit reached for requests", type: "rate_limit_error", code: "rate_limit_exceeded" }, status: 429, retryAfter: 3 });
mock.onMessage("cut it", { content: long }, { chunkSize: 8, latency: 20, truncateAfterChunks: 6 });
mock.onMessage("talk rubbish", { content: "never seen" }, { chaos: { malformedRate: 1 } });
mock.onMessage("fall over", { error: { message: "The server had an error", type: "server_error" }, status: 500 });


// The first request of each of these fails, the next one does not.
for (const [word, first] of [
  ["busy once", { error: { message: "Rate limit reached for requests", type: "rate_limit_error" }, status: 429, retryAfter: 1 }],
  ["broken once", { error: { message: "The server had an error", type: "server_error" }, status: 503 }],
]) {
  mock.on({ userMessage: word, sequenceIndex: 0 }, first);
  mock.on({ userMessage: word }, { content: `${word}, and now it works` });
}
mock.on({ userMessage: "cut once", sequenceIndex: 0 }, { content: long }, { chunkSize: 8, latency: 5, truncateAfterChunks: 6 });
mock.on({ userMessage: "cut once" }, { content: "cut once, and now it works" });

// A whole team: the answers of a script, picked by what each request holds. The script's path is the argument.
if (process.argv[2]) playScript(JSON.parse(readFileSync(process.argv[2], "utf8")));

function playScript(script) {
  const textOf = (message) => (typeof message.content === "string" ? message.content : "");
  const stepOf = (steps, messages) => {
    let step = 0;
    let given = 0;
    messages.forEach((message, at) => {
      if (message.role !== "assistant" || step >= steps.length) return;
      given += 1;
      const { until } = steps[step];
      const results = [];
      for (let i = at + 1; messages[i]?.role === "tool"; i += 1) results.push(textOf(messages[i]));
      const isMet = !until || new RegExp(until.last_result_matches).test(results.at(-1) ?? "");
      if (isMet || given >= (until?.max ?? 20)) {
        step += 1;
        given = 0;
      }
    });
    return step;
  };
  for (const [agent, { steps }] of Object.entries(script.agents)) {
    const isAgent = (request) => request.messages.some((m) => m.role === "system" && textOf(m).includes(`[${agent}]`));
    const pick = (request) => stepOf(steps, request.messages);
    steps.forEach((step, number) => {
      const toolCalls = (step.tool_calls ?? []).map((call, i) => ({
        id: `call_${agent}_${number}_${i}_${Math.random().toString(36).slice(2, 8)}`,
        name: call.name,
        arguments: JSON.stringify(call.arguments ?? {}),
      }));
      const response = toolCalls.length > 0 ? { content: step.text ?? "", toolCalls } : { content: step.text ?? "Done." };
      mock.on({ predicate: (request) => isAgent(request) && pick(request) === number }, response,
        { chunkSize: 12, streamingProfile: { ttft: step.delay_ms ?? 0 } });
    });
    mock.on({ predicate: (request) => isAgent(request) && pick(request) >= steps.length }, { content: "Nothing more to do." });
  }
}

await mock.start();
console.log(JSON.stringify({ url: mock.url }));

const lines = createInterface({ input: process.stdin });
lines.on("line", () => console.log(JSON.stringify({ open, cutOff, lastClosedMs })));
// The test is gone when its end of the pipe is; nothing may outlive it.
lines.on("close", () => process.exit(0));
