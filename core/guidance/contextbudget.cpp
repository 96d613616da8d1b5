// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/guidance/contextbudget.h"

#include "core/model/usage.h"

#include <algorithm>
#include <map>

namespace orrery::guidance {
namespace {

// Shares of what a request may have. Shortening alone has to make room for a while: it costs the provider's cache. A
// summary costs a call, and what is left is what the agent works with.
constexpr double kEnoughShortened = 0.7;
constexpr double kEnoughDropped = 0.85;
constexpr double kEnough = 0.95;
constexpr double kAfterRefusal = 0.6; ///< of what was refused
constexpr std::size_t kLeastHead = 256;
constexpr std::size_t kLeastTail = 64;
constexpr std::size_t kLeastNote = 512;
constexpr std::size_t kMostNote = 8192;

std::size_t taskOf(const MessageLog &messages)
{
    for (std::size_t i = 0; i < messages.size(); ++i)
        if (messages[i]->role == Role::User)
            return i;
    return messages.size();
}

/// The places at which a conversation may be cut, for any number of messages that stay.
class Cuts
{
public:
    explicit Cuts(const MessageLog &messages) : m_isCut(messages.size() + 1)
    {
        std::map<std::string, std::size_t> open; // results whose calls stand further in front
        std::size_t missing = 0;
        m_isCut[messages.size()] = true;
        for (std::size_t i = messages.size(); i-- > 0;) {
            const Message &message = *messages[i];
            if (message.role == Role::Tool) {
                ++open[message.toolCallId.value_or("")];
                ++missing;
            }
            for (const ToolCall &call : message.toolCalls)
                if (const auto it = open.find(call.id.value_or("")); it != open.end()) {
                    --missing;
                    if (--it->second == 0)
                        open.erase(it);
                }
            m_isCut[i] = missing == 0;
        }
    }
    /// The last one with at least `keep` messages behind it; 0 when there is none.
    std::size_t at(std::size_t keep) const
    {
        const std::size_t size = m_isCut.size() - 1;
        for (std::size_t i = size - std::min(keep, size); i > 0; --i)
            if (m_isCut[i])
                return i;
        return 0;
    }

private:
    std::vector<bool> m_isCut;
};

/// Tries one way after the other to make a conversation small enough.
class Planner
{
public:
    Planner(const MessageLog &messages, TokenRatio ratio, AttachedTokens attachedTokens,
            const Weight &total, std::int64_t most, bool canRead)
        : m_messages(messages), m_ratio(ratio), m_attachedTokens(std::move(attachedTokens)),
          m_total(total), m_most(most), m_cuts(messages), m_front(frontOf(messages)),
          m_task(taskOf(messages))
    {
        m_plan.before = ratio.tokens(total);
        m_plan.most = most;
        m_plan.noteBytes = std::clamp(ratio.bytes(most / 8), kLeastNote, kMostNote);
        m_canRead = canRead;
    }

    ContextPlan find(const ContextRules &rules)
    {
        const auto keep = static_cast<std::size_t>(std::max(1, rules.keepMessages));
        std::size_t head = rules.resultHead;
        std::size_t tail = rules.resultTail;
        const std::size_t size = m_messages.size();
        tryWith(0, size - std::min(keep, size), head, tail);
        if (isBelow(kEnoughShortened))
            return m_plan;
        tryWith(keep, 0, head, tail);
        if (m_plan.compaction.dropped > 0 && isBelow(kEnoughDropped))
            return m_plan;
        for (std::size_t kept = keep;;) {
            tryWith(kept, size, head, tail);
            if (isBelow(kEnough) || (kept == 1 && head <= kLeastHead && tail <= kLeastTail))
                return m_plan;
            kept = std::max<std::size_t>(1, kept / 2);
            head = std::min(head, std::max(kLeastHead, head / 2));
            tail = std::min(tail, std::max(kLeastTail, tail / 2));
        }
    }

private:
    bool isBelow(double share) const
    {
        return static_cast<double>(m_plan.after) <= share * static_cast<double>(m_most);
    }

    /// Drops all but `keep` messages (0 = none), and shortens results before `shortenedBefore` that stay.
    void tryWith(std::size_t keep, std::size_t shortenedBefore, std::size_t head, std::size_t tail)
    {
        Compaction compaction;
        compaction.head = head;
        compaction.tail = tail;
        compaction.canRead = m_canRead;
        Weight weight = m_total;
        const std::size_t first = m_task + 1;
        const std::size_t cut = keep == 0 ? 0 : m_cuts.at(keep);
        const Weight note = weighed(Message::note("summary", std::string(m_plan.noteBytes, ' ')));
        Weight dropped;
        for (std::size_t i = first; i < cut; ++i)
            dropped += weightAt(i);
        // What is no longer than a note may be one.
        if (m_ratio.tokens(dropped) > m_ratio.tokens(note)) {
            compaction.first = first - m_front;
            compaction.dropped = cut - first;
            weight -= dropped;
            weight += note;
        }
        for (std::size_t i = m_front; i < shortenedBefore; ++i) {
            if (compaction.dropped > 0 && i >= first && i < cut)
                continue;
            const Message &message = *m_messages[i];
            const bool hasPictures = message.contentParts && weightAt(i).attachedTokens > 0;
            const Excerpt excerpt{head, tail};
            if (message.role != Role::Tool
                || !(hasPictures || excerpt.shortens(message.content.value_or("").size())))
                continue;
            weight -= weightAt(i);
            weight += weighed(shortenedResult(message, head, tail, m_canRead));
            compaction.shortened.push_back(i - m_front);
        }
        m_plan.compaction = std::move(compaction);
        m_plan.after = m_ratio.tokens(weight);
    }

    Weight weighed(const Message &message) const { return weightOf(message, m_attachedTokens); }

    const Weight &weightAt(std::size_t index)
    {
        if (m_weights.empty())
            for (const auto &message : m_messages)
                m_weights.push_back(weighed(*message));
        return m_weights[index];
    }

    const MessageLog &m_messages;
    const TokenRatio m_ratio;
    const AttachedTokens m_attachedTokens;
    const Weight m_total;
    const std::int64_t m_most;
    const Cuts m_cuts;
    const std::size_t m_front;
    const std::size_t m_task;
    bool m_canRead = false;
    std::vector<Weight> m_weights;
    ContextPlan m_plan;
};

} // namespace

ContextBudget::ContextBudget(ContextRules rules, std::shared_ptr<TokenScale> scale,
                             std::string conversation)
    : m_rules(std::move(rules)), m_scale(scale ? std::move(scale) : std::make_shared<TokenScale>()),
      m_conversation(std::move(conversation))
{}

TokenRatio ContextBudget::ratio(const ContextWindow &window) const
{
    return m_scale->ratioFor(window.model, m_conversation);
}

Weight ContextBudget::weight(const MessageLog &messages, const ContextWindow &window)
{
    Weight weight = m_meter.follow(messages, window.model, window.attachedTokens);
    weight.bytes += window.fixedBytes;
    return weight;
}

std::int64_t ContextBudget::contextTokens(const ContextWindow &window) const
{
    if (m_rules.maxTokens > 0 && (window.tokens == 0 || m_rules.maxTokens < window.tokens))
        return m_rules.maxTokens;
    return window.tokens;
}

void ContextBudget::answered(const MessageLog &sent, const ContextWindow &window,
                             const Usage &usage)
{
    const TokenBuckets read = bucketsOf(usage, window.inputHasCache);
    m_scale->learn(window.model, m_conversation, weight(sent, window),
                   read.freshInput + read.cacheRead + read.cacheWrite);
}

std::int64_t ContextBudget::tokens(const MessageLog &messages, const ContextWindow &window)
{
    return ratio(window).tokens(weight(messages, window));
}

ContextPlan ContextBudget::planFor(const MessageLog &messages, const ContextWindow &window,
                                   std::int64_t most, bool canRead)
{
    ContextPlan plan = Planner(messages, ratio(window), window.attachedTokens,
                               weight(messages, window), most, canRead)
                           .find(m_rules);
    // What would make it longer is of no use.
    if (plan.after >= plan.before)
        plan.compaction = {};
    return plan;
}

ContextPlan ContextBudget::plan(const MessageLog &messages, const ContextWindow &window,
                                bool canRead)
{
    const std::int64_t context = contextTokens(window);
    if (context <= 0 || m_rules.compactAt <= 0)
        return {};
    const auto most = static_cast<std::int64_t>(m_rules.compactAt * static_cast<double>(context));
    const std::int64_t now = tokens(messages, window);
    if (now <= most || now <= m_quietBelow)
        return {};
    ContextPlan plan = planFor(messages, window, most, canRead);
    if (!plan.any())
        m_quietBelow = now + context / 20;
    return plan;
}

ContextPlan ContextBudget::planAfterRefusal(const MessageLog &messages, const ContextWindow &window,
                                            bool canRead)
{
    const auto now = static_cast<double>(tokens(messages, window));
    return planFor(messages, window, static_cast<std::int64_t>(kAfterRefusal * now), canRead);
}

void ContextBudget::compacted(const MessageLog &messages, const ContextWindow &window)
{
    m_quietBelow = tokens(messages, window) + contextTokens(window) / 20;
}

} // namespace orrery::guidance
