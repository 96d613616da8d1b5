// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Teams whose answers are scripted. Here, since moc does not read such texts well.

/// A team of one whose last answer takes a minute.
inline const char *const slowTeam = R"json({
  "name": "Slow", "task": "Talk.", "threads": 1,
  "agents": [{ "name": "talker", "model": "scripted:slow", "script": "script.json" }]
})json";
inline const char *const slowScript = R"json({
  "agents": { "talker": { "steps": [
    { "text": "One.", "tool_calls": [{ "name": "list_team", "arguments": {} }], "delay_ms": 100 },
    { "text": "Two.", "tool_calls": [{ "name": "list_team", "arguments": {} }], "delay_ms": 100 },
    { "text": "Three takes very long.", "delay_ms": 60000 }
  ] } }
})json";

/// A team of one that asks for a command, and says in which folder it is.
inline const char *const askingTeam = R"json({
  "name": "Asking", "task": "Ask.", "threads": 1, "permissions": { "approve": ["bash"] },
  "agents": [{ "name": "asker", "model": "scripted:x", "script": "script.json" }]
})json";
inline const char *const askingScript = R"json({
  "agents": { "asker": { "steps": [
    { "text": "May I?", "tool_calls": [{ "name": "bash", "arguments": { "command": "touch here" } }] },
    { "text": "Thanks." }
  ] } }
})json";

/// Whose every name is meant to be taken for something else.
inline const char *const hostileTeam = R"json({
  "name": "<b>x</b><img src='file:///etc/passwd'>[*] &File \u202e",
  "task": "<b>x</b><img src='file:///etc/passwd'>", "threads": 1,
  "permissions": { "approve": ["bash"] },
  "agents": [
    { "name": "asker", "role": "<b>x</b><img src='file:///etc/passwd'>",
      "model": "scripted:x", "script": "script.json" }]
})json";
