// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/contextupdate.h"
#include "core/model/event.h"
#include "core/model/json.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace orrery::tools {

enum class ToolCategory { Read, Write, Execute, Communicate, Memory };
const char *toString(ToolCategory category); ///< read, write, execute, communicate, memory

/// Asked by the file tools around each change of a file, so that claims are enforced. Thread-safe.
/// Lines count from 1, ends included; a new or wholly replaced file is lines 1 to the larger of its old and new length.
class WriteGate
{
public:
    virtual ~WriteGate() = default;
    /// An error (Conflict, naming holder, lines and remaining time) refuses the write; nothing is changed then.
    virtual Result<void> beforeWrite(const std::string &agent, const std::string &path,
                                     int firstLine, int lastLine) = 0;
    /// `newLastLine` is where the changed region ends now.
    virtual void afterWrite(const std::string &agent, const std::string &path, int firstLine,
                            int lastLine, int newLastLine, const std::string &callId) = 0;
};

/// What a running tool may use. Lives as long as the call; the tool runs on a pool thread and may block.
struct ToolContext {
    std::string run;
    std::string agent;
    std::string callId;
    std::filesystem::path workspace; ///< canonical; every path a tool touches is inside it
    std::stop_token stop; ///< requested on Stop now: end at once, with all child processes
    WriteGate *writeGate = nullptr;                 ///< null = no claims
    std::function<void(EventKind, Json)> emitEvent; ///< thread-safe; may be empty
    const Json *deps = nullptr;                     ///< the agent's deps at the start of the turn
};

struct ToolResult {
    std::string content; ///< what the model sees
    bool ok = true;
    ContextUpdate updates;

    static ToolResult success(std::string text) { return {std::move(text), true, {}}; }
    static ToolResult error(std::string text) { return {std::move(text), false, {}}; }
};

/// A function that a model may call. Stateless and shared between threads.
struct Tool {
    std::string name;
    std::string description;
    Json parameters; ///< JSON Schema of the arguments (an object)
    ToolCategory category = ToolCategory::Read;
    bool needsApproval = false;
    int timeoutMs = 30000;
    std::function<ToolResult(const Json &arguments, ToolContext &context)> run;
};

using ToolPtr = std::shared_ptr<const Tool>;

/// The tools that work on the workspace: read_file, write_file, edit_file, glob, grep, bash.
std::vector<ToolPtr> fileTools();

/// Checks arguments against a schema as Nous does (required at top level, then types and enums, depth-first in key
/// order). The error's message is the text that the model sees, for example `Missing required parameters: a, b`.
Result<void> validateArguments(const Json &arguments, const Json &schema);

/// Resolves a path that a model gave. Errors (Denied) when it is outside `root`, also through symlinks. The returned
/// path is absolute and free of `..`; it need not exist.
Result<std::filesystem::path> guardPath(const std::filesystem::path &root, const std::string &path);

/// The canonical workspace-relative form (`a/b.cpp`) by which claims compare paths: `./a`, `a` and a symlink to it agree.
Result<std::string> canonicalRelative(const std::filesystem::path &root, const std::string &path);

} // namespace orrery::tools
