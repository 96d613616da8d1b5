// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/messagelog.h"

#include <map>
#include <random>
#include <string>

namespace orrery::testing {

/// Conversations of an agent as they come about: turns of a user, answers with any number of calls, their results behind
/// them, now and then notes, pictures and long texts. The same seed makes the same ones.
class RandomConversation
{
public:
    explicit RandomConversation(std::uint32_t seed) : m_random(seed) {}

    int number(int least, int most)
    {
        return std::uniform_int_distribution<int>(least, most)(m_random);
    }
    bool oneIn(int n) { return number(1, n) == 1; }
    std::string text(int most)
    {
        static const char *const kPieces[] = {"word ", "größer ", "日本語",
                                              "\n",    "🙂",    "0123456789 "};
        std::string out;
        for (const int size = number(0, most); int(out.size()) < size;)
            out += kPieces[number(0, 5)];
        return out;
    }
    /// One step: a user's message, or an answer with all of its results.
    void grow(MessageLog &log)
    {
        if (log.empty() || oneIn(6)) {
            add(log, oneIn(8) ? Message::note("memories", text(300)) : Message::user(text(400)));
            return;
        }
        Message answer = Message::assistant(text(oneIn(10) ? 3000 : 200));
        if (oneIn(4))
            answer.reasoningContent = text(600);
        const int calls = oneIn(5) ? 0 : number(1, 3);
        for (int i = 0; i < calls; ++i) {
            ToolCall call;
            // Some servers begin to count anew with each answer.
            call.id = oneIn(3) ? "call_" + std::to_string(i) : "call_" + std::to_string(++m_calls);
            for (const ToolCall &other : answer.toolCalls)
                if (other.id == call.id)
                    call.id = "call_" + std::to_string(++m_calls) + "_" + std::to_string(i);
            call.name = "work";
            call.arguments = {{"text", text(100)}};
            answer.toolCalls.push_back(call);
        }
        const std::vector<ToolCall> asked = answer.toolCalls;
        add(log, std::move(answer));
        for (const ToolCall &call : asked) {
            Message result = Message::tool(*call.id, "work", text(oneIn(3) ? 20000 : 1500));
            if (result.content->size() > 400)
                result.metadata = {{"result", "result_" + std::to_string(++m_results)}};
            if (oneIn(12))
                result.contentParts = {{"text", "a picture", Json::object()},
                                       {"image", "AAAA", {{"media_type", "image/png"}}}};
            add(log, std::move(result));
        }
    }
    MessageLog make(int steps, bool hasSystem)
    {
        MessageLog log;
        if (hasSystem)
            add(log, Message::system("You help. " + text(500)));
        add(log, Message::user("The task: " + text(500)));
        for (int i = 0; i < steps; ++i)
            grow(log);
        return log;
    }

    /// What a provider would say of it: a result without a call before it, a call without a result behind it. Empty = good.
    static std::string offenceIn(const MessageLog &log)
    {
        std::map<std::string, int> open;
        for (std::size_t i = 0; i < log.size(); ++i) {
            const Message &message = *log[i];
            if (message.role == Role::Tool) {
                const auto it = open.find(message.toolCallId.value_or(""));
                if (it == open.end())
                    return "message " + std::to_string(i) + " answers no call";
                if (--it->second == 0)
                    open.erase(it);
                continue;
            }
            if (!open.empty())
                return "a call before message " + std::to_string(i) + " has no result";
            for (const ToolCall &call : message.toolCalls)
                ++open[call.id.value_or("")];
        }
        return open.empty() ? std::string() : "the last calls have no results";
    }

private:
    static void add(MessageLog &log, Message message)
    {
        log.push_back(std::make_shared<const Message>(std::move(message)));
    }

    std::mt19937 m_random;
    int m_calls = 0;
    int m_results = 0;
};

} // namespace orrery::testing
