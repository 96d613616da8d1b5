// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/context.h"

#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace orrery {
namespace {

using Messages = std::vector<MessageLog::value_type>;
using IdSet = std::unordered_set<std::string_view>;
using IdCounts = std::unordered_map<std::string_view, int>;

constexpr const char *kInterrupted =
    "Tool call was interrupted and not executed. Please retry if needed.";

IdCounts answersById(const MessageLog &messages)
{
    IdCounts answers;
    for (const auto &message : messages)
        if (message->role == Role::Tool && message->toolCallId)
            ++answers[*message->toolCallId];
    return answers;
}

/// The answers that are missing to the calls of one message. `left`: how many there are for calls of each id from here on;
/// some providers give the same ids again in each answer.
Messages missingAnswers(const Message &message, IdCounts &left,
                        const std::function<std::string(const ToolCall &)> &textFor)
{
    Messages answers;
    if (message.role != Role::Assistant)
        return answers;
    IdSet seen;
    for (const ToolCall &call : message.toolCalls) {
        if (!call.id || !seen.insert(*call.id).second || left[*call.id]-- > 0)
            continue;
        std::string text = textFor ? textFor(call) : std::string();
        Message answer = Message::tool(*call.id, {}, text.empty() ? kInterrupted : std::move(text));
        answer.name = call.name;
        answers.push_back(std::make_shared<const Message>(std::move(answer)));
    }
    return answers;
}

} // namespace

void Context::add(Message message)
{
    switch (message.role) {
    case Role::Assistant: needsResponse = !message.toolCalls.empty(); break;
    case Role::Tool:
    case Role::User: needsResponse = true; break;
    case Role::System: break;
    }
    messages.push_back(std::make_shared<const Message>(std::move(message)));
}

void patchDanglingToolCalls(Context &context,
                            const std::function<std::string(const ToolCall &)> &answer)
{
    IdCounts left = answersById(context.messages);
    MessageLog patched;
    Messages waiting; // for the end of the results that follow their assistant message
    const auto release = [&] {
        for (auto &answer : std::exchange(waiting, {}))
            patched.push_back(std::move(answer));
    };
    for (const auto &message : context.messages) {
        if (message->role != Role::Tool)
            release();
        patched.push_back(message);
        if (Messages answers = missingAnswers(*message, left, answer); !answers.empty())
            waiting = std::move(answers);
    }
    release();
    if (patched.size() != context.messages.size())
        context.messages = std::move(patched);
}

} // namespace orrery
