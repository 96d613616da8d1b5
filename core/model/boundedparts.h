// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/message.h"

namespace orrery {

/// What a part of a message may have in an event, and so in the journal. Saved contexts keep all of it.
inline constexpr std::size_t kMostPartInEvent = 64 * 1024;

bool hasLargeParts(const Message &message);
/// The message with a text that says so in place of each picture or document that is larger. Doing it again changes nothing.
Message withoutLargeParts(Message message);

} // namespace orrery
