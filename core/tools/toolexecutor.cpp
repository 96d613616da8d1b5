// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tools/toolexecutor.h"

#include "core/base/secrets.h"
#include "core/tools/argumentvalidation.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

namespace orrery::tools {
namespace {

using Outcome = ToolResult::Outcome;

using ToolFunction = std::function<ToolResult(const Json &, ToolContext &)>;

ToolResult callTool(const ToolFunction &run, const Json &arguments, ToolContext &context)
{
    try {
        return run(arguments, context);
    } catch (const std::exception &exception) {
        return ToolResult::raised(exception.what());
    } catch (...) {
        return ToolResult::thrown("something that is no exception");
    }
}

/// What a call may reach of the world outside, until it is cut off. Thread-safe.
class Tether : public WriteGate
{
public:
    Tether(WriteGate *gate, std::function<void(EventKind, Json)> emitEvent)
        : m_gate(gate), m_emitEvent(std::move(emitEvent))
    {}

    /// Returns when nothing out there is in use any more.
    void cut()
    {
        std::lock_guard lock(m_mutex);
        m_gate = nullptr;
        m_emitEvent = nullptr;
        m_isCut = true;
    }
    void emitEvent(EventKind kind, Json data)
    {
        std::lock_guard lock(m_mutex);
        if (m_emitEvent)
            m_emitEvent(kind, std::move(data));
    }
    Result<void> beforeWrite(const std::string &agent, const std::string &path, int firstLine,
                             int lastLine) override
    {
        std::lock_guard lock(m_mutex);
        if (m_isCut)
            return fail(ErrorCode::Cancelled, "The call has been given up. Nothing was changed.");
        return m_gate ? m_gate->beforeWrite(agent, path, firstLine, lastLine) : Result<void>();
    }
    void afterWrite(const std::string &agent, const std::string &path, const FileChange &change,
                    const std::string &callId) override
    {
        std::lock_guard lock(m_mutex);
        if (m_gate)
            m_gate->afterWrite(agent, path, change, callId);
    }
    std::unique_ptr<CommandWatch> beforeCommand(const std::string &agent) override
    {
        std::lock_guard lock(m_mutex);
        return m_gate ? m_gate->beforeCommand(agent) : nullptr;
    }
    void afterCommand(const std::string &agent, std::unique_ptr<CommandWatch> watch,
                      const std::string &callId) override
    {
        std::lock_guard lock(m_mutex);
        if (m_gate)
            m_gate->afterCommand(agent, std::move(watch), callId);
    }

private:
    std::mutex m_mutex;
    WriteGate *m_gate; ///< guarded by m_mutex, as all that follow
    std::function<void(EventKind, Json)> m_emitEvent;
    bool m_isCut = false;
};

/// One attempt of a call. It owns all that the tool's thread uses, and lives until both sides have let go of it.
class Attempt
{
public:
    Attempt(const Tool &tool, const Json &arguments, const ToolContext &context, int retry)
        : m_run(tool.run), m_arguments(arguments), m_context(context),
          m_tether(context.writeGate, context.emitEvent)
    {
        m_context.retry = retry;
        m_context.stop = m_stop.get_token();
        m_context.writeGate = &m_tether;
        m_context.emitEvent = [this](EventKind kind, Json data) {
            m_tether.emitEvent(kind, std::move(data));
        };
    }
    Attempt(const Attempt &) = delete;
    Attempt &operator=(const Attempt &) = delete;

    /// On the tool's thread.
    void run()
    {
        ToolResult result = callTool(m_run, m_arguments, m_context);
        std::lock_guard lock(m_mutex);
        m_result = std::move(result);
        m_ended.notify_all();
    }

    /// False when it has not ended by `deadline`, or when `stop` was requested first.
    bool waitUntil(std::optional<std::chrono::steady_clock::time_point> deadline,
                   const std::stop_token &stop)
    {
        std::unique_lock lock(m_mutex);
        const auto ended = [this] { return m_result.has_value(); };
        return deadline ? m_ended.wait_until(lock, stop, *deadline, ended)
                        : m_ended.wait(lock, stop, ended);
    }
    void requestStop() { m_stop.request_stop(); }
    void abandon() { m_tether.cut(); }
    ToolResult takeResult() { return std::move(*m_result); } ///< once it has ended

private:
    const ToolFunction m_run;
    const Json m_arguments;
    ToolContext m_context;
    std::stop_source m_stop;
    Tether m_tether;
    std::mutex m_mutex;
    std::condition_variable_any m_ended;
    std::optional<ToolResult> m_result; ///< guarded by m_mutex
};

ToolResult stopped() { return {"Stopped.", false, {}}; }

ToolResult timedOut(const Tool &tool)
{
    return ToolResult::raised("Tool '" + tool.name + "' timed out after "
                              + std::to_string(tool.timeoutMs) + "ms");
}

/// True when the attempt has ended; false when it was left behind.
bool endOrAbandon(Attempt &attempt, const Tool &tool, std::chrono::milliseconds grace)
{
    attempt.requestStop();
    if (!tool.mayBeAbandoned)
        return attempt.waitUntil(std::nullopt, {});
    if (attempt.waitUntil(std::chrono::steady_clock::now() + grace, {}))
        return true;
    attempt.abandon();
    return false;
}

ToolResult runOnce(const Tool &tool, const Json &arguments, ToolContext &context, int retry,
                   std::chrono::milliseconds grace)
{
    if (tool.isQuick) {
        context.retry = retry;
        return callTool(tool.run, arguments, context);
    }
    const auto attempt = std::make_shared<Attempt>(tool, arguments, context, retry);
    std::optional<std::chrono::steady_clock::time_point> deadline;
    if (tool.timeoutMs > 0)
        deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(tool.timeoutMs);
    std::thread thread;
    try {
        thread = std::thread([attempt] { attempt->run(); });
    } catch (const std::system_error &error) {
        return ToolResult::raised(std::string("no thread could be started: ") + error.what());
    }
    const bool inTime = attempt->waitUntil(deadline, context.stop);
    const bool wasStopped = !inTime && context.stop.stop_requested();
    if (!inTime && !endOrAbandon(*attempt, tool, grace)) {
        thread.detach();
        return wasStopped ? stopped() : timedOut(tool);
    }
    thread.join();
    // Whether a file has changed is what its tool says, however late.
    return inTime || wasStopped || tool.category == ToolCategory::Write ? attempt->takeResult()
                                                                        : timedOut(tool);
}

/// The text of a call that broke down, or whose arguments were not right.
ToolExecution failed(const Tool &tool, const std::string &message, int attempts)
{
    return {"Tool execution failed: " + tool.name + "\nError: " + message
                + "\nAttempts: " + std::to_string(attempts)
                + "\n\nPlease try a different approach or tool if available.",
            false,
            {},
            attempts};
}

std::string breakdown(const ToolResult &result)
{
    const char *kind = result.outcome == Outcome::Thrown   ? "throw"
                       : result.outcome == Outcome::Exited ? "exit"
                                                           : "failed";
    return std::string("Tool execution ") + kind + ": " + result.content;
}

/// What is the same of every execution of a call: what was said of its arguments, and that it tells no key.
struct CallNotes {
    CallNotes(const Tool &tool, const MendedArguments &arguments, const ToolContext &context)
        : mended(arguments.mended), secrets(context.secrets)
    {
        if (tool.ignoresUnknown)
            unknown = unknownParameters(arguments.arguments, tool.parameters);
    }
    ToolExecution addedTo(ToolExecution execution) const
    {
        execution.mended = mended;
        if (!unknown.empty())
            execution.content += (execution.content.ends_with('\n') ? "" : "\n") + unknown;
        if (secrets)
            secrets->mask(execution.content);
        return execution;
    }

    std::vector<std::string> mended;
    std::string unknown;
    std::shared_ptr<const Secrets> secrets;
};

/// Nothing when the tool may be asked.
std::optional<ToolExecution> refuseArguments(const Tool &tool, const Json &arguments)
{
    if (!tool.validateArguments)
        return std::nullopt;
    const auto valid = validateArguments(arguments, tool.parameters);
    if (valid)
        return std::nullopt;
    return failed(tool, "Invalid arguments for '" + tool.name + "': " + valid.error().message, 1);
}

/// What the model sees of a last attempt.
ToolExecution conclude(const Tool &tool, ToolResult result, int attempts)
{
    switch (result.outcome) {
    case Outcome::Done:
        return {std::move(result.content), result.ok, std::move(result.updates), attempts, {},
                std::move(result.parts)};
    case Outcome::Error:
        return {"Tool execution failed: " + tool.name
                    + " - Tool execution failed with: " + result.content,
                false,
                {},
                attempts};
    default: return failed(tool, breakdown(result), attempts);
    }
}

bool isBreakdown(const ToolResult &result)
{
    return result.outcome != Outcome::Done && result.outcome != Outcome::Error;
}

} // namespace

MendedArguments mendFor(const Tool &tool, Json arguments)
{
    static const Json anything;
    return mendArguments(std::move(arguments), tool.validateArguments ? tool.parameters : anything);
}

ToolExecution executeTool(const Tool &tool, const Json &given, ToolContext context,
                          std::chrono::milliseconds grace)
{
    const MendedArguments mended = mendFor(tool, given);
    const Json &arguments = mended.arguments;
    const CallNotes notes(tool, mended, context);
    if (auto refused = refuseArguments(tool, arguments))
        return notes.addedTo(std::move(*refused));
    for (int attempts = 1;; ++attempts) {
        ToolResult result = context.stop.stop_requested()
                                ? stopped()
                                : runOnce(tool, arguments, context, attempts - 1, grace);
        if (!isBreakdown(result) || attempts > tool.retries)
            return notes.addedTo(conclude(tool, std::move(result), attempts));
    }
}

void startTool(const Tool &tool, const Json &given, ToolContext context,
               std::function<void(ToolExecution)> done)
{
    const MendedArguments mended = mendFor(tool, given);
    const auto conclusion = [notes = CallNotes(tool, mended, context),
                             done](ToolExecution execution) {
        done(notes.addedTo(std::move(execution)));
    };
    if (auto refused = refuseArguments(tool, mended.arguments)) {
        conclusion(std::move(*refused));
        return;
    }
    try {
        tool.start(mended.arguments, std::move(context), [tool, conclusion](ToolResult result) {
            conclusion(conclude(tool, std::move(result), 1));
        });
    } catch (const std::exception &exception) {
        conclusion(conclude(tool, ToolResult::raised(exception.what()), 1));
    }
}

} // namespace orrery::tools
