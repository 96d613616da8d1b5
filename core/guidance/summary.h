// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/guidance/contextbudget.h"

#include <string>

namespace orrery::guidance {

/// The two texts of a request that asks a model to sum up what is to be dropped.
struct SummaryRequest {
    std::string system;
    std::string prompt;
};
/// At most `mostBytes` of the dropped messages: of long ones the beginning and the end, of very many the newest.
SummaryRequest summaryRequest(const MessageLog &messages, const ContextPlan &plan,
                              std::size_t mostBytes);

/// The note that takes the place of the dropped messages, with what the person has written in them word for word as far
/// as there is room. `summary` empty: nobody could sum them up, for this reason.
Message summaryNote(const MessageLog &messages, const ContextPlan &plan, std::string_view summary,
                    std::string_view problem = {});

} // namespace orrery::guidance
