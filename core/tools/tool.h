// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/model/attachmentlimits.h"
#include "core/model/contextupdate.h"
#include "core/model/event.h"
#include "core/model/json.h"
#include "core/model/message.h"
#include "core/tools/changedlines.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace orrery {
class Secrets;
}

namespace orrery::tools {

enum class ToolCategory { Read, Write, Execute, Communicate, Memory };
const char *toString(ToolCategory category); ///< read, write, execute, communicate, memory

/// Asked by the tools around each change of a file, so that claims are enforced. Thread-safe.
/// Lines count from 1, ends included; a new or wholly replaced file is lines 1 to the larger of its old and new length.
/// A change of several regions of lines is asked for region by region, in the numbers of the old file, before anything is
/// written, and then told as a whole. A path that is no UTF-8 comes as shownPath() gives it.
class WriteGate
{
public:
    virtual ~WriteGate() = default;
    /// An error (Conflict, naming holder, lines and remaining time) refuses the write; nothing is changed then.
    virtual Result<void> beforeWrite(const std::string &agent, const std::string &path,
                                     int firstLine, int lastLine) = 0;
    virtual void afterWrite(const std::string &agent, const std::string &path,
                            const FileChange &change, const std::string &callId) = 0;

    /// What the gate remembers of the files as they were before a command, which may write anything anywhere.
    class CommandWatch
    {
    public:
        virtual ~CommandWatch() = default;
    };
    /// Null when there is nothing to watch.
    virtual std::unique_ptr<CommandWatch> beforeCommand(const std::string & /*agent*/)
    {
        return nullptr;
    }
    /// The command has ended; `watch` is what beforeCommand() gave, not null.
    virtual void afterCommand(const std::string & /*agent*/,
                              std::unique_ptr<CommandWatch> /*watch*/,
                              const std::string & /*callId*/)
    {}
};

class CommandSandbox;
class TrustedFiles;

/// What a running tool may use. Lives as long as the call; a tool that is not quick runs on a thread of its own and may block.
struct ToolContext {
    std::string run;
    std::string agent;
    std::string callId;
    int retry = 0;                   ///< 0 at the first attempt of a call
    std::filesystem::path workspace; ///< canonical; every path a tool touches is inside it
    /// Requested on Stop now and when the time is up: end at once, with all child processes.
    std::stop_token stop;
    WriteGate *writeGate = nullptr;                 ///< null = no claims
    std::function<void(EventKind, Json)> emitEvent; ///< thread-safe; may be empty
    std::shared_ptr<const Json> deps;               ///< the agent's deps at the start of the turn
    std::shared_ptr<CommandSandbox> sandbox;        ///< null = commands may do what we may
    std::shared_ptr<const TrustedFiles> trusted;    ///< null = none but those of git repositories
    std::shared_ptr<const Secrets> secrets;         ///< null = none are known
    AttachmentLimits attachments; ///< what of pictures and documents the agent's models take
};

/// What a tool function gives back. An exception that escapes it counts as Raised.
struct ToolResult {
    enum class Outcome {
        Done,   ///< `content` is the result as it is, be it good news or bad (`ok`)
        Error,  ///< it could not be done; `content` says why
        Raised, ///< it broke down, as all that follow; worth another attempt
        Thrown,
        Exited
    };

    std::string content;
    bool ok = true;
    ContextUpdate updates; ///< of a result that is Done
    Outcome outcome = Outcome::Done;
    std::vector<ContentPart> parts =
        {}; ///< pictures and documents that go with it, of a result that is Done

    static ToolResult success(std::string text) { return {std::move(text), true, {}}; }
    /// Any JSON value; what is no text is shown as canonical JSON.
    static ToolResult value(const Json &value);
    static ToolResult error(std::string text)
    {
        return {std::move(text), false, {}, Outcome::Error};
    }
    static ToolResult raised(std::string message)
    {
        return {std::move(message), false, {}, Outcome::Raised};
    }
    static ToolResult thrown(std::string what)
    {
        return {std::move(what), false, {}, Outcome::Thrown};
    }
    static ToolResult exited(std::string reason)
    {
        return {std::move(reason), false, {}, Outcome::Exited};
    }
};

/// A function that a model may call. Stateless and shared between threads.
struct Tool {
    std::string name;
    std::string description;
    Json parameters; ///< JSON Schema of the arguments (an object), or null
    ToolCategory category = ToolCategory::Read;
    bool needsApproval = false;
    bool validateArguments = true;
    bool ignoresUnknown =
        false; ///< `run` reads no arguments but those of the schema: the model is told of others
    int retries = 1; ///< further attempts after a breakdown or a timeout, never after an error
    int timeoutMs = 30000; ///< of one attempt; 0 = it limits itself
    /// True when `run` owns what it refers to, so that a call which ignores its stop token may be left behind. The end
    /// of any other call is waited for, however long it takes.
    bool mayBeAbandoned = false;
    /// True when `run` never waits for anything: it is called on the agent's own thread, once, without a time limit.
    bool isQuick = false;
    std::function<ToolResult(const Json &arguments, ToolContext &context)> run;
    /// In place of `run`, for a tool whose result comes from elsewhere: called on the agent's own thread, returns at once;
    /// `done` may be called on any thread, once. There is one attempt, and it limits itself.
    std::function<void(const Json &arguments, ToolContext context,
                       std::function<void(ToolResult)> done)>
        start;
    bool isBounded = false; ///< it limits its results itself: they stay whole however long they are
    bool delegates = false; ///< makes sub-agents: not there for those at the greatest depth
};

using ToolPtr = std::shared_ptr<const Tool>;

/// The tools that work on the workspace: read_file, write_file, edit_file, glob, grep, bash.
std::vector<ToolPtr> fileTools();

/// The path in an argument. An error (InvalidArgument) when it is no text.
Result<std::string> pathArgument(const Json &value);

/// Resolves a path that a model gave, `~` being the home folder. `..` takes away the component before it, even when that
/// is a symlink. Errors (Denied) when it ends outside `root`, also through symlinks, or goes through more than 40 of them.
/// A path outside that symlinks lead into `root` is inside.
/// The returned path is absolute, free of `..` and, at this moment, of symlinks; it need not exist.
Result<std::filesystem::path> guardPath(const std::filesystem::path &root, const std::string &path);

/// The canonical workspace-relative form (`a/b.cpp`) by which claims compare paths: `./a`, `a` and a symlink to it agree.
Result<std::string> canonicalRelative(const std::filesystem::path &root, const std::string &path);

} // namespace orrery::tools
