// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/agentrecovery.h"

#include "core/base/utf8.h"
#include "core/guidance/compaction.h"
#include "core/llm/structuredoutput.h"
#include "core/model/boundedparts.h"
#include "core/model/contextupdate.h"
#include "core/model/jsonfields.h"

#include <algorithm>

namespace orrery::runtime {

namespace {

/// As it comes back from a saved context: what is blank there is nothing.
Message asSaved(Message message)
{
    const auto drop = [](std::optional<std::string> &text) {
        if (text && isBlank(*text))
            text.reset();
    };
    if (message.role != Role::User)
        drop(message.content);
    drop(message.reasoningContent);
    drop(message.toolCallId);
    drop(message.name);
    if (message.metadata.empty())
        message.metadata = Json();
    if (message.contentParts && message.contentParts->empty())
        message.contentParts.reset();
    return message;
}

/// What the model is given of a result that came to no message any more.
std::string excerptOfResult(const std::string &content, const std::string &handle)
{
    const ResultRules rules;
    if (handle.empty() || content.size() <= rules.spillOver)
        return content;
    return guidance::Excerpt{rules.head, rules.tail, guidance::howToRead(handle, true)}.of(content);
}

/// What is large stands in saved contexts only.
bool isSame(const Message &a, const Message &b)
{
    if (a == b || asSaved(a) == asSaved(b))
        return true;
    return (hasLargeParts(a) || hasLargeParts(b))
           && asSaved(withoutLargeParts(a)) == asSaved(withoutLargeParts(b));
}

bool isPrompt(const Context &context)
{
    return context.systemPrompt && !context.messages.empty()
           && context.messages.front()->role == Role::System
           && context.messages.front()->content.value_or("") == *context.systemPrompt;
}

void putInFront(MessageLog &messages, Message message)
{
    MessageLog all;
    all.push_back(std::make_shared<const Message>(std::move(message)));
    for (const auto &each : messages)
        all.push_back(each);
    messages = std::move(all);
}

/// Of `count` messages that are the same, those that the journal holds only in part, from a saved context.
void takeLargeParts(MessageLog &told, const MessageLog &saved, std::size_t front, std::size_t count)
{
    MessageLog all;
    bool isMore = false;
    for (std::size_t i = 0; i < told.size(); ++i) {
        const bool isWhole = i < count && hasLargeParts(*saved[front + i]);
        all.push_back(isWhole ? saved[front + i] : told[i]);
        isMore = isMore || isWhole;
    }
    if (isMore)
        told = std::move(all);
}

} // namespace

void addSystemPrompt(Context &context, const std::optional<std::string> &prompt)
{
    if (context.systemPrompt || !prompt)
        return;
    context.systemPrompt = prompt;
    if (!prompt->empty()
        && (context.messages.empty() || context.messages.front()->role != Role::System
            || context.messages.front()->content != prompt))
        putInFront(context.messages, Message::system(*prompt));
}

void AgentRecovery::beginRun(const std::string &run)
{
    m_run = run;
    m_result.wasAtWork = m_result.hasJoined = m_result.hasLeft = false;
    m_result.outcome.clear();
    m_result.openCalls.clear();
    m_isTouched = m_isReplaced = m_hasPostHooks = false;
    m_prompt.reset();
    m_calls.clear();
    m_requests.clear();
}

/// An agent that has loaded nothing when it begins knows nothing of an earlier run.
void AgentRecovery::touch()
{
    if (std::exchange(m_isTouched, true))
        return;
    m_result.context = Context();
    m_result.context.agentName = m_name;
    m_result.hasSystemPrompt = m_result.hasConversation = false;
}

std::optional<std::string> AgentRecovery::apply(const Event &event)
{
    const Json &data = event.data;
    const auto text = [&](const char *key) { return field::text(data, key).value_or(""); };
    switch (event.kind) {
    case EventKind::AgentJoined:
        m_result.member = {m_name, text("role"), text("model"), text("parent"), 0};
        m_result.task = text("task");
        m_result.hasJoined = true;
        m_result.hasLeft = false;
        break;
    case EventKind::AgentLeft:
        m_result.hasLeft = true;
        m_result.wasAtWork = false;
        break;
    case EventKind::AgentStarted: agentStarted(event); break;
    case EventKind::AgentFinished:
        m_result.outcome = text("outcome");
        m_result.wasAtWork = false;
        break;
    case EventKind::MessageAdded: return messageAdded(event);
    case EventKind::ContextLoaded: contextLoaded(event); break;
    case EventKind::HistoryCleared: historyCleared(); break;
    case EventKind::ContextCompacted: contextCompacted(event); break;
    case EventKind::ResultSpilled: m_result.results[text("handle")] = event.seq; break;
    case EventKind::ContextUpdated:
        touch();
        if (const auto ops = ContextUpdate::fromJson(field::at(data, "ops")))
            (void)ops->applyTo(
                m_result.context.deps); // what cannot be applied was not then, either
        break;
    case EventKind::ModelSwitched:
        touch();
        m_result.context.deps["active_model"] = text("to");
        break;
    case EventKind::RequestSent:
        m_requests.insert(text("call"));
        ++m_result.openRequests;
        m_result.wasAtWork = m_result.wasAtWork || !field::find(data, "purpose");
        break;
    case EventKind::RequestFailed:
        m_result.openRequests -= std::int64_t(m_requests.erase(text("call")));
        break;
    case EventKind::ResponseReceived: responseReceived(data); break;
    case EventKind::ToolStarted: m_calls[text("call")] = {}; break;
    case EventKind::ToolFinished:
        m_calls[text("call")] = {true, text("content"), text("result"), event.seq};
        break;
    case EventKind::HookDecided:
        m_hasPostHooks = m_hasPostHooks || text("point") == "post_tool_use";
        break;
    default: break;
    }
    return std::nullopt;
}

void AgentRecovery::agentStarted(const Event &event)
{
    touch();
    m_result.wasAtWork = true;
    m_result.member.role = field::text(event.data, "role").value_or("");
    m_result.member.model = field::text(event.data, "model").value_or("");
    m_prompt = field::text(event.data, "prompt");
    if (m_prompt && m_prompt->empty())
        m_prompt.reset();
}

std::optional<std::string> AgentRecovery::messageAdded(const Event &event)
{
    auto message = messageFromJson(field::at(event.data, "message"));
    if (!message) {
        damage.push_back({event.seq, "Event " + std::to_string(event.seq)
                                         + " holds no message: " + message.error().message + "."});
        return std::nullopt;
    }
    if (const auto kept = guidance::KeptResult::of(*message);
        !kept.handle.empty() && kept.whole == 0)
        m_result.results[kept.handle] = event.seq;
    if (m_loading > 0) {
        --m_loading;
        append(std::move(*message));
        return std::nullopt;
    }
    touch();
    m_result.wasAtWork = true;
    if (message->role == Role::User && m_prompt && message->content == m_prompt)
        m_prompt.reset();
    if (message->role == Role::Assistant) {
        m_calls.clear();
        for (const ToolCall &call : llm::realCalls(*message)) {
            m_result.context.toolCalls.push_back(std::make_shared<const ToolCall>(call));
            ++m_result.context.usage.toolCalls;
        }
    }
    const auto text =
        message->role == Role::User ? std::optional(message->content.value_or("")) : std::nullopt;
    append(std::move(*message));
    return text;
}

void AgentRecovery::append(Message message)
{
    // A call that is the answer itself asks for nothing more.
    const bool asksForNothing = message.role == Role::Assistant && llm::realCalls(message).empty();
    m_result.context.add(std::move(message));
    if (asksForNothing)
        m_result.context.needsResponse = false;
    m_result.hasConversation = true;
}

/// All of its messages follow, one event each. What else it has stands in what was loaded.
void AgentRecovery::contextLoaded(const Event &event)
{
    const auto session = field::text(event.data, "session").value_or("");
    const auto count =
        std::size_t(std::max<std::int64_t>(0, field::integer(event.data, "messages").value_or(0)));
    std::vector<Context> sources;
    if (!m_isTouched)
        sources.push_back(m_result.context); // of the run that this one goes on from
    if (auto saved = m_saved(session)) {
        patchDanglingToolCalls(*saved);
        sources.push_back(std::move(*saved));
    }
    if (sources.empty())
        sources.emplace_back();
    const auto lacks = [&](std::size_t front) {
        return std::find_if(sources.begin(), sources.end(), [&](const Context &source) {
            return source.messages.size() + front == count;
        });
    };
    auto fitting = lacks(0);
    m_front = fitting == sources.end() ? 1 : 0;
    if (m_front == 1)
        fitting = lacks(1);
    m_result.context = fitting == sources.end() ? sources.front() : *fitting;
    m_source = fitting == sources.end() ? MessageLog() : m_result.context.messages;
    m_result.context.messages.clear();
    m_result.context.agentName = m_name;
    m_result.hasSystemPrompt = true; // among its messages
    m_isReplaced = std::exchange(m_isTouched, true);
    m_loading = count;
    m_calls.clear();
}

void AgentRecovery::historyCleared()
{
    touch();
    Context fresh;
    fresh.agentName = m_name;
    fresh.deps = std::move(m_result.context.deps);
    fresh.systemPrompt = m_result.context.systemPrompt;
    m_result.hasSystemPrompt = fresh.systemPrompt.has_value();
    if (fresh.systemPrompt && !fresh.systemPrompt->empty())
        fresh.add(Message::system(*fresh.systemPrompt));
    m_result.context = std::move(fresh);
    m_isReplaced = true;
    m_calls.clear();
}

/// Its places do not count a system message at the front, which may not have been told of yet.
void AgentRecovery::contextCompacted(const Event &event)
{
    const auto compaction = guidance::compactionFromJson(event.data);
    if (!compaction) {
        damage.push_back({event.seq, "Event " + std::to_string(event.seq) + " holds no compaction: "
                                         + compaction.error().message + "."});
        return;
    }
    touch();
    m_result.context.messages = guidance::compacted(m_result.context.messages, *compaction);
}

void AgentRecovery::responseReceived(const Json &data)
{
    const auto call = field::text(data, "call").value_or("");
    m_result.openRequests -= std::int64_t(m_requests.erase(call));
    const Usage usage = usageFromJson(field::at(data, "usage"));
    m_result.usage += usage;
    if (const auto cost = field::number(data, "cost_usd"))
        m_result.spentUsd += *cost;
    else
        ++m_result.unpricedCalls;
    if (field::find(data, "purpose"))
        return; // not a part of the conversation
    touch();
    Usage ofAnswer = usage;
    ofAnswer.toolCalls = 0; // counted with the message that makes them
    m_result.context.usage += ofAnswer;
}

/// Takes from the saved context what the journal does not tell. The number of messages that only the former has.
std::optional<std::size_t> AgentRecovery::takeSaved()
{
    auto saved = m_saved(m_run + "/" + m_name);
    if (!saved)
        return std::nullopt;
    Context &told = m_result.context;
    const std::size_t front = !m_result.hasSystemPrompt && isPrompt(*saved) ? 1 : 0;
    const std::size_t both = std::min(saved->messages.size() - front, told.messages.size());
    bool isSameStart = !m_isReplaced;
    for (std::size_t i = 0; isSameStart && i < both; ++i)
        isSameStart = isSame(*saved->messages[front + i], *told.messages[i]);
    if (isSameStart && saved->messages.size() - front > told.messages.size()) {
        const std::size_t news = saved->messages.size() - front - told.messages.size();
        told = std::move(*saved);
        m_result.hasSystemPrompt = m_result.hasConversation = true;
        return news;
    }
    if (isSameStart)
        takeLargeParts(told.messages, saved->messages, front, both);
    told.maxIterations = saved->maxIterations;
    told.startedAt = saved->startedAt;
    if (!m_result.hasSystemPrompt) {
        addSystemPrompt(told, saved->systemPrompt);
        m_result.hasSystemPrompt = true;
    }
    return 0;
}

/// Of a load that was told in part, the rest stands in what was loaded.
void AgentRecovery::endLoad()
{
    if (m_loading == 0)
        return;
    const std::size_t told = m_result.context.messages.size();
    if (told < m_front)
        m_result.hasSystemPrompt = false;
    for (std::size_t i = told < m_front ? 0 : told - m_front; i < m_source.size(); ++i)
        append(*m_source[i]);
    m_loading = 0;
}

std::vector<std::string> AgentRecovery::endRun()
{
    endLoad();
    Context &context = m_result.context;
    const std::size_t news = takeSaved().value_or(0);
    const std::size_t known = context.messages.size() - news;
    std::vector<std::string> texts;
    for (std::size_t i = known; i < context.messages.size(); ++i)
        if (context.messages[i]->role == Role::User)
            texts.push_back(context.messages[i]->content.value_or(""));
    if (m_prompt && std::find(texts.begin(), texts.end(), *m_prompt) == texts.end())
        append(Message::user(*m_prompt));
    m_prompt.reset();
    closeCalls(known);
    context.iteration = 0;
    context.agentName = m_name;
    m_result.member.name = m_name;
    return texts;
}

/// `known`: messages that the journal tells of.
void AgentRecovery::closeCalls(std::size_t known)
{
    Context &context = m_result.context;
    std::set<std::string> onlySaved;
    for (std::size_t i = known; i < context.messages.size(); ++i)
        for (const ToolCall &call : context.messages[i]->toolCalls)
            onlySaved.insert(call.id.value_or(""));
    const std::size_t before = context.messages.size();
    patchDanglingToolCalls(context, [&](const ToolCall &call) {
        const std::string id = call.id.value_or("");
        const auto found = m_calls.find(id);
        OpenToolCall open{id, call.name.value_or(""), OpenToolCall::State::NotStarted};
        if (found != m_calls.end() && found->second.isFinished)
            open.state = OpenToolCall::State::Finished;
        else if (found != m_calls.end() || onlySaved.contains(id))
            open.state = OpenToolCall::State::MayHaveRun;
        std::string text = answerTo(call, open.state);
        if (open.state == OpenToolCall::State::Finished && !m_hasPostHooks)
            if (!found->second.handle.empty())
                m_result.results[found->second.handle] = found->second.seq;
        m_result.openCalls.push_back(std::move(open));
        return text;
    });
    if (context.messages.size() > before && context.messages.back()->role == Role::Tool)
        context.needsResponse = true;
}

std::string AgentRecovery::answerTo(const ToolCall &call, OpenToolCall::State state) const
{
    if (llm::isSyntheticTool(call.name.value_or("")))
        return "This answer was taken.";
    switch (state) {
    case OpenToolCall::State::NotStarted: break;
    case OpenToolCall::State::MayHaveRun:
        return "Tool call was interrupted while it ran, when the program ended. It may have taken "
               "effect, in part or as a whole. Check before you try it again.";
    case OpenToolCall::State::Finished: {
        if (m_hasPostHooks)
            return "The tool has ended, but its result was lost when the program ended. Do not "
                   "call it again before you have checked what it has done.";
        const CallState &finished = m_calls.at(call.id.value_or(""));
        return excerptOfResult(finished.content, finished.handle);
    }
    }
    return {};
}

} // namespace orrery::runtime
