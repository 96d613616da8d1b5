// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/conformance/loopcase.h"

#include "app/conformance/scripted.h"
#include "app/conformance/suites.h"
#include "core/llm/messageencode.h"
#include "core/llm/providers.h"
#include "core/tools/toolexecutor.h"

#include <algorithm>

namespace orrery::conformance {
namespace {

using namespace runtime;

/// What a case's `error` response is. Nous's ProviderError and ModelError come from the provider; anything else does not.
Error errorOf(const Json &error)
{
    const std::string type = error.value("type", "");
    if (type != "provider_error" && type != "model_error") {
        Error other = makeError(ErrorCode::Internal, "", error.value("value", Json()).dump());
        if (type == "atom")
            other.message = error.at("value").get<std::string>();
        return other;
    }
    const bool isProvider = type == "provider_error";
    const int status = error.value("status_code", 0);
    std::string message =
        isProvider ? "Provider request failed (openai)" : "Model request failed (openai)";
    if (status)
        message += " [" + std::to_string(status) + "]";
    Error failure = makeError(isProvider ? ErrorCode::Server : ErrorCode::NotFound,
                              error.value("message", message));
    failure.httpStatus = status;
    failure.fromProvider = true;
    return failure;
}

Json errorReport(const Error &error)
{
    const auto typed = [&](const char *type) {
        return Json{{"type", type}, {"message", error.message}};
    };
    const auto atom = [](const char *value) { return Json{{"type", "atom"}, {"value", value}}; };
    switch (error.code) {
    case ErrorCode::MaxIterations: return typed("MaxIterationsExceeded");
    case ErrorCode::Server: return typed("ProviderError");
    case ErrorCode::NotFound: return typed("ModelError");
    case ErrorCode::InvalidOutput: return typed("ValidationError");
    case ErrorCode::NoOutput: return atom("no_output");
    case ErrorCode::RateLimited: return atom("rate_limited");
    case ErrorCode::Budget: return atom("budget_exceeded");
    case ErrorCode::Cancelled:
        return {{"type", "ExecutionCancelled"},
                {"message", "Execution cancelled: " + error.message}};
    case ErrorCode::Internal:
        if (!error.message.empty())
            return atom(error.message.c_str());
        [[fallthrough]];
    default: return {{"type", "term"}, {"value", Json::parse(error.detail, nullptr, false)}};
    }
}

/// Bytes of all texts, four a token.
std::int64_t estimate(const Context &context)
{
    std::int64_t bytes = 0;
    for (const auto &message : context.messages)
        bytes += static_cast<std::int64_t>(message->content.value_or("").size());
    return std::max<std::int64_t>(1, bytes / 4);
}

Json neutral(const Message &message)
{
    Json json = toJson(message);
    json.erase("metadata");
    return json;
}

Json fieldOr(const Json &object, const char *key, Json fallback)
{
    const auto it = object.find(key);
    return it == object.end() || it->is_null() ? std::move(fallback) : *it;
}

} // namespace

LoopCase::LoopCase(const Json &input)
    : m_input(input),
      m_schemas([this](const std::string &name) { return runtime::view(m_tools.at(name)); })
{
    const Json agent = fieldOr(input, "agent", Json::object());
    m_spec.name = "agent";
    m_spec.model = fieldOr(agent, "model", "openai:gpt-test");
    m_spec.settings = fieldOr(agent, "model_settings", Json::object());
    m_spec.parallelToolCalls = fieldOr(agent, "parallel_tool_calls", false);
    for (const Json &model : fieldOr(agent, "fallback", Json::array()))
        m_spec.fallback.push_back({model, "", ""});
    m_spec.maxAttempts = 1;
    m_spec.loopGuard.limit = 0; // what the cases were recorded of has none
    m_spec.maxIterations = fieldOr(input, "max_iterations", 10);
    m_spec.stream = fieldOr(input, "stream", false) || fieldOr(input, "run_stream", false);
    m_spec.outputType = fieldOr(input, "output_type", Json());
    m_spec.structuredOutput = fieldOr(input, "structured_output", Json::object());
    // An instruction that is there, even an empty one, comes before the system prompt.
    m_spec.instructions =
        fieldOr(agent, "instructions", fieldOr(agent, "system_prompt", "")).get<std::string>();
    if (const Json policy = fieldOr(input, "permissions", Json()); !policy.is_null()) {
        m_policy = *tools::PermissionPolicy::fromJson(policy);
        m_hasPolicy = true;
    }
    addTools();
    addHooks();
    m_isTranscript = fieldOr(input, "run_stream", false);
    m_requests = std::make_unique<RequestSource>(m_spec, m_offered, m_schemas, ModelTable::own(),
                                                 !m_isTranscript);
    preloadLimiter();
}

void LoopCase::addTools()
{
    for (const Json &item : fieldOr(m_input, "tools", Json::array())) {
        auto tool = std::make_shared<tools::Tool>(scriptedTool(item, m_toolLog));
        if (m_hasPolicy && m_policy.isBlocked(tool->name))
            continue;
        m_offered.push_back(tool->name);
        m_tools[tool->name] = std::move(tool);
    }
}

void LoopCase::addHooks()
{
    for (const Json &item : fieldOr(m_input, "hooks", Json::array()))
        m_hooks.add(scriptedHook(item, m_hookCalls));
}

void LoopCase::preloadLimiter()
{
    const Json config = fieldOr(m_input, "rate_limiter", Json());
    if (config.is_null())
        return;
    team::LimiterConfig limits;
    if (const Json rpm = fieldOr(config, "rpm", Json()); !rpm.is_null())
        limits.rpm = rpm.get<std::int64_t>();
    if (const Json tpm = fieldOr(config, "tpm", Json()); !tpm.is_null())
        limits.tpm = tpm.get<std::int64_t>();
    if (const Json budget = fieldOr(config, "budget", Json()); !budget.is_null())
        limits.budgetUsd = budget.get<double>();
    if (const Json budget = fieldOr(config, "per_agent_budget", Json()); !budget.is_null())
        limits.perAgentBudgetUsd = budget.get<double>();
    m_limiter = std::make_unique<team::RateLimiter>(limits);
    const Json preload = fieldOr(config, "preload", Json::object());
    for (const auto &[agent, used] : preload.items())
        m_limiter->record(agent, used.value("tokens", 0), used.value("cost", 0.0),
                          used.value("requests", 1), 0, 0);
}

LoopRules LoopCase::rules()
{
    LoopRules rules;
    rules.gate = [this](const std::string &name) {
        const auto tool = m_tools.find(name);
        ToolGate gate;
        gate.known = tool != m_tools.end();
        if (gate.known)
            gate.needsApproval =
                tool->second->needsApproval
                || (m_hasPolicy && m_policy.requiresApproval(name, tool->second->category));
        return gate;
    };
    rules.hooks = &m_hooks;
    rules.toolCount = m_offered.size();
    rules.output = m_requests->outputRules();
    return rules;
}

Context LoopCase::startContext()
{
    if (const Json given = fieldOr(m_input, "context", Json()); !given.is_null()) {
        Context context;
        for (const Json &item : fieldOr(given, "messages", Json::array()))
            context.add(*messageFromJson(item));
        if (const Json prompt = fieldOr(given, "system_prompt", Json()); !prompt.is_null())
            context.systemPrompt = prompt.get<std::string>();
        context.maxIterations = fieldOr(given, "max_iterations", context.maxIterations);
        context.iteration = fieldOr(given, "iteration", 0);
        context.usage = usageFromJson(fieldOr(given, "usage", Json::object()));
        context.deps = fieldOr(given, "deps", Json::object());
        if (m_input.contains("max_iterations"))
            context.maxIterations = m_spec.maxIterations;
        context.deps.update(fieldOr(m_input, "deps", Json::object()));
        patchDanglingToolCalls(context);
        return context;
    }
    // A team file's empty instructions are none; here they may be given all the same.
    const Json agent = fieldOr(m_input, "agent", Json::object());
    const bool isGiven = !fieldOr(agent, "instructions", Json()).is_null();
    auto prompt = m_requests->systemPrompt();
    Context context = freshContext(m_spec, prompt || !isGiven ? prompt : std::string());
    context.deps = fieldOr(m_input, "deps", Json::object());
    for (const Json &item : fieldOr(m_input, "message_history", Json::array()))
        context.add(*messageFromJson(item));
    patchDanglingToolCalls(context);
    return context;
}

Json LoopCase::runStream()
{
    m_machine = std::make_unique<AgentMachine>(m_spec, rules(), startContext());
    feed(input::Start{m_input.at("prompt").get<std::string>()});
    Json told = report();
    if (m_hasEvents) {
        told.erase("error");
        told["events"] = streamTranscript(m_events);
    }
    return told;
}

Json LoopCase::run()
{
    m_machine = std::make_unique<AgentMachine>(m_spec, rules(), startContext());
    callback("on_agent_start", nullptr);
    feed(input::Start{m_input.at("prompt").get<std::string>()});
    return report();
}

void LoopCase::feed(Input input)
{
    for (Effect &effect : m_machine->handle(std::move(input)))
        m_pending.push_back(std::move(effect));
    if (std::exchange(m_performing, true))
        return;
    while (!m_pending.empty()) {
        Effect effect = std::move(m_pending.front());
        m_pending.pop_front();
        std::visit([this](auto &e) { perform(e); }, effect);
    }
    m_performing = false;
}

bool LoopCase::isCancelled()
{
    const auto at = m_input.find("cancel_at_check");
    return at != m_input.end() && m_cancelChecks++ == at->get<int>();
}

void LoopCase::perform(effect::Prepare &)
{
    if (isCancelled())
        feed(input::Cancel{fieldOr(m_input, "cancel_reason", "stop").get<std::string>()});
    else
        feed(input::Ready{});
}

void LoopCase::perform(effect::AskHooks &ask)
{
    feed(input::HooksAnswered{m_hooks.ask(ask.point, std::move(ask.payload))});
}

void LoopCase::perform(effect::Acquire &)
{
    if (m_limiter) {
        const auto verdict = m_limiter->acquire("agent", estimate(m_machine->context()), 0);
        if (!verdict.reservation) {
            using Reason = team::LimiterDenial::Reason;
            const Reason reason = verdict.denial->reason;
            const bool money = reason == Reason::Budget || reason == Reason::AgentBudget;
            feed(input::Refused{makeError(money ? ErrorCode::Budget : ErrorCode::RateLimited, "")});
            return;
        }
        m_reservation = verdict.reservation;
    }
    feed(input::Granted{});
}

void LoopCase::perform(effect::Settle &settle)
{
    // A case's usage without a request is no request; the limiter books that one was made all the same.
    if (m_limiter)
        m_limiter->record("agent", settle.usage.totalTokens, 0, 1, m_reservation, 0);
}

/// No case is long enough for it.
void LoopCase::perform(effect::Summarise &)
{
    input::SummaryFailed failed;
    failed.error = makeError(ErrorCode::Internal, "nobody sums up here");
    feed(std::move(failed));
}

void LoopCase::perform(effect::Release &)
{
    if (m_limiter)
        m_limiter->release(m_reservation, 0);
}

void LoopCase::noteRequest(const llm::ModelRequest &request)
{
    const ModelRef &target = m_machine->target();
    const llm::WireForm form = llm::wireFormOf(target.provider());
    Json messages = *llm::encodeMessages(request.messages, form);
    Json entry = {
        {"model", target.model},
        {"settings", request.settings},
        {"stream", request.stream},
        {"tools", request.tools && !request.tools->empty() ? request.tools->toJson() : Json()}};
    if (form == llm::WireForm::OpenAi) {
        entry["system"] = nullptr;
        entry["messages"] = std::move(messages);
    } else {
        entry.update(messages);
    }
    m_requestLog.push_back(std::move(entry));
}

Json LoopCase::nextResponse()
{
    const Json &responses = m_input.at("responses");
    const bool repeats = fieldOr(m_input, "repeat_last", false);
    if (m_response >= responses.size() && !repeats)
        throw std::runtime_error("the case has no answer left");
    return responses.at(std::min(m_response++, responses.size() - 1));
}

void LoopCase::perform(effect::RequestModel &)
{
    const ModelRef target = m_machine->target();
    noteRequest(m_requests->make(target, m_machine->context()));
    const Json response = nextResponse();
    if (response.contains("error")) {
        feed(input::ModelFailed{errorOf(response["error"]), false});
    } else if (response.contains("chunks")) {
        answerWithChunks(response["chunks"], llm::wireFormOf(target.provider()));
    } else {
        llm::ModelReply reply;
        reply.message = *messageFromJson(response.at("message"));
        if (const auto usage = response.find("usage"); usage != response.end())
            reply.usage = usageFromJson(*usage);
        feed(input::Reply{std::move(reply)});
    }
}

void LoopCase::answerWithChunks(const Json &chunks, llm::WireForm form)
{
    using Kind = llm::StreamEvent::Kind;
    llm::StreamAssembler assembler(form);
    bool hasStreamed = false;
    m_events.clear();
    m_hasEvents = true;
    for (const Json &chunk : chunks) {
        if (isCancelled()) {
            feed(input::Cancel{fieldOr(m_input, "cancel_reason", "stop").get<std::string>()});
            return;
        }
        for (const llm::StreamEvent &event : llm::decodeChunk(chunk, form)) {
            assembler.add(event);
            hasStreamed = hasStreamed || event.kind == Kind::TextDelta
                          || event.kind == Kind::ThinkingDelta || event.kind == Kind::ToolCallDelta;
            if (event.kind != Kind::Unknown)
                m_events.push_back(event);
            if (event.kind == Kind::TextDelta)
                callback("on_llm_new_delta", event.text);
            else if (event.kind == Kind::ThinkingDelta && m_isTranscript)
                callback("on_llm_new_delta", "[thinking] " + event.text);
            else if (event.kind == Kind::ThinkingDelta)
                callback("on_llm_new_thinking_delta", event.text);
        }
    }
    if (!assembler.error().is_null()) {
        // It is the provider's failure, whatever it says.
        Error error = makeError(ErrorCode::BadResponse, "", assembler.error().dump());
        error.fromProvider = !hasStreamed;
        feed(input::ModelFailed{std::move(error), hasStreamed});
        return;
    }
    if (m_isTranscript)
        return; // all is told; no tool is run
    llm::ModelReply reply;
    reply.message = *assembler.take();
    reply.usage = usageFromJson(reply.message.metadata.value("usage", Json::object()));
    feed(input::Reply{std::move(reply)});
}

void LoopCase::perform(effect::AskApproval &ask)
{
    const Json handler = fieldOr(m_input, "approval", Json());
    ApprovalDecision decision; // nobody there = rejected
    if (!handler.is_null()) {
        const ToolCall &call = m_machine->call(ask.index);
        m_approvals.push_back(toJson(call));
        const Json byTool = fieldOr(handler, "by_tool", Json::object());
        const Json answer =
            fieldOr(byTool, call.name.value_or("").c_str(), fieldOr(handler, "default", Json()));
        if (answer == "approve") {
            decision.verdict = ApprovalDecision::Verdict::Approve;
        } else if (answer.is_object() && answer.contains("edit") && answer["edit"].is_object()) {
            decision.verdict = ApprovalDecision::Verdict::Edit;
            decision.arguments = answer["edit"];
        }
    }
    feed(input::Approval{ask.index, std::move(decision)});
}

void LoopCase::perform(effect::RunTool &run)
{
    const ToolCall &call = m_machine->call(run.index);
    const tools::ToolPtr tool = m_tools.at(cleanToolName(call.name.value_or("")));
    tools::ToolContext context;
    context.deps = m_machine->turnDeps();
    feed(input::ToolDone{run.index, tools::executeTool(*tool, call.arguments, context)});
}

void LoopCase::perform(effect::Publish &publish)
{
    if (m_isTranscript)
        return;
    const Json &data = publish.data;
    if (publish.kind == EventKind::ToolRequested) {
        callback("on_tool_call",
                 {{"id", data["call"]}, {"name", data["tool"]}, {"arguments", data["args"]}});
    } else if (publish.kind == EventKind::MessageAdded) {
        Json message = data["message"];
        message.erase("metadata");
        const std::string how = data.value("how", "");
        if (message["role"] == "assistant")
            callback("on_llm_new_message", std::move(message));
        else if (how == "answered" || how == "unknown_tool")
            callback("on_tool_response", {{"id", message["tool_call_id"]},
                                          {"name", data["tool"]},
                                          {"result", message["content"]}});
    }
}

void LoopCase::perform(effect::Finish &finish)
{
    if (finish.error) {
        m_result = {{"error", errorReport(*finish.error)}};
        if (!m_isTranscript)
            callback("on_error", m_result["error"]);
        return;
    }
    callback("on_agent_complete",
             {{"output", finish.output}, {"iterations", m_machine->context().iteration}});
    m_result = okReport();
    m_result["ok"]["output"] = std::move(finish.output);
}

Json LoopCase::okReport()
{
    const Context &context = m_machine->context();
    Json messages = Json::array();
    std::size_t isNew = 0;
    for (const auto &message : context.messages) {
        messages.push_back(neutral(*message));
        // The first answer and all that follows.
        if (isNew > 0 || (message->role != Role::System && message->role != Role::User))
            ++isNew;
    }
    Json calls = Json::array();
    for (const auto &call : context.toolCalls)
        calls.push_back(toJson(*call));
    return {{"ok",
             {{"usage", toJson(context.usage)},
              {"iterations", context.iteration},
              {"messages", std::move(messages)},
              {"new_messages_count", isNew},
              {"deps", context.deps},
              {"tool_calls", std::move(calls)},
              {"needs_response", bool(context.needsResponse)}}}};
}

Json LoopCase::limiterReport()
{
    const team::LimiterStatus status = m_limiter->status(0);
    Json agents = Json::object();
    for (const auto &[agent, totals] : status.agents)
        agents[agent] = {
            {"requests", totals.requests}, {"tokens", totals.tokens}, {"cost", totals.costUsd}};
    const auto left = m_limiter->budgetLeft();
    return {{"agents", std::move(agents)},
            {"budget_remaining", left ? Json(*left) : Json()},
            {"open_reservations", status.openReservations}};
}

void LoopCase::callback(const char *name, Json payload)
{
    m_callbacks.push_back(Json::array({name, std::move(payload)}));
}

Json LoopCase::report()
{
    Json report = std::move(m_result);
    report["callbacks"] = m_callbacks;
    report["requests"] = m_requestLog;
    report["hook_calls"] = m_hookCalls;
    report["approvals"] = m_approvals;
    report["tool_invocations"] = m_toolLog;
    if (m_limiter)
        report["rate_limiter"] = limiterReport();
    return report;
}

} // namespace orrery::conformance
