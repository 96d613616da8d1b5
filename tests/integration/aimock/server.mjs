// SPDX-License-Identifier: GPL-3.0-or-later
// Starts aimock on a free port of loopback and prints `{"url": …}`. Which answer it gives is chosen by the user message.
// A line on stdin is a question about connections and is answered by one line on stdout.
import http from "node:http";
import { createInterface } from "node:readline";
import { LLMock } from "@copilotkit/aimock";

// Counts sockets from inside the server process: the only place where it shows when a client has really gone.
let open = 0;
let lastClosedMs = 0;
const listen = http.Server.prototype.listen;
http.Server.prototype.listen = function (...args) {
  this.on("connection", (socket) => {
    open += 1;
    socket.on("close", () => {
      open -= 1;
      lastClosedMs = Date.now();
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

await mock.start();
console.log(JSON.stringify({ url: mock.url }));

const lines = createInterface({ input: process.stdin });
lines.on("line", () => console.log(JSON.stringify({ open, lastClosedMs, nowMs: Date.now() })));
// The test is gone when its end of the pipe is; nothing may outlive it.
lines.on("close", () => process.exit(0));
