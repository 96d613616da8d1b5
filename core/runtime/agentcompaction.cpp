// SPDX-License-Identifier: GPL-3.0-or-later
// The part of AgentMachine that keeps the conversation small enough for its model.
#include "core/guidance/summary.h"
#include "core/llm/httperror.h"
#include "core/model/jsonobject.h"
#include "core/runtime/agentmachine.h"

#include <algorithm>

namespace orrery::runtime {
namespace {

constexpr const char *kReadTool = "read_result";
constexpr const char *kShare = "share";
constexpr const char *kTooLong = "too_long";
/// The model that sums up has to read the prompt: so much of its context may be filled by it.
constexpr double kPromptShare = 0.5;
constexpr std::size_t kLeastPrompt = 4096;
constexpr std::size_t kMostPrompt = 400'000;

} // namespace

guidance::ContextWindow AgentMachine::window() const
{
    return m_rules.window ? m_rules.window(target()) : guidance::ContextWindow();
}

guidance::Weight AgentMachine::requestWeight()
{
    return m_budget.weight(m_context.messages, window());
}

bool AgentMachine::canReadResults() const { return m_rules.gate && m_rules.gate(kReadTool).known; }

/// Asks for a place for the request, after the conversation has been made to fit where it goes.
void AgentMachine::askLimiter(Effects &out)
{
    if (m_compactedFor != target().model) {
        guidance::ContextPlan plan = m_budget.plan(m_context.messages, window(), canReadResults());
        if (plan.any()) {
            m_compactedFor = target().model;
            carryOut(std::move(plan), kShare, out);
            return;
        }
    }
    m_phase = Phase::Acquiring;
    out.push_back(effect::Acquire{});
}

void AgentMachine::carryOut(guidance::ContextPlan plan, std::string reason, Effects &out)
{
    m_plan = std::move(plan);
    m_planReason = std::move(reason);
    if (m_plan.compaction.dropped == 0) {
        compact(std::nullopt, {}, {}, out);
        return;
    }
    const std::int64_t context = m_budget.contextTokens(window());
    const std::int64_t room = context > 0 ? context : m_plan.most;
    const std::size_t bytes =
        m_budget.ratio(window()).bytes(static_cast<std::int64_t>(kPromptShare * double(room)));
    guidance::SummaryRequest request = guidance::summaryRequest(
        m_context.messages, m_plan, std::clamp(bytes, kLeastPrompt, kMostPrompt));
    m_phase = Phase::Summarising;
    state(AgentState::Thinking, out, "sums up its conversation");
    out.push_back(effect::Summarise{std::move(request.system), std::move(request.prompt)});
}

void AgentMachine::on(input::Summarised &in, Effects &out)
{
    if (m_phase == Phase::Summarising)
        compact(std::move(in.summary), in.call, {}, out);
}

void AgentMachine::on(input::SummaryFailed &in, Effects &out)
{
    if (m_phase == Phase::Summarising)
        compact(std::string(), in.call, in.error.message, out);
}

void AgentMachine::compact(std::optional<std::string> summary, const std::string &call,
                           const std::string &problem, Effects &out)
{
    guidance::Compaction &compaction = m_plan.compaction;
    if (summary)
        compaction.note = guidance::summaryNote(m_context.messages, m_plan, *summary, problem);
    m_context.messages = guidance::compacted(m_context.messages, compaction);
    const guidance::ContextWindow room = window();
    m_budget.compacted(m_context.messages, room);
    const std::int64_t context = m_budget.contextTokens(room);
    Json data = guidance::toJson(compaction);
    data["reason"] = m_planReason;
    data["before_tokens"] = m_plan.before;
    data["after_tokens"] = m_budget.tokens(m_context.messages, room);
    data["context_tokens"] = context > 0 ? Json(context) : Json();
    data["summary"] = !summary ? "none" : summary->empty() ? "failed" : "model";
    data["call"] = call.empty() ? Json() : Json(call);
    if (!problem.empty())
        data["problem"] = problem;
    out.push_back(effect::Publish{EventKind::ContextCompacted, std::move(data)});
    if (!problem.empty())
        out.push_back(effect::Publish{
            EventKind::Warning,
            eventData({{"code", "no_summary"},
                       {"message", "The oldest part of the conversation was dropped without a "
                                   "summary: "
                                       + problem}})});
    out.push_back(effect::Save{});
    m_plan = {};
    m_phase = Phase::Acquiring;
    out.push_back(effect::Acquire{});
}

/// The provider refused the request as too long: it is made smaller once, and asked again. False for all other errors.
bool AgentMachine::makeRoomAfter(const Error &error, Effects &out)
{
    if (!llm::isContextTooLong(error))
        return false;
    guidance::ContextPlan plan;
    const bool isSecond = std::exchange(m_wasRefusedAsTooLong, true);
    if (!isSecond)
        plan = m_budget.planAfterRefusal(m_context.messages, window(), canReadResults());
    out.push_back(effect::Release{});
    out.push_back(
        effect::Publish{EventKind::RequestFailed,
                        eventData({{"code", toString(error.code)},
                                   {"message", error.message},
                                   {"detail", error.detail},
                                   {"http_status", error.httpStatus},
                                   {"retry_in_ms", plan.any() ? JsonItem(0) : JsonItem(nullptr)},
                                   {"fallback", nullptr},
                                   {"attempt", m_attempt}})});
    if (plan.any()) {
        m_compactedFor = target().model;
        carryOut(std::move(plan), kTooLong, out);
        return true;
    }
    m_wasRefusedAsTooLong = false;
    Error told = error;
    told.message = std::string("The conversation is too long for ") + target().model
                   + (isSecond ? ", also after its oldest part was taken out: "
                               : ", and there is nothing in it that could be left out: ")
                   + error.message;
    failWith(std::move(told), out);
    return true;
}

/// What is too long for the conversation goes to the journal whole; the model gets both ends of it.
void AgentMachine::spill(OpenCall &call, Message &message, Effects &out)
{
    const ResultRules &rules = m_spec.results;
    const std::string &content = *message.content;
    guidance::Excerpt excerpt{rules.head, rules.tail};
    if (rules.spillOver == 0 || content.size() <= rules.spillOver || call.result.isBounded
        || call.result.handle.empty() || !excerpt.shortens(content.size()))
        return;
    excerpt.how = guidance::howToRead(call.result.handle, canReadResults());
    auto whole = std::make_shared<const std::string>(std::move(*message.content));
    message.content = excerpt.of(*whole);
    guidance::KeptResult{call.result.handle, whole->size()}.into(message);
    out.push_back(effect::Publish{EventKind::ResultSpilled,
                                  eventData({{"handle", call.result.handle},
                                             {"call", call.call.id},
                                             {"tool", call.name},
                                             {"bytes", whole->size()},
                                             {"text", *whole}}),
                                  {call.result.handle, whole}});
}

} // namespace orrery::runtime
