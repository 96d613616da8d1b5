// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/guidance/compaction.h"
#include "core/guidance/contextmeter.h"
#include "core/model/spec.h"

#include <cstdint>
#include <memory>
#include <string>

namespace orrery::guidance {

/// What a model reads at once, and what of it is taken before the first message.
struct ContextWindow {
    std::int64_t tokens = 0;    ///< 0 = not known
    std::size_t fixedBytes = 0; ///< of a request without messages: tools above all
    bool inputHasCache = true;  ///< as in bucketsOf()
    std::string model = {};     ///< `provider:model`
    AttachedTokens attachedTokens = {};
};

/// What is to be done so that a request has room.
struct ContextPlan {
    Compaction compaction;   ///< its note is still to be written when something is dropped
    std::int64_t before = 0; ///< tokens, as all here estimated
    std::int64_t after = 0;
    std::int64_t most = 0;     ///< that it was to have afterwards
    std::size_t noteBytes = 0; ///< that the note may have

    bool any() const { return compaction.any(); }
    bool isEnough() const { return after <= most; }
};

/// Decides when a conversation is too long for its model, and what is left of it. A value; same calls, same answers.
///
/// At a share of the context (ContextRules) older results of tools are shortened. Only if that does not make room for
/// some time, the oldest messages go, and a note takes their place: all behind the first message of a user, up to the
/// newest ones, so that no call is parted from its results. If the newest ones alone are too many or too long, fewer of
/// them stay, with less of their results. The size grows by what was added since the last look, so looking costs that.
class ContextBudget
{
public:
    /// `scale`: of the run; null = one of its own. `conversation`: as in TokenScale.
    explicit ContextBudget(ContextRules rules, std::shared_ptr<TokenScale> scale = nullptr,
                           std::string conversation = "conversation");

    /// The provider has read these messages as so many tokens.
    void answered(const MessageLog &sent, const ContextWindow &window, const Usage &usage);
    /// Of a request with these messages.
    Weight weight(const MessageLog &messages, const ContextWindow &window);
    std::int64_t tokens(const MessageLog &messages, const ContextWindow &window);
    /// Nothing to be done while there is room, when the context's size is not known, or when nothing would help.
    ContextPlan plan(const MessageLog &messages, const ContextWindow &window, bool canRead);
    /// The provider says that it was too long, whatever we think: a good deal has to go.
    ContextPlan planAfterRefusal(const MessageLog &messages, const ContextWindow &window,
                                 bool canRead);
    /// The plan was carried out.
    void compacted(const MessageLog &messages, const ContextWindow &window);

    std::int64_t contextTokens(const ContextWindow &window) const;
    const ContextRules &rules() const { return m_rules; }
    TokenRatio ratio(const ContextWindow &window) const;
    const ContextMeter &meter() const { return m_meter; }

private:
    ContextPlan planFor(const MessageLog &messages, const ContextWindow &window, std::int64_t most,
                        bool canRead);

    ContextRules m_rules;
    std::shared_ptr<TokenScale> m_scale;
    std::string m_conversation;
    ContextMeter m_meter;
    std::int64_t m_quietBelow = 0; ///< what could be done has been done: no use in looking again
};

} // namespace orrery::guidance
